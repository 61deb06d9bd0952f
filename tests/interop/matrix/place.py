"""Where a row's programs run: on the kernel, on the stack, both on one stack, or as a user without root."""

import os
import pathlib
import re
import shutil
import signal
from typing import Callable

from command_line import open_to_all
from tapstack_interop import Finished, Network, Program, Side, wait_until
from tapstack_interop.network import HOST_ADDRESSES, STACK_ADDRESSES, in_url

PLACES = ("kernel", "client", "server", "both", "user")
FAMILIES = (4, 6)

# In words, files and patterns: a name, or "{what is for IPv4|what is for IPv6}".
_NAME = re.compile(r"\{(server|client|neighbour|dir|\[server\]|\[client\])\}")
_CHOICE = re.compile(rf"\{{((?:[^{{}}|\s]|{_NAME.pattern})*)\|((?:[^{{}}|\s]|{_NAME.pattern})*)\}}")


class Place:
    """A folder with `data` in it, and what the addresses are called there.

    family: 4 or 6, of the addresses; server_address, client_address: of the two ends of an exchange;
    neighbour_address: of the other end of the client's wire, where the server may not be.
    """

    def __init__(self, folder: pathlib.Path, data: pathlib.Path, family: int = 4) -> None:
        self.family = family
        self.server_address = self.client_address = STACK_ADDRESSES[family == 6]
        self.neighbour_address = HOST_ADDRESSES[family == 6]
        self.folder = folder
        open_to_all(folder)  # some servers become users of their own
        shutil.copy(data, self.path("data"))
        self.path("data").chmod(0o644)
        self.data = data.read_bytes()

    def path(self, name: str) -> pathlib.Path:
        """A file of this place."""
        return self.folder / name

    def fill(self, text: str, quoted: Callable[[str], str] = str) -> str:
        """A text with what is for the other family left out, and the names of addresses and of the folder replaced.

        quoted: what becomes of that which takes the place of a name.
        """
        names = {"server": self.server_address, "client": self.client_address,
                 "neighbour": self.neighbour_address, "dir": str(self.folder)}  # fmt: skip
        names |= {f"[{end}]": in_url(names[end]) for end in ("server", "client")}
        text = _CHOICE.sub(lambda found: found[1 if self.family == 4 else 3], text)
        return _NAME.sub(lambda found: quoted(names[found[1]]), text)

    def fill_all(self, words: list[str]) -> list[str]:
        """The same for each word of a command; a word of which nothing is left is none."""
        return [filled for word in words if (filled := self.fill(word)) or not word]

    def copy_data(self, name: str) -> None:
        """Puts a second `data` into the folder."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.path("data"), self.path(name))

    def awaits(self, name: str) -> bool:
        """Whether a file becomes equal to `data` soon."""
        path = self.path(name)
        try:
            return wait_until(lambda: path.exists() and path.read_bytes() == self.data, 5)
        except AssertionError:
            return False

    def forget_results(self) -> None:
        """Removes what a round left in files named got..., so that the next round's cannot be taken for its own."""
        for path in self.folder.glob("got*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


class Wire(Place):
    """Two ends of a wire.

    name: "kernel": both ends are the kernel's, two namespaces with a veth pair between them; "client", "server":
    that one is on a stack; "both": both are, under one keeper.
    """

    def __init__(self, where: tuple[str, int], folder: pathlib.Path, data: pathlib.Path, captured: bool = True) -> None:
        name, family = where
        super().__init__(folder, data, family)
        self.name = name
        # What keeps its own engine starts inside and moves where it has to; the others join a keeper.
        self.net = Network(folder, {"TAPSTACK_ENGINE": "keeper" if name == "both" else "inside"}, family)
        self._nets = [self.net] + ([Network(folder, family=family)] if name == "kernel" else [])
        if name == "kernel":
            self._join()
        self.server: Side = self.net.stack if name in ("server", "both") else self.net.host
        self.client: Side = self.net.stack if name in ("client", "both") else self._nets[-1].host
        if captured and name != "kernel":
            self.net.capture_to(folder / "stack.pcap")
        on_stack = name in ("server", "both")
        self.server_address = self.net.stack_addr if on_stack else self.net.host_addr
        self.neighbour_address = self.net.stack_addr if name == "server" else self.net.host_addr
        self.client_address = self.net.stack_addr if name in ("client", "both", "kernel") else self.net.host_addr

    def _join(self) -> None:
        """Gives both namespaces an interface ts0, with the addresses that host and stack have elsewhere."""
        near, far = (net.host_ip for net in self._nets)
        near("link", "add", "ts0", "type", "veth", "peer", "name", "ts0", "netns", str(self._nets[1].namespace.pid))
        for ip, last in ((near, 1), (far, 2)):
            ip("address", "add", f"10.10.10.{last}/24", "dev", "ts0")
            ip("address", "add", f"fd10:10:10::{last}/64", "dev", "ts0", "nodad")
            ip("link", "set", "ts0", "up")
        far("route", "add", "default", "via", self.net.host_addr)

    def exchange(self, row) -> tuple[Finished, str]:
        """One round of a row: what the client did, and what the server said."""
        server = self._serve(row) if row.server else None
        if server is None and self.name == "server":
            self._be_there()
        done = self.client.run(
            self.fill_all(row.client),
            stdin=self.path(row.stdin) if row.stdin else None,
            env={name: self.fill(value) for name, value in row.env.items()},
            timeout=row.seconds,
        )
        said = "" if server is None else f"{server.stdout_now()[-500:]!r} {server.stderr_now()[-800:]!r}"
        if row.pid_file:
            self._end_daemon(row.pid_file)
        elif server is not None:
            self._end(server, by_itself=row.server_ends and done.returncode == row.status)
        return done, said

    def _be_there(self) -> None:
        """Has a program hold the stack for the rest of the row: a tool without a server would find nobody."""
        holder = ["socat", "-d", "-d", f"TCP{self.family}-LISTEN:9,fork", "EXEC:cat"]
        if not any(p.args == holder and p.is_running() for p in self.net.programs):
            self.server.start(holder)
            self.net.host_connect(9).close()

    def _serve(self, row) -> Program:
        """Starts the server and waits until it listens; a daemon, until its parent has ended well."""
        program = self.server.start(self.fill_all(row.server))
        if row.pid_file:
            program.wait().check()
            wait_until(lambda: self._daemon(row.pid_file) > 0, what=f"{row.server[0]} as a daemon")
        if row.ready:
            said = lambda: (program.stdout_now() + program.stderr_now()).decode(errors="replace")
            wait_until(lambda: re.search(row.ready, said()) or not program.is_running(), what=f"{row.ready!r}")
        elif row.port:
            wait_until(lambda: self._is_listening(row, program), what=f"a server at port {row.port}")
        return program

    def _is_listening(self, row, program: Program) -> bool:
        """Whether a connection to it from the kernel's side succeeds."""
        assert row.pid_file or program.is_running(), program.wait().report()
        if self.server is not self.net.stack:
            return f":{row.port} " in self.net.host.run(["ss", "-Hltn"]).text
        try:
            self.net.host_connect(row.port, timeout=0).close()
        except AssertionError:
            return False
        return True

    def _end(self, program: Program, by_itself: bool = False) -> None:
        """Ends a server and what it started, unless it ends alone."""
        if not by_itself:
            try:
                os.killpg(program.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        program.wait(15)

    def _daemon(self, pid_file: str) -> int:
        """The process that a daemon's file names; 0 as long as it names none."""
        path = self.path(pid_file)
        words = path.read_text().strip("\0\n ").split() if path.exists() else []
        return int(words[0]) if words else 0

    def _end_daemon(self, pid_file: str) -> None:
        pid = self._daemon(pid_file)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), 15, "the end of the daemon")
        self.path(pid_file).unlink(missing_ok=True)

    def check_that_all_is_gone(self) -> None:
        """No process, no keeper and no device is left once a row's programs have ended."""
        for net in self._nets:
            for program in net.programs:
                if program.is_running():
                    self._end(program)
            wait_until(lambda: not net.leftovers(), what="the end of all processes")
        if self.name != "kernel":
            wait_until(lambda: "ts0" not in self.net.host_ip("link", "show"), what="the end of the device")

    def close(self) -> None:
        """Ends everything, whatever became of the row."""
        for net in self._nets:
            net.close()

    def faults(self) -> dict[str, list[str]]:
        """Of the stack's capture, after close()."""
        return self.net.faults_in_captures()
