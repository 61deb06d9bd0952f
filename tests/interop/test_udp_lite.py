"""UDP-Lite (RFC 3828): a stack's socket and the kernel's, with partial checksums both ways."""

import textwrap

import pytest

from tapstack_interop.process import wait_until

pytestmark = pytest.mark.families(4, 6)

# argv: family, the coverage that is sent and the least that is taken (0: all), then addresses.
OPENED = textwrap.dedent(
    """
    import socket, sys
    UDPLITE, SEND_CSCOV, RECV_CSCOV = 136, 10, 11
    family, sent, wanted = (int(a) for a in sys.argv[1:4])
    s = socket.socket(family, socket.SOCK_DGRAM, UDPLITE)
    s.setsockopt(UDPLITE, SEND_CSCOV, sent)
    s.setsockopt(UDPLITE, RECV_CSCOV, wanted)
    """
)

ECHO = OPENED + textwrap.dedent(
    """
    s.bind(("", 5000))
    print("bound", flush=True)
    while True:
        s.sendto(*s.recvfrom(2000))
    """
)

ASK = OPENED + textwrap.dedent(
    """
    s.settimeout(0.5)
    s.sendto(b"some data", (sys.argv[4], 5000))
    try:
        print(s.recv(2000).decode())
    except TimeoutError:
        print("nothing")
    """
)

FAMILY = {4: 2, 6: 10}


def start_echo(side, family: int, sent: int, wanted: int) -> None:
    echo = side.start(["python3", "-c", ECHO, FAMILY[family], sent, wanted])
    wait_until(lambda: echo.stdout_now() or not echo.is_running(), what="the echo server")
    if "Protocol not supported" in echo.stderr_now().decode():
        pytest.skip("this kernel has no UDP-Lite")


def ask(side, family: int, sent: int, wanted: int, address: str) -> str:
    args = ["python3", "-c", ASK, FAMILY[family], sent, wanted, address]
    return side.run(args).check().text.strip()


def test_partly_covered_datagrams_both_ways(net, family):
    start_echo(net.host, family, 12, 10)
    assert ask(net.stack, family, 10, 12, net.host_addr) == "some data"
    coverages = net.capture.fields("udplite", "udp.checksum_coverage")
    assert coverages == [["10"], ["12"]]


@pytest.mark.engines("inside")
def test_the_kernel_drops_what_is_covered_too_little(net, family):
    start_echo(net.host, family, 0, 11)
    assert ask(net.stack, family, 10, 0, net.host_addr) == "nothing"


@pytest.mark.engines("inside")
def test_the_stack_drops_what_is_covered_too_little(net, family):
    start_echo(net.stack, family, 0, 11)
    assert ask(net.host, family, 11, 0, net.stack_addr) == "some data"
    assert ask(net.host, family, 10, 0, net.stack_addr) == "nothing"
