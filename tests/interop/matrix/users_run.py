"""The place "user": client and server in one `tapstack run` of somebody who is not root."""

import json
import os
import pathlib
import re
import subprocess

from command_line import AS_USER, USER
from tapstack_interop import Finished, Program, tapstack_command, wait_until

from .place import Place

_DRIVER = pathlib.Path(__file__).with_name("driver.py")


class UsersRun(Place):
    """Everything runs in namespaces that the user makes; root only starts it."""

    def __init__(self, folder: pathlib.Path, data: pathlib.Path, family: int) -> None:
        super().__init__(folder, data, family)
        self._program: Program | None = None
        self._namespaces: dict[str, int] = {}  # open as long as the row: a number would be used again

    def exchange(self, row) -> tuple[Finished, str]:
        """One round of a row: what the client did, and what the server said."""
        file = self.path("row.json")
        file.write_text(json.dumps({
            "server": self.fill_all(row.server), "client": self.fill_all(row.client), "port": row.port,
            "address": ("127.0.0.1", "::1")[self.family == 6],
            "ready": row.ready, "stdin": str(self.path(row.stdin)) if row.stdin else "",
            "env": {name: self.fill(value) for name, value in row.env.items()},
            "pid_file": str(self.path(row.pid_file)) if row.pid_file else "",
        }))  # fmt: skip
        subprocess.run(["chown", "-R", f"{USER}:{USER}", self.folder], check=True)
        command = [str(tapstack_command()), "run", "--", "/usr/bin/python3", str(_DRIVER), str(file)]
        self.path("row.json.net").unlink(missing_ok=True)  # of the round before
        self._program = Program(
            ["unshare", "--mount", "sh", "-c", AS_USER, "sh", "666", *command], folder=self.folder,
            env={**os.environ, "TAPSTACK_DNS": "learnt", "HOME": str(self.folder)},
        )  # fmt: skip
        self._hold_namespace()
        driver = self._program.wait(row.seconds + 15)
        server, out, err = (self.path(f"row.json.{end}") for end in ("server", "out", "err"))
        said = server.read_bytes()[-800:] if server.exists() else b""
        if not re.fullmatch(r"-?\d+\n", driver.text):
            raise AssertionError(driver.report())
        return Finished(row.client, int(driver.text), out.read_bytes(), err.read_bytes(), driver.seconds), repr(said)

    def check_that_all_is_gone(self) -> None:
        """No process of the session is left."""
        wait_until(lambda: not self._session(), what="the end of all processes")

    def _session(self) -> list[str]:
        """Processes, a keeper too, in the network namespaces of this row."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "ns/net") in self._namespaces:
                    found.append(process.name)
            except OSError:
                continue
        return found

    def _hold_namespace(self) -> None:
        """Opens the one that the driver tells of when it begins."""
        path = self.path("row.json.net")
        told = lambda: path.read_text() if path.exists() else ""
        wait_until(lambda: told() or not self._program.is_running(), what="the driver")
        name = told()
        if name in self._namespaces:
            return
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "ns/net") == name:
                    self._namespaces[name] = os.open(process / "ns/net", os.O_RDONLY | os.O_CLOEXEC)
                    return
            except OSError:
                continue

    def close(self) -> None:
        """Ends everything, whatever became of the row: the namespaces end with the last process in them."""
        if self._program and self._program.is_running():
            self._program.kill()
        for process in self._session():
            try:
                os.kill(int(process), 9)
            except ProcessLookupError:
                pass
        for namespace in self._namespaces.values():
            os.close(namespace)
        self._namespaces.clear()

    def faults(self) -> dict[str, list[str]]:
        """None: nothing is captured."""
        return {}
