"""rtnetlink on the stack: what ip, ifconfig, route and arp list, change and are told of."""

import json
import pathlib
import textwrap

import pytest

from tapstack_interop import wait_until

PYTHON = "/usr/bin/python3"
SURVEY = pathlib.Path(__file__).parent / "programs" / "netlink_survey.py"
MAC = "02:00:00:00:00:77"

# What the kernel tells of its own side only: the device is a tap there; addresses of the stack have the broadcast
# address of their prefix, and one that is still being probed is used meanwhile.
KERNEL_ONLY = {"linkinfo", "nodad"}
STACK_ONLY = {"broadcast", "optimistic", "tentative"}


@pytest.fixture
def stack(net):
    """One stack for all programs of the test: it lives as long as this one."""
    net.settings["TAPSTACK_GW"] = net.host_addr
    holder = net.stack.start([PYTHON, "-uc", textwrap.dedent("""\
        import socket, time
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        print('held')
        time.sleep(1000)""")])
    wait_until(lambda: b"held" in holder.stdout_now(), what="the stack")
    return net.stack


def ip(stack, *words):
    return stack.run(["ip", *words]).check().text


def ip_json(stack, *words):
    return json.loads(ip(stack, "-j", *words))


def refusal(stack, *words):
    done = stack.run(["ip", *words])
    assert done.returncode == 2
    return done.errors.strip()


def of_device(rows, name="ts0"):
    (row,) = [row for row in rows if row.get("ifname") == name]
    return row


@pytest.mark.engines("inside")
def test_calls_answer_as_on_the_kernel(net, stack):
    theirs, ours = (side.run([PYTHON, str(SURVEY)]).check().text.splitlines() for side in (net.host, stack))
    assert len(theirs) > 250
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.engines("inside")
def test_lists_have_the_shape_of_the_kernels(net, stack):
    ours = of_device(ip_json(stack, "-s", "addr"))
    theirs = of_device(json.loads(net.host.run(["ip", "-j", "-s", "addr"]).check().text))
    assert set(ours) == set(theirs) - KERNEL_ONLY
    assert {"UP", "LOWER_UP", "BROADCAST", "MULTICAST"} == set(ours["flags"])
    for family in ("inet", "inet6"):
        (a, b) = ([entry for entry in side["addr_info"] if entry["family"] == family][0] for side in (ours, theirs))
        assert set(a) - STACK_ONLY == set(b) - KERNEL_ONLY - STACK_ONLY
    for words in (["-j", "route"], ["-j", "-6", "route"], ["-j", "rule"], ["-j", "-6", "rule"], ["-j", "addrlabel"],
                  ["-j", "netconf", "show", "dev", "ts0"]):
        ours = json.loads(ip(stack, *words))
        theirs = json.loads(net.host.run(["ip", *words]).check().text)
        if "route" in words:  # the kernel's side has no default route, and link-local networks of its own
            ours, theirs = ([row for row in side if row["dst"] in ("10.10.10.0/24", "fd10:10:10::/64")]
                            for side in (ours, theirs))
            ours[0].pop("prefsrc", None), theirs[0].pop("prefsrc", None)
            theirs = [row for row in theirs if row["dev"] == "ts0"]
        assert ours == theirs, words


def test_changes_take_effect_and_are_listed(net, stack):
    ip(stack, "addr", "add", "10.10.10.77/24", "dev", "ts0")
    assert refusal(stack, "addr", "add", "10.10.10.77/24", "dev", "ts0") == "Error: Address already assigned."
    net.host.run(["ping", "-c1", "-W5", "10.10.10.77"]).check()
    ip(stack, "route", "add", "172.16.0.0/12", "via", net.host_addr, "metric", "5", "src", "10.10.10.77", "mtu", "1400")
    (route,) = [row for row in ip_json(stack, "route") if row["dst"] == "172.16.0.0/12"]
    assert (route["gateway"], route["metric"], route["prefsrc"]) == (net.host_addr, 5, "10.10.10.77")
    net.host_ip("addr", "add", "172.16.0.1/32", "dev", "lo")
    stack.run(["ping", "-c1", "-W5", "172.16.0.1"]).check()
    assert net.capture.count("icmp && ip.src == 10.10.10.77 && ip.dst == 172.16.0.1") == 1
    ip(stack, "route", "add", "unreachable", "192.0.2.0/24")
    assert "No route to host" in refusal(stack, "route", "get", "192.0.2.1")
    ip(stack, "addr", "del", "10.10.10.77/24", "dev", "ts0")
    assert net.host.run(["ping", "-c1", "-W0.3", "10.10.10.77"]).returncode == 1
    assert "No such process" in refusal(stack, "route", "del", "172.16.0.0/12"), "it went with its source"
    ip(stack, "link", "set", "ts0", "mtu", "1300")
    stack.run(["ping", "-c1", "-W5", "-s", "1400", net.host_addr]).check()
    assert net.capture.count("ip.src == 10.10.10.2 && ip.flags.mf == 1") == 1


@pytest.mark.engines("inside")
def test_neighbours_are_given_and_taken(net, stack):
    ip(stack, "neigh", "add", "10.10.10.78", "lladdr", MAC, "dev", "ts0")
    stack.run(["ping", "-c1", "-W0.3", "10.10.10.78"])
    assert net.capture.count(f"icmp && eth.dst == {MAC}") == 1
    (row,) = ip_json(stack, "neigh", "show", "10.10.10.78")
    assert (row["lladdr"], row["state"]) == (MAC, ["PERMANENT"])
    ip(stack, "neigh", "flush", "dev", "ts0", "nud", "permanent")
    assert ip_json(stack, "neigh", "show", "10.10.10.78") == []


def test_members_are_told_of_changes(net, stack):
    monitor = stack.start(["ip", "monitor", "link", "address", "route", "neigh"])
    wait_until(lambda: stack.run(["ip", "link", "set", "ts0", "mtu", "1400"]).check() and
               b"mtu 1400" in monitor.stdout_now() or ip(stack, "link", "set", "ts0", "mtu", "1500") is None,
               what="the monitor")
    ip(stack, "addr", "add", "10.10.10.77/24", "dev", "ts0")
    ip(stack, "route", "add", "172.16.0.0/12", "via", net.host_addr)
    ip(stack, "route", "del", "172.16.0.0/12")
    ip(stack, "addr", "del", "10.10.10.77/24", "dev", "ts0")
    stack.run(["ping", "-c1", "-W5", net.host_addr]).check()
    for said in (b"inet 10.10.10.77/24", b"172.16.0.0/12 via", b"Deleted 172.16.0.0/12",
                 b"Deleted 2: ts0    inet 10.10.10.77/24", b"REACHABLE"):
        wait_until(lambda said=said: said in monitor.stdout_now(), what=said.decode())


@pytest.mark.engines("inside")
def test_net_tools_change_and_list(net, stack):
    stack.run(["ifconfig", "ts0", "10.10.10.99", "netmask", "255.255.255.0", "mtu", "1400"]).check()
    shown = stack.run(["ifconfig", "ts0"]).check().text
    assert "inet 10.10.10.99  netmask 255.255.255.0  broadcast 10.10.10.255" in shown and "mtu 1400" in shown
    stack.run(["route", "add", "-net", "172.16.0.0", "netmask", "255.240.0.0", "gw", net.host_addr]).check()
    assert "172.16.0.0/12 via 10.10.10.1" in ip(stack, "route")
    stack.run(["route", "del", "-net", "172.16.0.0", "netmask", "255.240.0.0"]).check()
    assert "172.16" not in ip(stack, "route")
    stack.run(["arp", "-s", "10.10.10.78", MAC]).check()
    assert ip_json(stack, "neigh", "show", "10.10.10.78")[0]["state"] == ["PERMANENT"]
    stack.run(["arp", "-d", "10.10.10.78"]).check()
    assert ip_json(stack, "neigh", "show", "10.10.10.78") == []
    stack.run(["ping", "-c1", "-W5", net.host_addr]).check()


@pytest.mark.engines("inside")
def test_those_without_privilege_look_and_change_nothing(net, stack):
    for words in (["addr", "add", "10.10.10.77/24", "dev", "ts0"], ["link", "set", "ts0", "down"],
                  ["route", "del", "default"], ["neigh", "add", "10.10.10.78", "lladdr", MAC, "dev", "ts0"]):
        done = stack.run(["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "ip", *words])
        assert done.returncode == 2 and "Operation not permitted" in done.errors, (words, done.errors)
