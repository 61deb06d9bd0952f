"""rtnetlink on the stack: what ip, ifconfig, route and arp list, change and are told of."""

import dataclasses
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


@dataclasses.dataclass
class Others:
    """Addresses besides those of `net`, and words of Wireshark's."""

    own: str  # a second one of the stack's
    prefix: str
    network: str  # behind the host, and the host's address there
    far: str
    nowhere: str
    ip: str
    echo: str
    is_fragment: str
    is_there: str  # what is said of an address that there is


OTHERS = {
    4: Others("10.10.10.77", "10.10.10.77/24", "172.16.0.0/12", "172.16.0.1", "192.0.2.0/24", "ip", "icmp.type == 8",
              "ip.flags.mf == 1", "Error: ipv4: Address already assigned."),
    6: Others("fd10:10:10::77", "fd10:10:10::77/64", "fd20::/16", "fd20::1", "2001:db8::/32", "ipv6",
              "icmpv6.type == 128", "ipv6.fraghdr.more == 1", "Error: ipv6: address already assigned."),
}


@pytest.mark.families(4, 6)
def test_changes_take_effect_and_are_listed(net, stack):
    of = OTHERS[net.family]
    routes = [f"-{net.family}", "route"]
    ip(stack, "addr", "add", of.prefix, "dev", "ts0")
    assert refusal(stack, "addr", "add", of.prefix, "dev", "ts0") == of.is_there
    net.host.run(["ping", "-c1", "-W5", of.own]).check()
    ip(stack, *routes, "add", of.network, "via", net.host_addr, "metric", "5", "src", of.own, "mtu", "1400")
    (route,) = [row for row in ip_json(stack, *routes) if row["dst"] == of.network]
    assert (route["gateway"], route["metric"], route["prefsrc"]) == (net.host_addr, 5, of.own)
    net.host_ip("addr", "add", of.far, "dev", "lo")
    stack.run(["ping", "-c1", "-W5", of.far]).check()
    assert net.capture.count(f"{of.echo} && {of.ip}.src == {of.own} && {of.ip}.dst == {of.far}") == 1
    ip(stack, *routes, "add", "unreachable", of.nowhere)
    assert "error" not in ip(stack, *routes)
    assert "No route to host" in refusal(stack, "route", "get", of.nowhere.split("/")[0])
    ip(stack, "addr", "del", of.prefix, "dev", "ts0")
    assert net.host.run(["ping", "-c1", "-W0.3", of.own]).returncode == 1
    if net.family == 4:
        assert "No such process" in refusal(stack, *routes, "del", of.network), "it went with its source"
    else:
        (route,) = [row for row in ip_json(stack, *routes) if row["dst"] == of.network]
        assert "prefsrc" not in route and route["metric"] == 5, "it stays without the source"
    ip(stack, "link", "set", "ts0", "mtu", "1300")
    stack.run(["ping", "-c1", "-W5", "-s", "1400", net.host_addr]).check()
    assert net.capture.count(f"{of.ip}.src == {net.stack_addr} && {of.is_fragment}") == 1


@pytest.mark.families(4, 6)
@pytest.mark.engines("inside")
def test_neighbours_are_given_and_taken(net, stack):
    ip(stack, "neigh", "add", net.absent_addr, "lladdr", MAC, "dev", "ts0")
    stack.run(["ping", "-c1", "-W0.3", net.absent_addr])
    assert net.capture.count(f"{OTHERS[net.family].echo} && eth.dst == {MAC}") == 1
    (row,) = ip_json(stack, "neigh", "show", net.absent_addr)
    assert (row["lladdr"], row["state"]) == (MAC, ["PERMANENT"])
    ip(stack, f"-{net.family}", "neigh", "flush", "dev", "ts0", "nud", "permanent")
    assert ip_json(stack, "neigh", "show", net.absent_addr) == []


@pytest.mark.families(4, 6, by_night=(6,))
def test_members_are_told_of_changes(net, stack):
    monitor = stack.start(["ip", "monitor", "link", "address", "route", "neigh"])
    wait_until(lambda: stack.run(["ip", "link", "set", "ts0", "mtu", "1400"]).check() and
               b"mtu 1400" in monitor.stdout_now() or ip(stack, "link", "set", "ts0", "mtu", "1500") is None,
               what="the monitor")
    of, inet = OTHERS[net.family], "inet6" if net.family == 6 else "inet"
    ip(stack, "addr", "add", of.prefix, "dev", "ts0")
    ip(stack, "route", "add", of.network, "via", net.host_addr)
    ip(stack, "route", "del", of.network)
    ip(stack, "addr", "del", of.prefix, "dev", "ts0")
    stack.run(["ping", "-c1", "-W5", net.host_addr]).check()
    for said in (f"{inet} {of.prefix}", f"{of.network} via", f"Deleted {of.network}",
                 f"Deleted 2: ts0    {inet} {of.prefix}", "REACHABLE"):
        wait_until(lambda said=said: said in monitor.stdout_now().decode(), what=said)


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


@pytest.mark.families(6)
@pytest.mark.engines("inside")
def test_net_tools_change_and_list_what_is_of_ipv6(net, stack):
    of = OTHERS[6]
    stack.run(["ifconfig", "ts0", "add", of.prefix]).check()
    assert f"inet6 {of.own}  prefixlen 64" in stack.run(["ifconfig", "ts0"]).check().text
    stack.run(["route", "-6", "add", of.network, "gw", net.host_addr]).check()
    assert f"{of.network} via {net.host_addr}" in ip(stack, "-6", "route")
    stack.run(["route", "-6", "del", of.network, "gw", net.host_addr]).check()
    assert of.network not in ip(stack, "-6", "route")
    stack.run(["ifconfig", "ts0", "del", of.prefix]).check()
    assert of.own not in ip(stack, "addr")
    stack.run(["ping", "-c1", "-W5", net.host_addr]).check()


@pytest.mark.engines("inside")
def test_those_without_privilege_look_and_change_nothing(net, stack):
    for words in (["addr", "add", "10.10.10.77/24", "dev", "ts0"], ["link", "set", "ts0", "down"],
                  ["route", "del", "default"], ["neigh", "add", "10.10.10.78", "lladdr", MAC, "dev", "ts0"]):
        done = stack.run(["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "ip", *words])
        assert done.returncode == 2 and "Operation not permitted" in done.errors, (words, done.errors)
