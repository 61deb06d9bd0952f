"""Groups shared by the stack and the host: programs on either side hear those on the other, as mDNS
has it (RFC 6762 5), and by source (RFC 3678)."""

import sys

import pytest

from tapstack_interop.process import wait_until

pytestmark = [pytest.mark.families(4, 6), pytest.mark.engines("inside")]

MDNS = {4: "224.0.0.251", 6: "ff02::fb"}
SOURCE_SPECIFIC = {4: "232.7.7.7", 6: "ff35::777"}

# argv: family, group, port, "any" or the one source to hear, and for who speaks: whom to tell the end.
# A hearer says when it has joined, and tells what came and from where.
MEMBER = """
import socket, struct, sys
family, group, port, source, *hearer = sys.argv[1:]
names = {bytes(12): "news", b"\\1" + bytes(11): "end"}  # DNS messages without a question
is_six, index = family == "6", socket.if_nametoindex("ts0")
kind = socket.AF_INET6 if is_six else socket.AF_INET
level = socket.IPPROTO_IPV6 if is_six else socket.IPPROTO_IP
s = socket.socket(kind, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("::" if is_six else "", int(port)))
def storage(host):
    if is_six:
        name = struct.pack("=HHI16sI", kind, 0, 0, socket.inet_pton(kind, host), 0)
    else:
        name = struct.pack("=HH4s", kind, 0, socket.inet_aton(host))
    return name.ljust(128, b"\\0")
MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP = 42, 46
request = struct.pack("@Ixxxx", index) + storage(group)
if source == "any":
    s.setsockopt(level, MCAST_JOIN_GROUP, request)
else:
    s.setsockopt(level, MCAST_JOIN_SOURCE_GROUP, request + storage(source))
s.settimeout(8)
if not hearer:
    print("ready", flush=True)
    while True:
        text, sender = s.recvfrom(100)
        print(names[text], sender[0].split("%")[0], sender[1], flush=True)
        if names[text] == "end":
            break
else:
    if is_six:
        s.setsockopt(level, socket.IPV6_MULTICAST_HOPS, 255)
        s.setsockopt(level, socket.IPV6_MULTICAST_IF, index)
    else:
        s.setsockopt(level, socket.IP_MULTICAST_TTL, 255)
        s.setsockopt(level, socket.IP_MULTICAST_IF, struct.pack("@4s4si", bytes(4), bytes(4), index))
    news, end = names
    s.sendto(news, (group, int(port)))
    s.sendto(end, (hearer[0], int(port)))
"""


def member(net, group: dict, port: int, source: str, *hearer: str) -> list[str]:
    return [sys.executable, "-c", MEMBER, str(net.family), group[net.family], str(port), source, *hearer]


def heard(net, hears: str, group: dict, port: int, source: str) -> list[str]:
    """What a member on one side hears when one on the other speaks: text, address and port."""
    hearing, speaking = (net.stack, net.host) if hears == "stack" else (net.host, net.stack)
    if hears == "host":  # there must be a device to join on
        net.stack.start(["nc", "-4", "-l", "7000"])
        net.wait_for_device()
    hearer = hearing.start(member(net, group, port, source))
    wait_until(lambda: b"ready" in hearer.stdout_now(), what="membership")
    address = net.stack_addr if hears == "stack" else net.host_addr
    speaking.run(member(net, group, port, "any", address)).check()
    return hearer.wait(10).check().text.splitlines()[1:]


@pytest.mark.parametrize("hears", ["stack", "host"])
def test_members_of_the_mdns_group_hear_each_other(net, hears):
    lines = heard(net, hears, MDNS, 5353, "any")
    assert [line.split()[0] for line in lines] == ["news", "end"]
    assert all(line.split()[2] == "5353" for line in lines)


@pytest.mark.parametrize("hears", ["stack", "host"])
def test_a_member_by_source_hears_that_source(net, hears):
    speaker = net.host_addr if hears == "stack" else net.stack_addr
    lines = heard(net, hears, SOURCE_SPECIFIC, 7007, speaker)
    assert lines[0] == f"news {speaker} 7007"


@pytest.mark.parametrize("hears", ["stack", "host"])
def test_a_member_by_source_hears_no_other(net, hears):
    nobody = "10.10.10.77" if net.family == 4 else "fd10:10:10::77"
    lines = heard(net, hears, SOURCE_SPECIFIC, 7007, nobody)
    assert [line.split()[0] for line in lines] == ["end"]
