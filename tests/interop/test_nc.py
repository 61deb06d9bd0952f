"""Every netcat, as client and server, sending and receiving: bytes equal, end of file at both ends."""

import hashlib
import pathlib
import zlib

import pytest

from tapstack_interop import wait_until
from tapstack_interop.plugin import data_file

KINDS = ["nc.openbsd", "nc.traditional", "ncat", "socat"]
pytestmark = pytest.mark.families(4, 6)


@pytest.fixture(autouse=True)
def speaks_the_family(request, family):
    """Leaves out a netcat that is too old for IPv6."""
    if family == 6 and "nc.traditional" in request.node.name:
        pytest.skip("nc.traditional has no IPv6")


def client(kind: str, address: str, port: int) -> list[str]:
    """A client that sends standard input, ends its side at end of file, and prints the answer."""
    in_socat = f"TCP6:[{address}]" if ":" in address else f"TCP:{address}"
    return {
        "nc.openbsd": ["nc.openbsd", "-N", address, str(port)],
        "nc.traditional": ["nc.traditional", "-q10", address, str(port)],
        "ncat": ["ncat", address, str(port)],
        "socat": ["socat", "-t5", "-", f"{in_socat}:{port}"],
    }[kind]


def server(kind: str, port: int, family: int) -> list[str]:
    """A server for one connection."""
    listen = "TCP6-LISTEN" if family == 6 else "TCP-LISTEN"
    return {
        "nc.openbsd": ["nc.openbsd", f"-{family}", "-l", "-N", str(port)],
        "nc.traditional": ["nc.traditional", "-l", "-p", str(port), "-q10"],
        "ncat": ["ncat", f"-{family}", "-l", str(port)],
        "socat": ["socat", "-t5", "-", f"{listen}:{port},reuseaddr"],
    }[kind]


def digest(data: bytes | pathlib.Path) -> str:
    data = data if isinstance(data, bytes) else data.read_bytes()
    return hashlib.sha256(data).hexdigest()


def send_from_stack(net, kind: str, path: pathlib.Path, timeout: float = 40) -> None:
    peer = net.host.peer("receive", "--port", "0")
    sender = net.stack.start(client(kind, net.host_addr, peer.port), stdin=path)
    assert sender.wait(timeout).check().stdout == b""
    report = peer.wait_for("crc32")
    assert report["bytes"] == path.stat().st_size
    assert report["crc32"] == zlib.crc32(path.read_bytes())
    assert report["end"] == "eof"


def receive_on_stack_client(net, kind: str, path: pathlib.Path, timeout: float = 40) -> None:
    peer = net.host.peer("send", "--port", "0", "--file", str(path))
    receiver = net.stack.start(client(kind, net.host_addr, peer.port))
    assert digest(receiver.wait(timeout).check().stdout) == digest(path)
    assert peer.finish().check()


def send_to_stack_server(net, kind: str, path: pathlib.Path, port: int, timeout: float = 40) -> None:
    receiver = net.stack.start(server(kind, port, net.family))
    with net.host_connect(port) as connection:
        connection.settimeout(timeout)
        connection.sendfile(open(path, "rb"))
        connection.shutdown(1)
        assert connection.recv(1) == b""
    assert digest(receiver.wait(timeout).check().stdout) == digest(path)


def fetch_from_stack_server(net, kind: str, path: pathlib.Path, port: int, timeout: float = 40) -> None:
    sender = net.stack.start(server(kind, port, net.family), stdin=path)
    hashed = hashlib.sha256()
    with net.host_connect(port) as connection:
        connection.settimeout(timeout)
        while piece := connection.recv(1 << 20):
            hashed.update(piece)
    sender.wait(timeout).check()
    assert hashed.hexdigest() == digest(path)


# What these classes look for is above IP: one family in `make test`.
@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.no_capture
@pytest.mark.parametrize("kind", KINDS)
class TestHundredMegabytes:
    def test_client_sends(self, net, kind, big_file):
        send_from_stack(net, kind, big_file)

    def test_client_receives(self, net, kind, big_file):
        receive_on_stack_client(net, kind, big_file)

    def test_server_receives(self, net, kind, big_file):
        send_to_stack_server(net, kind, big_file, 7001)

    def test_server_sends(self, net, kind, big_file):
        fetch_from_stack_server(net, kind, big_file, 7002)


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.parametrize("kind", KINDS)
class TestNothingIsLostAtTheTail:
    """Twenty times each, small enough that exit comes right behind the last byte."""

    def test_client_sends(self, net, kind, tmp_path):
        path = data_file(tmp_path, 150_001)
        for _ in range(20):
            send_from_stack(net, kind, path)

    def test_server_receives(self, net, kind, tmp_path):
        path = data_file(tmp_path, 150_001)
        for _ in range(20):
            send_to_stack_server(net, kind, path, 7003)

    def test_server_sends(self, net, kind, tmp_path):
        path = data_file(tmp_path, 150_001)
        for _ in range(20):
            fetch_from_stack_server(net, kind, path, 7004)


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.parametrize("kind", KINDS)
class TestHundredMegabytesTwentyTimes:
    def test_client_sends(self, net, kind, big_file):
        for _ in range(20):
            send_from_stack(net, kind, big_file)

    def test_client_receives(self, net, kind, big_file):
        for _ in range(20):
            receive_on_stack_client(net, kind, big_file)

    def test_server_receives(self, net, kind, big_file):
        for _ in range(20):
            send_to_stack_server(net, kind, big_file, 7001)

    def test_server_sends(self, net, kind, big_file):
        for _ in range(20):
            fetch_from_stack_server(net, kind, big_file, 7002)


def test_refused_port_gives_the_kernels_message(net):
    done = net.stack.run(["nc.openbsd", "-v", net.host_addr, "9"], timeout=10)
    assert done.returncode == 1
    assert "Connection refused" in done.errors, done.report()


def test_port_scan_tells_open_from_closed(net):
    peer = net.host.peer("echo", "--port", "0")
    done = net.stack.run(["nc.openbsd", "-zv", net.host_addr, str(peer.port)], timeout=10)
    assert done.returncode == 0 and "succeeded" in done.errors, done.report()
    done = net.stack.run(["nc.openbsd", "-z", net.host_addr, "9"], timeout=10)
    assert done.returncode == 1


def test_half_close_lets_the_answer_come(net):
    peer = net.host.peer("echo", "--port", "0")
    text = b"half closed\n" * 1000
    done = net.stack.run(["nc.openbsd", "-N", net.host_addr, str(peer.port)], stdin=text, timeout=15)
    assert done.check().stdout == text


@pytest.mark.parametrize("size", [1, 3_000, 60_000])
def test_udp_datagram_reaches_the_host(net, size, tmp_path):
    peer = net.host.peer("udp-echo", "--port", "0")
    data = data_file(tmp_path, size).read_bytes()
    done = net.stack.run(
        ["socat", "-t2", "-b65507", "-", f"UDP{net.family}:{net.in_url(net.host_addr)}:{peer.port}"], stdin=data, timeout=15
    )
    assert done.check().stdout == data


@pytest.mark.parametrize("size", [1, 3_000, 60_000])
def test_nc_sends_and_receives_datagrams(net, size, tmp_path):
    if net.family == 6:
        pytest.skip("nc.traditional has no IPv6")
    data = data_file(tmp_path, size).read_bytes()
    peer = net.host.peer("udp-echo", "--port", "0")
    done = net.stack.run(
        ["nc.traditional", "-u", "-q2", "-w2", net.host_addr, str(peer.port)], stdin=data, timeout=15
    )
    assert done.stdout == data, done.report()


def test_udp_server_on_the_stack(net):
    holder = net.stack.start(["nc.openbsd", f"-{net.family}", "-v", "-u", "-l", "7005"])
    wait_until(lambda: b"Bound" in holder.stderr_now(), what="the server")
    done = net.host.run(["nc.openbsd", "-u", "-w1", net.stack_addr, "7005"], stdin=b"datagram\n")
    assert done.returncode == 0
    assert holder.is_running() and holder.stdout_now() == b"datagram\n"


def test_nc_to_the_stacks_own_address_is_refused_there(net):
    done = net.stack.run(["nc.openbsd", "-v", net.stack_addr, "80"], timeout=10)
    assert done.returncode == 1
    assert "Connection refused" in done.errors, done.report()


def test_program_talks_to_itself_over_its_own_address(net):
    program = (
        "import socket,threading\n"
        "import sys; a=(sys.argv[1],80); f=socket.AF_INET6 if ':' in a[0] else socket.AF_INET\n"
        "s=socket.create_server(a,family=f); d=bytes(range(256))*4000\n"
        "def serve():\n c,_=s.accept(); c.sendall(d); c.close()\n"
        "threading.Thread(target=serve).start()\n"
        "c=socket.create_connection(a); g=b''\n"
        "while p:=c.recv(65536): g+=p\n"
        "assert g==d, (len(g), len(d)); print('same')\n"
    )
    done = net.stack.run(["/usr/bin/python3", "-c", program, net.stack_addr], timeout=20)
    assert done.check().text == "same\n"
