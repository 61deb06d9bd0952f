"""sshd, ssh, scp and sftp: either end on the stack, and both under one keeper."""

import hashlib
import os
import signal

import pytest

from tapstack_interop import wait_until
from tapstack_interop.plugin import data_file
from tapstack_interop.sshd import Sshd

pytestmark = [
    pytest.mark.needs("ssh", "sshd", "scp", "sftp"),
    pytest.mark.skipif(os.getuid() != 0, reason="sshd changes users: needs root"),
]


class Session:
    """A server and where its clients run; on_stack: "server", "client" or "both"."""

    def __init__(self, net, on_stack: str) -> None:
        server_side = net.host if on_stack == "client" else net.stack
        address = net.host_addr if on_stack == "client" else net.stack_addr
        self.sshd = Sshd(net.folder, server_side, address)
        self._net = net
        self._client_side = net.host if on_stack == "server" else net.stack

    def run(self, program, *args, stdin=None):
        """ssh, scp or sftp; the server's name is `server`."""
        return self._client_side.run([program, "-F", self.sshd.client_config, *args], stdin=stdin)

    def stop(self) -> None:
        """Ends the server, and waits until nothing of it is left."""
        os.kill(self.sshd.pid, signal.SIGTERM)
        wait_until(lambda: not self._net.leftovers(), what="the end of sshd and of all it started")


def commands(session: Session, file) -> None:
    """Input, output and exit status of commands."""
    done = session.run("ssh", "server", "sha256sum; exit 7", stdin=file)
    assert done.returncode == 7, done.report()
    assert done.text.split()[0] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert session.run("ssh", "server", f"cat {file}").check().stdout == file.read_bytes()


def files(session: Session, file) -> None:
    """Files there and back, by scp and by sftp."""
    folder = file.parent
    session.run("scp", file, f"server:{folder}/up").check()
    session.run("scp", f"server:{file}", folder / "down").check()
    batch = f"put {file} {folder}/put\nget {file} {folder}/got\n"
    session.run("sftp", "-b", "-", "server", stdin=batch.encode()).check()
    for name in ("up", "down", "put", "got"):
        assert (folder / name).read_bytes() == file.read_bytes(), name
        (folder / name).unlink()


@pytest.mark.parametrize("on_stack", ["server", "client"])
@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_a_command(net, on_stack):
    session = Session(net, on_stack)
    session.sshd.start()
    done = session.run("ssh", "server", "cat; exit 7", stdin=b"over the stack")
    assert (done.returncode, done.text) == (7, "over the stack"), done.report()
    session.stop()


@pytest.mark.nightly
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("on_stack", ["server", "client", "both"])
def test_commands_and_files_of_a_daemon_twice_in_a_row(net, on_stack):
    session = Session(net, on_stack)
    file = data_file(net.folder, 3_000_000)
    for _ in range(2):
        session.sshd.start()
        commands(session, file)
        files(session, file)
        session.stop()


@pytest.mark.nightly
@pytest.mark.families(4, 6)
def test_ten_at_once_and_forwarded_ports(net):
    """A server in the foreground; connections through ports that ssh and sshd forward."""
    session = Session(net, "both")
    server = session.sshd.start("-D")
    many = [net.stack.start(["ssh", "-F", session.sshd.client_config, "server", f"echo {n}; sleep 1"]) for n in range(10)]
    assert [int(one.wait(60).check().text) for one in many] == list(range(10))
    peer = net.host.peer("echo", "--port", "0")
    tunnel = net.stack.start(
        ["ssh", "-F", session.sshd.client_config, "-N", "-L", f"8022:{net.in_url(net.host_addr)}:{peer.port}", "server"]
    )
    probe = "import socket, sys\nc = socket.create_connection(('127.0.0.1', 8022))\nc.sendall(b'z' * 200000)\nn = 0\nwhile n < 200000: n += len(c.recv(65536))\nprint(n)"
    done = wait_until(
        lambda: (d := net.stack.run(["/usr/bin/python3", "-c", probe])).returncode == 0 and d, what="the tunnel"
    )
    assert done.text == "200000\n"
    tunnel.stop()
    server.stop()
    wait_until(lambda: not net.leftovers(), what="the end of all")
