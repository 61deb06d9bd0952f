"""Out of sockets, out of packet memory: the right errno, the rest goes on, and it recovers."""

import select
import socket
import subprocess
import time

import pytest

from tapstack_interop import wait_until

HOARDER = """
import errno, resource, select, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
listener = socket.create_server(('', 7000), backlog=512)
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
    program = net.stack.start(["/usr/bin/python3", "-c", HOARDER, "300"], stdin=subprocess.PIPE)
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
