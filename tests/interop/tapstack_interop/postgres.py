"""A PostgreSQL server with data of its own, as the user that it insists on."""

import pathlib
import shutil
import subprocess

from .network import Side

# As the user postgres, to whom this namespace's device node is open and who may make devices.
AS_POSTGRES = """
mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 || exit 99
exec setpriv --reuid=postgres --regid=postgres --init-groups \\
    --inh-caps=+net_admin --ambient-caps=+net_admin "$@"
"""


def programs() -> pathlib.Path | None:
    """The folder of the server's programs: Debian keeps them out of PATH, by version."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Postgres:
    """Data in `folder`, which everyone may enter; the server is on `side`."""

    def __init__(self, folder: pathlib.Path, side: Side) -> None:
        self._side = side
        self._programs = programs()
        self._data = folder / "postgres"
        self._data.mkdir(mode=0o700)
        shutil.chown(self._data, "postgres", "postgres")
        initdb = self._as_postgres("initdb", "--auth=trust", "--no-sync", "--username=postgres")
        subprocess.run(initdb, cwd=folder, check=True, capture_output=True)
        with open(self._data / "pg_hba.conf", "a", encoding="ascii") as rules:
            rules.write("host all all all trust\n")

    def _as_postgres(self, program: str, *args: str) -> list:
        command = [self._programs / program, "-D", self._data, *args]
        return ["unshare", "--mount", "sh", "-c", AS_POSTGRES, "sh", *command]

    def start(self) -> None:
        """Starts it and waits until it accepts connections."""
        options = f"-c listen_addresses=* -c unix_socket_directories={self._data} -c fsync=off"
        self._control("start", "-l", str(self._data / "log"), "-o", options)

    def stop(self) -> None:
        """Stops it and waits until it has ended."""
        self._control("stop", "-m", "fast")

    def _control(self, verb: str, *options: str) -> None:
        done = self._side.run(self._as_postgres("pg_ctl", "-w", *options, verb))
        log = self._data / "log"
        assert done.returncode == 0, done.report() + (log.read_text() if log.exists() else "")
