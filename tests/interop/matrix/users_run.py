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
        self._namespaces: set[str] = set()

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
        self._program = Program(
            ["unshare", "--mount", "sh", "-c", AS_USER, "sh", "666", *command], folder=self.folder,
            env={**os.environ, "TAPSTACK_DNS": "learnt", "HOME": str(self.folder)},
        )  # fmt: skip
        try:
            driver = self._program.wait(row.seconds + 15)
        finally:
            self._note_namespace()
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

    def _note_namespace(self) -> None:
        """Remembers the one that the driver told of."""
        told = self.path("row.json.net")
        if told.exists():
            self._namespaces.add(told.read_text())

    def close(self) -> None:
        """Ends everything, whatever became of the row: the namespaces end with the last process in them."""
        if self._program and self._program.is_running():
            self._program.kill()
        for process in self._session():
            try:
                os.kill(int(process), 9)
            except ProcessLookupError:
                pass

    def faults(self) -> dict[str, list[str]]:
        """None: nothing is captured."""
        return {}
