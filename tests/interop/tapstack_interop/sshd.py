"""An sshd with keys and a configuration of its own, and what its clients need to reach it."""

import pathlib
import subprocess

from .network import Side
from .process import Program, wait_until

SERVER = """
ListenAddress 0.0.0.0
ListenAddress ::
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin yes
PrintMotd no
MaxStartups 100
Subsystem sftp internal-sftp
"""

CLIENT = """
Host server
    HostName {address}
    User root
    IdentityFile {folder}/user_key
    UserKnownHostsFile {folder}/known_hosts
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
"""


class Sshd:
    """Keys, configurations and, after start(), a server on port 22 of `side`, which has `address`."""

    def __init__(self, folder: pathlib.Path, side: Side, address: str) -> None:
        self._folder = folder
        self._side = side
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where its unprivileged part lives
        for name in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "known_hosts").write_text(f"{address} {(folder / 'host_key.pub').read_text()}")
        (folder / "sshd_config").write_text(SERVER.format(folder=folder))
        self.client_config = folder / "ssh_config"
        self.client_config.write_text(CLIENT.format(folder=folder, address=address))

    def start(self, *options: str) -> Program:
        """Starts it (as a daemon unless -D is among the options) and waits until it listens."""
        program = self._side.start(["/usr/sbin/sshd", "-f", self._folder / "sshd_config", *options])
        wait_until(self._pid_file.exists, what="sshd")
        return program

    @property
    def _pid_file(self) -> pathlib.Path:
        return self._folder / "sshd.pid"

    @property
    def pid(self) -> int:
        """The process that listens."""
        return int(self._pid_file.read_text())
