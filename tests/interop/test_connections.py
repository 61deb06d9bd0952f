"""Many connections, all ends, and what is left of them: pools, TIME_WAIT, half-open floods."""

import socket
import struct
import subprocess
import time

import pytest

from tapstack_interop import wait_until

BOTH_FAMILIES = pytest.mark.families(4, 6, by_night=(6,))

ECHO_SERVER = """
import selectors, signal, socket, sys
listener = socket.create_server(('', 7000), family=int(sys.argv[1]), backlog=512)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            connection, _ = listener.accept()
            selector.register(connection, selectors.EVENT_READ)
            continue
        try:
            data = key.fileobj.recv(65536)
            if data: key.fileobj.sendall(data)
        except OSError:
            data = b''
        if not data:
            selector.unregister(key.fileobj)
            key.fileobj.close()
"""


@pytest.fixture
def echo(net):
    program = net.stack.start(["/usr/bin/python3", "-c", ECHO_SERVER, net.socket_family])
    net.host_connect(7000).close()
    return program


@BOTH_FAMILIES
@pytest.mark.no_capture
def test_a_thousand_connections_closed_by_the_host_then_again(net, echo):
    for _ in range(2):
        peer = net.host.peer(
            "connect", "--to", f"{net.stack_addr}:7000", "--count", "1000", "--parallel", "50", "--bytes", "100"
        )
        assert peer.wait_for("done", 40) == {"done": 1000, "failed": 0}


CLOSES_FIRST = """
import socket, sys
for _ in range(2):
    for n in range(1000):
        c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        c.sendall(b'hello')
        assert c.recv(5, socket.MSG_WAITALL) == b'hello'
        c.close()
print('ok')
"""


@BOTH_FAMILIES
@pytest.mark.no_capture
def test_a_thousand_connections_closed_by_the_stack_then_again(net):
    peer = net.host.peer("echo", "--port", "0")
    done = net.stack.run(["/usr/bin/python3", "-c", CLOSES_FIRST, net.host_addr, str(peer.port)], timeout=60)
    assert done.check().text == "ok\n"


@BOTH_FAMILIES
def test_server_binds_again_at_once(net):
    """A server that closes its connections first and is started again on the same port."""
    program = (
        "import socket, sys\n"
        "for n in range(3):\n"
        "    s = socket.create_server(('', 7000), family=int(sys.argv[1]))\n"
        "    c, _ = s.accept(); c.sendall(b'x'); s.close(); c.close()\n"
        "print('ok')\n"
    )
    server = net.stack.start(["/usr/bin/python3", "-c", program, net.socket_family])
    for _ in range(3):
        with net.host_connect(7000) as connection:
            assert connection.recv(10) == b"x"
            assert connection.recv(10) == b""
    assert server.wait().check().text == "ok\n"


def syn(source_port: int, destination: str, source: str) -> bytes:
    """A TCP SYN with correct checksum, without IP header."""
    header = struct.pack("!HHIIBBHHH", source_port, 7000, 1, 0, 5 << 4, 2, 64240, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, 6, 20)
    total = sum(struct.unpack(f"!{len(pseudo + header) // 2}H", pseudo + header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return header[:16] + struct.pack("!H", ~total & 0xFFFF) + header[18:]


HANGS_UP = """
import socket, sys
listener = socket.create_server(('', 7001), family=int(sys.argv[1]))
for _ in range(2):
    listener.accept()[0].close()
"""

FROM_ONE_PORT = """
import socket, sys, time
c = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
c.bind(('', 4711))
begin = time.monotonic()
c.connect((sys.argv[1], 7001))
print(time.monotonic() - begin < 0.9)
assert c.recv(1) == b''
"""


@BOTH_FAMILIES
def test_next_program_on_the_same_port_is_let_in_at_once(net):
    """The host's end of the last program's connection is in TIME-WAIT, and lets in only what is later (RFC 6191)."""
    net.host.start(["/usr/bin/python3", "-c", HANGS_UP, net.socket_family])
    net.wait_for_host_listener(7001)
    for _ in range(2):
        client = net.stack.run(["/usr/bin/python3", "-c", FROM_ONE_PORT, net.host_addr])
        assert client.check().text == "True\n"  # not after the SYN's first time-out
        wait_until(lambda: not net.leftovers(), what="the end of its stack")


@pytest.mark.no_capture
def test_half_open_flood_leaves_the_listener_usable(net, echo):
    """SYNs from an address whose kernel drops the answers, more than any queue holds."""
    net.host_ip("addr", "add", "10.10.10.77/32", "dev", "lo")
    net.host.run(["ip", "rule", "add", "from", "10.10.10.2", "to", "10.10.10.77", "blackhole"]).check()
    flood = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)\n"
        "s.bind(('10.10.10.77', 0))\n"
        "for line in sys.stdin: s.sendto(bytes.fromhex(line), ('10.10.10.2', 0))\n"
    )
    lines = "\n".join(syn(p, net.stack_addr, "10.10.10.77").hex() for p in range(1024, 11024))
    net.host.run(["/usr/bin/python3", "-c", flood], stdin=lines.encode(), timeout=30).check()
    started = time.monotonic()
    with net.host_connect(7000) as connection:
        connection.sendall(b"still here")
        assert connection.recv(100) == b"still here"
    assert time.monotonic() - started < 8


@BOTH_FAMILIES
def test_reset_by_the_host_reaches_the_program(net):
    peer = net.host.peer("reset", "--port", "0", "--after", "5")
    program = (
        "import socket, sys\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "c.sendall(b'hello')\n"
        "try: c.recv(10); print('no error')\n"
        "except ConnectionResetError: print('reset')\n"
    )
    assert net.stack.run(["/usr/bin/python3", "-c", program]).check().text == "reset\n"


@BOTH_FAMILIES
def test_slow_reader_holds_the_sender_back_and_loses_nothing(net):
    peer = net.host.peer("receive", "--port", "0", "--rate", "4000000")
    program = (
        "import socket, zlib\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "d = bytes(range(256)) * 40000\n"
        "c.sendall(d); c.close(); print(zlib.crc32(d))\n"
    )
    done = net.stack.run(["/usr/bin/python3", "-c", program], timeout=30).check()
    report = peer.wait_for("crc32", 20)
    assert report["bytes"] == 10_240_000 and report["crc32"] == int(done.text)


@BOTH_FAMILIES
def test_peer_that_vanishes_times_out_with_the_right_error(net):
    """With TCP_USER_TIMEOUT of two seconds the program hears of it."""
    peer = net.host.peer("echo", "--port", "0")
    program = (
        "import socket, sys, time\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "c.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2000)\n"
        "c.sendall(b'x'); assert c.recv(1) == b'x'\n"
        "print('up', flush=True); sys.stdin.readline(); c.sendall(b'lost')\n"
        "try: c.recv(10); print('no error')\n"
        "except TimeoutError: print('timed out')\n"
    )
    client = net.stack.start(["/usr/bin/python3", "-c", program], stdin=subprocess.PIPE)
    wait_until(lambda: b"up" in client.stdout_now(), what="the connection")
    net.take_host_addr_away()
    client.stdin.write(b"go\n")
    client.stdin.close()
    assert client.wait(15).check().text == "up\ntimed out\n"


DEVICE_REMOVED = """
import errno, socket, sys
peer = sys.argv[1], int(sys.argv[2])
c = socket.create_connection(peer)
u = socket.socket(c.family, socket.SOCK_DGRAM); u.bind(('', 5000))
print('up', flush=True)
def error_of(call):
    try: call(); return 'no error'
    except OSError as e: return errno.errorcode.get(e.errno, str(e))
print(error_of(lambda: c.recv(10)), error_of(lambda: u.recv(10)))
print(error_of(lambda: c.send(b'x')))
print(error_of(lambda: u.sendto(b'x', (peer[0], 9))), flush=True)
sys.stdin.readline()
c = socket.create_connection(peer)
c.sendall(b'again'); print(c.recv(5))
"""


@BOTH_FAMILIES
def test_device_removed_ends_connections_and_comes_back(net):
    peer = net.host.peer("echo", "--port", "0")
    command = ["/usr/bin/python3", "-c", DEVICE_REMOVED, net.host_addr, str(peer.port)]
    client = net.stack.start(command, stdin=subprocess.PIPE)
    wait_until(lambda: b"up" in client.stdout_now(), what="the connection")
    net.host_ip("link", "del", "ts0")
    expected = "up\nENETDOWN ENETDOWN\nEPIPE\nENETDOWN\n"
    wait_until(lambda: client.stdout_now().decode() == expected, what="the end of the connections")
    client.stdin.write(b"go\n")
    client.stdin.close()
    done = client.wait(15).check()
    assert done.text == expected + "b'again'\n"
    assert done.errors.count("is gone") == 1 or net.settings["TAPSTACK_ENGINE"] == "keeper", done.report()
