"""Out of sockets, out of packet memory: the right errno, the rest goes on, and it recovers."""

import resource
import select
import socket
import subprocess
import time

import pytest

from tapstack_interop import wait_until

pytestmark = pytest.mark.families(4, 6, by_night=(6,))

HOARDER = """
import errno, resource, select, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
listener = socket.create_server(('', 7000), family=int(sys.argv[2]), backlog=512)
held = [listener.accept()[0] for _ in range(int(sys.argv[1]))]
print('all', flush=True)
sys.stdin.readline()
echo = listener.accept()[0]
while data := echo.recv(65536): echo.sendall(data)
print('echoed', flush=True)
sys.stdin.readline()
total = 0
poll = select.poll()
for s in held: poll.register(s, select.POLLIN)
by_fd = {s.fileno(): s for s in held}
while by_fd:
    for fd, _ in poll.poll(5000) or sys.exit('stalled'):
        data = by_fd[fd].recv(1 << 20)
        total += len(data)
        if not data:
            poll.unregister(fd)
            by_fd.pop(fd).close()
print(total, flush=True)
"""


@pytest.mark.no_capture
def test_unread_data_of_300_connections_does_not_stop_the_others(net):
    """More than packet memory holds, were it given away: lwIP, for one, deadlocks here."""
    program = net.stack.start(["/usr/bin/python3", "-c", HOARDER, "300", net.socket_family], stdin=subprocess.PIPE)
    senders = [net.host_connect(7000) for _ in range(300)]
    wait_until(lambda: b"all" in program.stdout_now(), what="300 connections")
    sent = fill_all(senders)
    assert sent > 150_000_000, "the test does not fill the memory"
    ping = net.host.run(["ping", "-c3", "-i0.2", "-W2", net.stack_addr])
    assert ping.returncode == 0, ping.report()
    program.stdin.write(b"echo\n")
    program.stdin.flush()
    with net.host_connect(7000) as other:
        text = bytes(range(256)) * 40
        other.sendall(text)
        got = b""
        while len(got) < len(text):
            got += other.recv(65536)
        assert got == text
    wait_until(lambda: b"echoed" in program.stdout_now(), what="the end of the echo")
    program.stdin.write(b"read\n")
    program.stdin.close()
    for s in senders:
        s.close()
    done = program.wait(60).check()
    assert int(done.text.split()[-1]) == sent


def fill_all(senders: list[socket.socket]) -> int:
    """Sends on all until none takes anything for half a second; the bytes taken."""
    chunk = b"x" * 65536
    total = 0
    last = time.monotonic()
    for s in senders:
        s.setblocking(False)
    while time.monotonic() - last < 0.5:
        for s in select.select([], senders, [], 0.1)[1]:
            try:
                total += s.send(chunk)
                last = time.monotonic()
            except BlockingIOError:
                pass
    for s in senders:
        s.setblocking(True)
    return total


ALL_SOCKETS = """
import errno, resource, socket, sys
family, loopback = int(sys.argv[1]), sys.argv[2]
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
def open_all():
    held = []
    try:
        while True: held.append(socket.socket(family, socket.SOCK_DGRAM))
    except OSError as e: return held, errno.errorcode[e.errno]
tcp = socket.create_server(('', 7000), family=family)
for _ in range(3):
    held, error = open_all()
    print(len(held), error)
    c = socket.create_connection((loopback, 7000))
    tcp.accept()[0].close(); c.close()
    for s in held: s.close()
held, _ = open_all()
print(len(held))
"""


@pytest.mark.no_capture
def test_out_of_sockets_is_enfile_and_passes(net):
    """The core's pool of datagram sockets, not the process's descriptors, is what runs out."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 16384:
        pytest.skip("needs a hard limit of 16384 descriptors")
    command = ["/usr/bin/python3", "-c", ALL_SOCKETS, net.socket_family, net.loopback]
    done = net.stack.run(command, timeout=60).check()
    lines = done.text.splitlines()
    count = lines[-1]
    assert lines == [f"{count} ENFILE"] * 3 + [count], done.report()
