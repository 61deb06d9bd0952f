"""Programs started by a test: output kept in files, always bounded in time, always ended."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import time
from typing import Callable


@dataclasses.dataclass
class Finished:
    """What a program left behind."""

    args: list[str]
    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode(errors="replace")

    @property
    def errors(self) -> str:
        """Standard error as text."""
        return self.stderr.decode(errors="replace")

    def check(self) -> "Finished":
        """Itself if the program succeeded; otherwise an AssertionError with all it said."""
        assert self.returncode == 0, self.report()
        return self

    def report(self) -> str:
        """Command, status and output, for a failure message."""
        # A summary shows the first line alone: what went wrong stands before a command that may be long.
        said = self.errors.strip().splitlines()
        return (
            f"exit status {self.returncode} after {self.seconds:.2f} s ({said[-1] if said else 'no error said'}) of "
            f"{' '.join(self.args)}\n  stdout: {self.text[-2000:]}\n  stderr: {self.errors[-2000:]}"
        )


class ProgramTimeout(AssertionError):
    """The program did not end in time."""


class Program:
    """A running program; `stdin` is bytes, a path, subprocess.PIPE or None (/dev/null)."""

    _count = 0

    def __init__(self, args, *, folder: pathlib.Path, env=None, stdin=None, enter=None) -> None:
        Program._count += 1
        self.args = [str(a) for a in args]
        stem = folder / f"{Program._count:04}-{pathlib.Path(self.args[0]).name}"
        self.stdout_path = stem.with_suffix(".out")
        self.stderr_path = stem.with_suffix(".err")
        stdin_file = subprocess.DEVNULL if stdin is None else stdin
        if isinstance(stdin, bytes):
            stdin_path = stem.with_suffix(".in")
            stdin_path.write_bytes(stdin)
            stdin_file = open(stdin_path, "rb")
        elif isinstance(stdin, (str, pathlib.Path)):
            stdin_file = open(stdin, "rb")
        self._started = time.monotonic()
        with open(self.stdout_path, "wb") as out, open(self.stderr_path, "wb") as err:
            self.popen = subprocess.Popen(
                self.args,
                stdin=stdin_file,
                stdout=out,
                stderr=err,
                env=env,
                preexec_fn=enter,
                start_new_session=True,
            )
        if hasattr(stdin_file, "close"):
            stdin_file.close()

    @property
    def pid(self) -> int:
        """Process id."""
        return self.popen.pid

    @property
    def stdin(self):
        """The pipe to the program, when started with stdin=subprocess.PIPE."""
        return self.popen.stdin

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.popen.poll() is None

    def stdout_now(self) -> bytes:
        """What it has written so far."""
        return self.stdout_path.read_bytes()

    def stderr_now(self) -> bytes:
        """What it has written to standard error so far."""
        return self.stderr_path.read_bytes()

    def wait(self, timeout: float = 20) -> Finished:
        """Waits for its end; ProgramTimeout (and it is killed) if that takes longer."""
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired as late:
            state = self._describe_threads()
            self.kill()
            finished = self._finished(-signal.SIGKILL)
            raise ProgramTimeout(f"still running after {timeout} s: {finished.report()}\n{state}") from late
        return self._finished(code)

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        self.popen.send_signal(number)

    def stop(self, timeout: float = 15) -> Finished:
        """Asks it to end with SIGTERM and waits."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """Ends it and its session's processes at once."""
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait(10)

    def _finished(self, code: int) -> Finished:
        return Finished(
            self.args,
            code,
            self.stdout_path.read_bytes(),
            self.stderr_path.read_bytes(),
            time.monotonic() - self._started,
        )

    def _describe_threads(self) -> str:
        lines = []
        for task in pathlib.Path(f"/proc/{self.pid}/task").glob("*"):
            try:
                name = (task / "comm").read_text().strip()
                where = (task / "wchan").read_text().strip()
                call = (task / "syscall").read_text().split()[0]
                lines.append(f"  thread {task.name} {name}: system call {call}, in {where}")
            except (OSError, IndexError):
                continue
        return "\n".join(lines)


def wait_until(condition: Callable[[], object], timeout: float = 10, what: str = "condition"):
    """Polls until condition() is true and returns its value; AssertionError after `timeout` s."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {timeout} s"
        time.sleep(0.02)
