"""`tapstack run --nat` and `--bridge`: a stack on the machine's network, as root.

Each test is a script in namespaces of its own, whose machine has a way out through another namespace,
`up`, where 198.51.100.1 and 2001:db8:1::1 are. Nothing outside of them is touched."""

import hashlib
import os

import pytest

from command_line import run_in_world

pytestmark = pytest.mark.needs("curl", "nft", "iptables")

WORLD = """
mount -t tmpfs tmpfs /run/netns; mount -t sysfs sysfs /sys
ip link set lo up
ip netns add up
up="ip netns exec up"
ip link add u0 type veth peer name u1 netns up
ip addr add 192.0.2.2/24 dev u0; ip addr add 2001:db8::2/64 dev u0 nodad; ip link set u0 up
$up ip addr add 192.0.2.1/24 dev u1; $up ip addr add 2001:db8::1/64 dev u1 nodad
$up ip link set u1 up; $up ip link set lo up
$up ip addr add 198.51.100.1/32 dev lo; $up ip addr add 2001:db8:1::1/128 dev lo nodad
ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1
serve() { $up python3 -m http.server -b :: 8000 >/dev/null 2>serve.log & until $up ss -Hltn | grep -q 8000; do sleep 0.02; done; }
rules() { { iptables-save; nft list ruleset; ip link show type veth; cat /proc/sys/net/ipv4/ip_forward; } 2>/dev/null \\
          | grep -E 'tsup|^[01]$'; }
until_clean() { for i in $(seq 200); do [ "$(rules)" = 0 ] && break; sleep 0.02; done; rules; }
"""
WITHOUT = "mount --bind /dev/null $(command -v {0}); "
BYTES = bytes(range(256)) * 8_000


@pytest.fixture
def world(tmp_path, can_run):
    """Runs a script there; gives what it printed."""
    if os.getuid() != 0:
        pytest.skip("changes a machine's network: needs root")
    (tmp_path / "big").write_bytes(BYTES)

    return lambda script: run_in_world(tmp_path, WORLD, script)


@pytest.mark.parametrize("absent", ["iptables", "nft"])
def test_nat_reaches_the_world_as_the_machine_and_is_undone(world, absent):
    said = world(WITHOUT.format(absent) + """serve
        $tapstack run --nat -- curl -sS http://198.51.100.1:8000/big | md5sum
        cut -d' ' -f1 serve.log; until_clean""")
    assert said.split() == [hashlib.md5(BYTES).hexdigest(), "-", "::ffff:192.0.2.2", "0"]


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_what_nat_changed_is_undone_after_the_last_of_two_stacks(world, signal):
    said = world(f"""
        $tapstack run --nat -- nc.openbsd -l 7000 & a=$!
        $tapstack run --nat -- nc.openbsd -l 7000 & b=$!
        until [ $(ip -br link show up | grep -c ^tsup) = 2 ]; do sleep 0.02; done
        cat /proc/sys/net/ipv4/ip_forward
        kill -{signal} $a; until [ $(ip link | grep -c ': tsup') = 1 ]; do sleep 0.02; done
        sleep 0.2; cat /proc/sys/net/ipv4/ip_forward
        kill -{signal} $b; until_clean""")
    assert [line for line in said.split("\n") if line in ("0", "1")] == ["1", "1", "0"], said


def test_a_machine_that_forwarded_before_goes_on(world):
    said = world("echo 1 > /proc/sys/net/ipv4/ip_forward; $tapstack run --nat -- true; sleep 0.5; rules")
    assert said == "1\n"


@pytest.mark.families(4, 6, by_night=(6,))
def test_a_bridge_of_the_machine_takes_the_device_in(world, family):
    own, router, server = ("2001:db8::77/64", "2001:db8::1", "[2001:db8:1::1]") if family == 6 else (
        "192.0.2.77/24", "192.0.2.1", "198.51.100.1")
    said = world(f"""
        ip link add br0 type bridge; ip link set u0 master br0; ip link set br0 up; serve
        $tapstack run --bridge=br0 --addr={own} --gw={router} -- curl -gsS http://{server}:8000/big | md5sum
        for i in $(seq 100); do ip link | grep -q ': tsup' || break; sleep 0.02; done
        ip link | grep -c ': tsup'; exit 0""")
    assert said.split() == [hashlib.md5(BYTES).hexdigest(), "-", "0"]


@pytest.mark.families(4, 6, by_night=(6,))
def test_two_stacks_talk_over_a_bridge(world, family):
    any_address, one, other, server = ("::", "fd09::1/64", "fd09::2/64", "[fd09::1]") if family == 6 else (
        "0.0.0.0", "10.9.0.1/24", "10.9.0.2/24", "10.9.0.1")
    said = world(f"""
        ip link add br0 type bridge; ip link set br0 up
        $tapstack run --bridge=br0 --addr={one} --gw=none -- python3 -m http.server -b {any_address} 80 >/dev/null 2>&1 &
        until $tapstack run --bridge=br0 --addr={other} --gw=none -- curl -gs http://{server}/big >got; do sleep 0.1; done
        md5sum <got""")
    assert said.split() == [hashlib.md5(BYTES).hexdigest(), "-"]


@pytest.mark.parametrize(
    ("script", "status", "message"),
    [
        (WITHOUT.format("nft") + WITHOUT.format("iptables") + "$tapstack run --nat -- true", 125, "neither iptables nor nft"),
        ("$tapstack run --bridge=br7 -- true", 125, "br7"),
        ("$tapstack run --nat --bridge=br0 -- true", 2, "only one of them"),
        ("$tapstack run --nat --net=passt -- true", 2, "only one of them"),
        ("setpriv --reuid=65534 --regid=65534 --clear-groups $tapstack run --nat -- true", 2, "--net=passt"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_stays(world, script, status, message):
    said = world(f"{script}; echo status $?; until_clean")
    assert message in said and f"status {status}\n0\n" in said, said
    assert sum("tapstack: " in line for line in said.splitlines()) == 1, said
