"""The host-side peer `tapstack-peer`: counted and hashed traffic over plain kernel sockets."""

import json

from .process import Finished, Program, wait_until


class Peer:
    """A running tapstack-peer. Its reports are JSON objects, one a line."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def reports(self) -> list[dict]:
        """All it has said so far."""
        text = self.program.stdout_now().decode()
        complete = text[: text.rfind("\n") + 1]
        return [json.loads(line) for line in complete.splitlines() if line.startswith("{")]

    def wait_for(self, key: str, timeout: float = 10) -> dict:
        """The first report that has `key`."""

        def find():
            return next((r for r in self.reports() if key in r), None)

        return wait_until(find, timeout, f"a report with '{key}' from {self.program.args}")

    @property
    def port(self) -> int:
        """The port a server listens on."""
        return int(self.wait_for("port")["port"])

    def finish(self, timeout: float = 20) -> Finished:
        """Waits for its end."""
        return self.program.wait(timeout)

    def stop(self) -> Finished:
        """Ends it."""
        return self.program.stop()
