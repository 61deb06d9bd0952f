"""What belongs to a stack besides its sockets goes with it when it moves to a keeper."""

import pytest

from tapstack_interop import wait_until
from test_dhcp import dnsmasq

# Connects, says where it is, forks (an engine inside moves), and goes on with both.
PROGRAM = """
import os, socket, sys, time
def exchange(c, text):
    begin = time.monotonic()
    c.sendall(text)
    got = b''
    while len(got) < len(text): got += c.recv(100)
    assert got == text
    print(text.decode(), round(time.monotonic() - begin, 4), flush=True)
c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
exchange(c, b'before-the-move')
pid = os.fork()
if pid == 0:
    exchange(c, b'in-the-child')
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
exchange(c, b'in-the-parent')
sys.stdin.readline()
exchange(c, b'at-the-end')
"""
TEXTS = ["before-the-move", "in-the-child", "in-the-parent", "at-the-end"]


def start(net, **env):
    peer = net.host.peer("echo", "--port", "0")
    return net.stack.start(["/usr/bin/python3", "-c", PROGRAM, net.host_addr, str(peer.port)], stdin=-1, env=env)


def finish(program) -> list[list[str]]:
    program.stdin.close()
    return [line.split() for line in program.wait().check().text.splitlines()]


@pytest.mark.families(4, 6, by_night=(6,))
def test_a_capture_goes_on_in_the_same_file(net):
    assert [text for text, _ in finish(start(net))] == TEXTS
    for text in TEXTS:
        assert net.capture.count(f'tcp contains "{text}"') == 2, text


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_an_impairment_stays(net):
    net.settings["TAPSTACK_IMPAIR"] = "delay=30ms"
    times = finish(start(net))
    assert [text for text, _ in times] == TEXTS
    assert all(float(seconds) > 0.03 for _, seconds in times), times


@pytest.mark.nightly  # a probe of the address, and a renewal twelve seconds later
@pytest.mark.engines("inside")
@pytest.mark.needs("dnsmasq")  # of DHCPv4
def test_a_lease_is_renewed_by_the_keeper(net):
    server = dnsmasq(net, "--dhcp-option=58,12", "--dhcp-option=59,100")
    program = start(net, TAPSTACK_ADDR="dhcp", TAPSTACK_STATE=net.folder / "state")
    wait_until(lambda: b"in-the-parent" in program.stdout_now(), 30, "the move")
    acks = lambda: server.stderr_path.read_text().count("DHCPACK(ts0)")
    assert acks() == 1
    wait_until(lambda: acks() == 2, 20, "a renewal")
    log = server.stderr_path.read_text()
    assert log.count("DHCPDISCOVER") == 1 and "DHCPNAK" not in log, log
    assert [text for text, _ in finish(program)] == TEXTS
