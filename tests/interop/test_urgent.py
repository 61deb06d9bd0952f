"""Urgent data between a program on the stack and one on the kernel, both ways (RFC 6093)."""

import socket

import pytest

pytestmark = pytest.mark.families(4, 6, by_night=(6,))

RECEIVES = """
import fcntl, select, socket, sys
s = socket.create_server(('', 7000), family=int(sys.argv[1])); c, _ = s.accept()
poll = select.poll(); poll.register(c, select.POLLPRI)
assert poll.poll(5000), 'no POLLPRI'
text = b''
while not fcntl.ioctl(c, 0x8905, bytes(4))[0]: text += c.recv(100)
assert text == b'before', text
assert c.recv(1, socket.MSG_OOB) == b'!'
assert c.recv(100) == b'behind'
print('ok')
"""


def test_the_kernel_sends_urgent_data(net):
    server = net.stack.start(["/usr/bin/python3", "-c", RECEIVES, net.socket_family])
    with net.host_connect(7000) as client:
        client.sendall(b"before")
        client.send(b"!", socket.MSG_OOB)
        client.sendall(b"behind")
        assert server.wait().check().text == "ok\n"


SENDS = """
import socket, sys
c = socket.create_connection((sys.argv[1], 7000))
c.sendall(b'before')
c.send(b'!', socket.MSG_OOB)
c.sendall(b'behind')
c.recv(1)
"""


def test_the_stack_sends_urgent_data(net):
    server = net.host.start(["/usr/bin/python3", "-c", RECEIVES, net.socket_family])
    net.wait_for_host_listener(7000)
    net.stack.run(["/usr/bin/python3", "-c", SENDS, net.host_addr]).check()
    assert server.wait().check().text == "ok\n"
    # RFC 6093 3.1: the pointer says which octet is behind the urgent one, never 0.
    pointers = net.capture.fields(f"tcp.flags.urg == 1 && {'ipv6' if net.family == 6 else 'ip'}.src == {net.stack_addr}", "tcp.urgent_pointer")
    assert pointers and all(int(pointer) > 0 for (pointer,) in pointers)
