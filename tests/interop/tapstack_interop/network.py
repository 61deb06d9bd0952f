"""A stack and the host kernel on one wire, in a network namespace of their own."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from .capture import Capture
from .namespace import Namespace
from .paths import library, peer_program
from .peer import Peer
from .process import Finished, Program, wait_until


STACK_ADDRESSES = ("10.10.10.2", "fd10:10:10::2")
HOST_ADDRESSES = ("10.10.10.1", "fd10:10:10::1")
ABSENT_ADDRESSES = ("10.10.10.99", "fd10:10:10::99")
PREFIX_LENGTHS = (24, 64)
LOOPBACKS = ("127.0.0.1", "::1")


def in_url(address: str) -> str:
    """An address of either family as it stands before ":port" (RFC 3986 3.2.2)."""
    return f"[{address}]" if ":" in address else address


class Side:
    """One side of the wire: starts programs there and ends them with the test."""

    def __init__(self, network: "Network", preload: bool) -> None:
        self._network = network
        self._preload = preload

    def start(self, args, *, stdin=None, env=None) -> Program:
        """Starts a program; `env` adds to the environment (None as a value removes)."""
        merged = dict(os.environ)
        merged.pop("LD_PRELOAD", None)
        if self._preload:
            merged.update(self._network.settings)
            merged["LD_PRELOAD"] = self._network.preload_value()
        for name, value in (env or {}).items():
            if value is None:
                merged.pop(name, None)
            else:
                merged[name] = str(value)
        program = Program(
            args,
            folder=self._network.folder,
            env=merged,
            stdin=stdin,
            enter=self._network.namespace.enter,
        )
        self._network.programs.append(program)
        return program

    def run(self, args, *, stdin=None, env=None, timeout: float = 20) -> Finished:
        """Starts a program and waits for its end."""
        return self.start(args, stdin=stdin, env=env).wait(timeout)

    def peer(self, *args, stdin=None) -> Peer:
        """Starts a tapstack-peer (only sensible on the host's side)."""
        listen = ["--listen", "::"] if self._network.family == 6 and "--listen" not in args else []
        return Peer(self.start([peer_program(), *args, *listen], stdin=stdin))


class Network:
    """`stack` runs programs under the library, `host` on the kernel; both share one namespace.

    settings: TAPSTACK_* variables for every program under the library. The stack lives in the
    first such program, or in its keeper, and ends with it.
    """

    def __init__(
        self, folder: pathlib.Path, settings: dict[str, str] | None = None, family: int = 4
    ) -> None:
        self.folder = folder
        self.family = family  # of the addresses below; a test may change it between its programs
        self.namespace = Namespace()
        # The name servers of the machine that runs the tests cannot be reached from here.
        self.settings = {"TAPSTACK_DNS": "learnt", **(settings or {})}
        self.programs: list[Program] = []
        self.capture: Capture | None = None
        self._captures: list[Capture] = []
        self.stack = Side(self, preload=True)
        self.host = Side(self, preload=False)

    @property
    def stack_addr(self) -> str:
        return STACK_ADDRESSES[self.family == 6]

    @property
    def host_addr(self) -> str:
        return HOST_ADDRESSES[self.family == 6]

    @property
    def absent_addr(self) -> str:
        """On the wire's network, where nobody has it."""
        return ABSENT_ADDRESSES[self.family == 6]

    @property
    def loopback(self) -> str:
        return LOOPBACKS[self.family == 6]

    @property
    def socket_family(self) -> str:
        """AF_INET or AF_INET6, for a program's words."""
        return str(int(socket.AF_INET6 if self.family == 6 else socket.AF_INET))

    def in_url(self, address: str) -> str:
        """An address as it stands before ":port"."""
        return in_url(address)

    def preload_value(self) -> str:
        """LD_PRELOAD for programs on the stack; a sanitizer's runtime must come first."""
        first = os.environ.get("TAPSTACK_PRELOAD_FIRST", "")
        return f"{first}:{library()}" if first else str(library())

    def capture_to(self, path: pathlib.Path) -> Capture:
        """Has the next stack write its frames to `path`; `capture` is that file from then on."""
        self.settings["TAPSTACK_PCAP"] = str(path)
        self.capture = Capture(path, self.settings)
        self._captures.append(self.capture)
        return self.capture

    def faults_in_captures(self) -> dict[str, list[str]]:
        """By capture file: malformed frames, wrong checksums, and on a good path what went twice,
        was left out or came out of order. Asked after close(): before it the files may grow."""
        found = {}
        for capture in self._captures:
            if capture.has_frames:
                senders = () if capture.is_impaired else STACK_ADDRESSES
                faults = capture.faults_without_loss(*senders)
                if faults:
                    found[str(capture.path)] = faults
        return found

    def host_connect(self, port: int, timeout: float = 10) -> socket.socket:
        """A kernel socket connected to the stack; tries again until the program listens."""
        end = time.monotonic() + timeout
        while True:
            connection = self.host_socket(socket.SOCK_STREAM)
            connection.settimeout(2)
            try:
                connection.connect((self.stack_addr, port))
                connection.settimeout(timeout)
                return connection
            except OSError as error:
                connection.close()
                if time.monotonic() > end:
                    raise AssertionError(f"nothing listens on port {port}: {error}") from error
                time.sleep(0.05)

    def wait_for_device(self, timeout: float = 10) -> None:
        """Waits until a program under the library has brought the stack up, and the host has its addresses."""
        addresses = self.settings.get("TAPSTACK_HOST_ADDR", "10.10.10.1/24,fd10:10:10::1/64").split(",")
        end = time.monotonic() + timeout
        while True:
            seen = self.host_ip("address", "show")
            if re.search(r"ts0: <[^>]*LOWER_UP", seen) and all(f" {a} " in seen for a in addresses):
                return
            assert time.monotonic() < end, f"no stack came up: {seen}"
            time.sleep(0.02)

    def wait_for_host_listener(self, port: int, timeout: float = 10) -> None:
        """Waits until a program of the host listens on a TCP port."""
        wait_until(lambda: port in self._host_listeners(), timeout, f"a listener on the host's port {port}")

    def _host_listeners(self) -> set[int]:
        """proc(5), /proc/net/tcp: local address and port are the second field, the state the fourth."""
        lines = [line.split() for name in ("tcp", "tcp6")
                 for line in pathlib.Path(f"/proc/{self.namespace.pid}/net/{name}").read_text().splitlines()]
        return {int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == "0A"}

    def wait_device_gone(self, timeout: float = 10) -> None:
        """Waits until the device has gone with its stack."""
        end = time.monotonic() + timeout
        while "ts0" in self.host_ip("link", "show"):
            assert time.monotonic() < end, "the device ts0 is still there"
            time.sleep(0.02)

    def host_ip(self, *args) -> str:
        """Output of `ip` on the host's side."""
        done = subprocess.run(
            ["ip", *args], preexec_fn=self.namespace.enter, capture_output=True, text=True, check=True
        )
        return done.stdout

    def take_host_addr_away(self) -> None:
        """From then on nobody is at `host_addr`."""
        self.host_ip("address", "del", f"{self.host_addr}/{PREFIX_LENGTHS[self.family == 6]}", "dev", "ts0")

    def host_socket(self, kind: int) -> socket.socket:
        """A kernel socket that lives in this network's namespace, used from the test itself."""
        return _socket_in(self.namespace, int(self.socket_family), kind)

    def leftovers(self) -> list[int]:
        """Processes in the namespace that the test did not start itself: a keeper, a daemon."""
        known = {p.pid for p in self.programs if p.is_running()} | {self.namespace.pid}
        return [pid for pid in self.namespace.processes() if pid not in known]

    def close(self) -> None:
        """Ends all programs and the namespace; nothing the second time."""
        if not self.namespace.is_open:
            return
        for program in self.programs:
            if program.is_running():
                program.kill()
        for pid in self.leftovers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.namespace.close()


def _socket_in(namespace: Namespace, family: int, kind: int) -> socket.socket:
    """Makes a socket in the namespace in a forked child and takes it over by SCM_RIGHTS."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            namespace.enter()
            made = socket.socket(family, kind)
            socket.send_fds(theirs, [b"x"], [made.fileno()])
            status = 0
        finally:
            os._exit(status)
    theirs.close()
    _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    ours.close()
    os.waitpid(child, 0)
    assert descriptors, "cannot make a socket in the namespace"
    return socket.socket(family, kind, fileno=descriptors[0])
