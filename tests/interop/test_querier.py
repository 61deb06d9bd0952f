"""Groups that programs on the stack join, as the kernel's querier sees them: a bridge that snoops
(IGMPv3, RFC 3376; MLDv2, RFC 3810), with the stack's device as a port."""

import json
import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.needs("bridge"), pytest.mark.engines("inside")]

GROUPS = {"239.5.5.5", "ff05::1234"}

JOINS = """
import socket, sys
four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group = socket.inet_aton("239.5.5.5")
four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + bytes(4))
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
group = socket.inet_pton(socket.AF_INET6, "ff05::1234")
six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + bytes(4))
sys.stdin.read()  # until the test ends it
"""


@pytest.fixture
def bridge(net):
    """A bridge with a querier of its own; ts0 is a port of it."""
    net.host_ip(
        *"link add br0 type bridge mcast_snooping 1 mcast_querier 1".split(),
        *"mcast_igmp_version 3 mcast_mld_version 2".split(),
    )
    net.host_ip("addr", "add", f"{net.host_addr}/24", "dev", "br0")
    net.host_ip("link", "set", "br0", "up")
    net.host_ip("tuntap", "add", "dev", "ts0", "mode", "tap", "vnet_hdr")
    net.host_ip("link", "set", "ts0", "master", "br0")
    net.host_ip("link", "set", "ts0", "up")  # a port that comes up later misses what is sent first


def groups_of_the_stack(net) -> set[str]:
    done = net.host.run(["bridge", "-j", "mdb", "show"]).check()
    entries = [entry for table in json.loads(done.text) for entry in table["mdb"]]
    return {entry["grp"] for entry in entries if entry["port"] == "ts0"}


def wait_for(net, is_so, what: str, timeout: float = 10) -> None:
    end = time.monotonic() + timeout
    while not is_so(groups_of_the_stack(net)):
        assert time.monotonic() < end, f"{what}: {groups_of_the_stack(net)}"
        time.sleep(0.1)


def test_the_kernels_querier_knows_our_groups_until_they_are_left(net, bridge):
    no_address = {"TAPSTACK_HOST_ADDR": "none"}  # the bridge has it
    program = net.stack.start([sys.executable, "-c", JOINS], stdin=subprocess.PIPE, env=no_address)
    wait_for(net, lambda groups: GROUPS <= groups, "not all are listed")
    program.stdin.close()
    wait_for(net, lambda groups: not GROUPS & groups, "still listed")
