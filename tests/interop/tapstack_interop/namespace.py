"""A network namespace that lives as long as the object."""

import ctypes
import os
import signal
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def may_make_namespaces() -> str:
    """Empty when this process may make network namespaces; otherwise the reason why not."""
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True, check=False)
    return "" if probe.returncode == 0 else probe.stderr.strip()


class Namespace:
    """A private network namespace, held by an idle process; `lo` is up."""

    def __init__(self) -> None:
        read_end, write_end = os.pipe()
        self._anchor = os.fork()
        if self._anchor == 0:
            try:
                _check(_libc.unshare(CLONE_NEWNET), "unshare")
                os.write(write_end, b"+")
            finally:
                os.close(write_end)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            libc_prctl_die_with_parent()
            while True:
                signal.pause()
        os.close(write_end)
        ready = os.read(read_end, 1)
        os.close(read_end)
        if ready != b"+":
            os.waitpid(self._anchor, 0)
            raise PermissionError("cannot make a network namespace: run as root or `unshare -Urn`")
        self._fd = os.open(f"/proc/{self._anchor}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        subprocess.run(["ip", "link", "set", "lo", "up"], preexec_fn=self.enter, check=True)

    def enter(self) -> None:
        """Moves the calling process (a child about to exec) into the namespace."""
        _check(_libc.setns(self._fd, CLONE_NEWNET), "setns")

    @property
    def pid(self) -> int:
        """The process that holds the namespace, for `nsenter --net=/proc/PID/ns/net`."""
        return self._anchor

    @property
    def is_open(self) -> bool:
        """Whether close() is still to come."""
        return self._anchor > 0

    def processes(self) -> list[int]:
        """All processes that are in the namespace."""
        inode = os.fstat(self._fd).st_ino
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.stat(f"/proc/{name}/ns/net").st_ino == inode:
                    found.append(int(name))
            except OSError:
                continue
        return found

    def close(self) -> None:
        """Ends the namespace once everything in it has ended."""
        if self.is_open:
            os.close(self._fd)
            os.kill(self._anchor, signal.SIGKILL)
            os.waitpid(self._anchor, 0)
            self._anchor = -1


def libc_prctl_die_with_parent() -> None:
    """The calling process gets SIGKILL when its parent dies, so that nothing leaks."""
    pr_set_pdeathsig = 1
    _libc.prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
