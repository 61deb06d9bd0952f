"""Addresses that a router advertises: radvd on the host, TAPSTACK_ADDR=slaac on the stack."""

import time

import pytest

pytestmark = [pytest.mark.needs("radvd"), pytest.mark.families(6)]

PREFIX = "2001:db8:7::"
ROUTER = f"{PREFIX}1"

RADVD = """
interface ts0 {
  AdvSendAdvert on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 4;
  AdvDefaultLifetime %s;
  AdvLinkMTU 1400;
  prefix 2001:db8:7::/64 {
    AdvOnLink on;
    AdvAutonomous on;
  };
};
"""

# Waits until there is a route to `target`, but only so long; then says the source, and what a server
# there answers.
CLIENT = """
import socket, sys, time
target, deadline = sys.argv[1], time.monotonic() + float(sys.argv[3])
while True:
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        probe.connect((target, 9))
        if not probe.getsockname()[0].startswith("fe80"):
            break
    except OSError:
        pass
    assert time.monotonic() < deadline, "no route"
    probe.close()
    time.sleep(0.1)
print(probe.getsockname()[0], flush=True)
with socket.create_connection((target, int(sys.argv[2])), timeout=5) as connection:
    print(connection.getsockname()[0])
    connection.sendall(b"x" * 100000)
    connection.shutdown(socket.SHUT_WR)
    print(sum(iter(lambda: len(connection.recv(65536)), 0)))
"""


@pytest.fixture
def advertised(net):
    """A network whose host end is a router that advertises; the stack has no other IPv6 address."""
    net.settings["TAPSTACK_HOST_ADDR"] = f"10.10.10.1/24,{ROUTER}/64"
    net.settings["TAPSTACK_ADDR"] = "10.10.10.2/24,slaac"

    def start(lifetime: int = 1800) -> None:
        # radvd refuses to run where the kernel does not forward.
        net.host.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=1"]).check()
        config = net.folder / "radvd.conf"
        config.write_text(RADVD % lifetime)
        config.chmod(0o600)
        net.host.start(["radvd", "-n", "-m", "stderr", "-C", config, "-p", net.folder / "radvd.pid"])

    return start


def test_an_address_and_a_default_route_come_from_the_router(net, advertised):
    peer = net.host.peer("echo", "--port", "0")
    client = net.stack.start(["/usr/bin/python3", "-c", CLIENT, ROUTER, str(peer.port), "15"])
    net.wait_for_device()
    # RFC 4862 5.4.2, RFC 4861 6.3.7: it asks when it knows that its address is nobody else's, each
    # within a second; not at all if somebody advertised before.
    time.sleep(3.5)
    advertised()
    source, connected_from, count = client.wait(25).check().text.split()
    assert source == connected_from and source.startswith("2001:db8:7:0:")
    assert count == "100000"
    assert net.capture.count("icmpv6.type == 133") >= 1, "a router solicitation"


def test_off_link_addresses_go_by_the_router(net, advertised):
    net.host_ip("-6", "addr", "add", "2001:db8:99::1/128", "dev", "lo")
    peer = net.host.peer("echo", "--port", "0")
    client = net.stack.start(["/usr/bin/python3", "-c", CLIENT, "2001:db8:99::1", str(peer.port), "15"])
    net.wait_for_device()
    advertised()
    assert client.wait(25).check().text.split()[2] == "100000"


@pytest.mark.engines("inside")
def test_a_router_without_a_lifetime_is_no_default_router(net, advertised):
    net.host_ip("-6", "addr", "add", "2001:db8:99::1/128", "dev", "lo")
    client = net.stack.start(["/usr/bin/python3", "-c", CLIENT, "2001:db8:99::1", "9", "6"])
    net.wait_for_device()
    advertised(lifetime=0)
    done = client.wait(25)
    assert done.returncode != 0 and "no route" in done.errors, done.report()


def test_the_advertised_mtu_bounds_the_segments(net, advertised):
    peer = net.host.peer("echo", "--port", "0")
    client = net.stack.start(["/usr/bin/python3", "-c", CLIENT, ROUTER, str(peer.port), "15"])
    net.wait_for_device()
    advertised()
    client.wait(25).check()
    sizes = net.capture.fields(f"tcp.flags.syn == 1 && tcp.dstport == {peer.port}", "tcp.options.mss_val")
    assert {size for (size,) in sizes} == {str(1400 - 60)}


# RFC 8981 3.1: preferred as a source (RFC 6724 5, rule 7), beside the stable address.
def test_a_temporary_address_is_what_others_see(net, advertised):
    net.settings["TAPSTACK_IP6_TEMPORARY"] = "1"
    net.settings["TAPSTACK_IP6_IDENTIFIER"] = "eui64"
    peer = net.host.peer("echo", "--port", "0")
    client = net.stack.start(["/usr/bin/python3", "-c", CLIENT, ROUTER, str(peer.port), "15"])
    net.wait_for_device()
    advertised()
    source, connected_from, count = client.wait(25).check().text.split()
    assert source == connected_from and source.startswith("2001:db8:7:0:")
    assert "ff:fe" not in source, "the other address has an EUI-64 identifier (RFC 4291 appendix A)"
    assert count == "100000"
