"""TCP Fast Open (RFC 7413) between a program on the stack and one on the kernel, both ways."""

import pytest

from tapstack_interop import wait_until

pytestmark = pytest.mark.families(4, 6, by_night=(6,))

SERVES = """
import socket, sys
s = socket.socket(int(sys.argv[1]))
s.setsockopt(socket.IPPROTO_TCP, 23, 16)  # TCP_FASTOPEN
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 7000)); s.listen()
print('listening', flush=True)
for _ in range(3):
    c, _ = s.accept()
    got = b''
    while chunk := c.recv(100): got += chunk
    c.sendall(b'you said ' + got); c.close()
"""

ASKS = """
import socket
for n in range(3):
    s = socket.socket({family})
    if {with_option}:
        s.setsockopt(socket.IPPROTO_TCP, 30, 1)  # TCP_FASTOPEN_CONNECT
        s.connect(('{server}', 7000))
        s.sendall(b'hello %d' % n)
    else:
        assert s.sendto(b'hello %d' % n, socket.MSG_FASTOPEN, ('{server}', 7000)) == 7
    s.shutdown(socket.SHUT_WR)
    got = b''
    while chunk := s.recv(100): got += chunk
    assert got == b'you said hello %d' % n, got
    s.close()
"""


def check(net, server, client, server_address, with_option):
    net.host.run(["sysctl", "-qw", "net.ipv4.tcp_fastopen=3"]).check()
    serving = server.start(["/usr/bin/python3", "-c", SERVES, net.socket_family])
    wait_until(lambda: b"listening" in serving.stdout_now(), what="the server")
    program = ASKS.format(family=net.socket_family, server=server_address, with_option=with_option)
    client.run(["/usr/bin/python3", "-c", program]).check()
    serving.wait().check()
    # The first connection fetches a cookie; the SYNs of the others carry the text, which the
    # SYN-ACKs acknowledge.
    lengths = net.capture.fields("tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.len")
    assert [length for (length,) in lengths] == ["0", "7", "7"]
    acks = net.capture.fields("tcp.flags.syn == 1 && tcp.flags.ack == 1", "tcp.ack")
    assert [ack for (ack,) in acks] == ["1", "8", "8"]


@pytest.mark.parametrize("with_option", [True, False], ids=["option", "flag"])
def test_the_stack_opens_fast_to_the_kernel(net, with_option):
    check(net, net.host, net.stack, net.host_addr, with_option)


@pytest.mark.parametrize("with_option", [True, False], ids=["option", "flag"])
def test_the_kernel_opens_fast_to_the_stack(net, with_option):
    check(net, net.stack, net.host, net.stack_addr, with_option)
