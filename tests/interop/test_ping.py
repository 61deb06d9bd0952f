"""Unmodified ping, from the stack to the host and back."""

import re

import pytest

pytestmark = [pytest.mark.needs("ping"), pytest.mark.families(4, 6)]


def statistics(text: str) -> tuple[int, int]:
    """Packets transmitted and received."""
    found = re.search(r"(\d+) packets transmitted, (\d+) received", text)
    assert found, text
    return int(found[1]), int(found[2])


@pytest.mark.parametrize(
    "options",
    [
        ["-c5", "-i0.2"],
        ["-c200", "-i0.01"],
        ["-c5", "-i0.2", "-s2000"],
        ["-c3", "-i0.2", "-s65000"],
        ["-c3", "-i0.2", "-s65507"],  # of IPv4; 65527 of IPv6
        ["-c500", "-f"],
        ["-c3", "-i0.2", "-D"],
        ["-c3", "-i0.2", "-I", "ts0"],
        ["-c3", "-i0.2", "-I", "the stack's address"],
        ["-c3", "-i0.2", "-t5"],
        ["-c3", "-i0.2", "-p", "a5"],
        ["-c3", "-i0.2", "-M", "do", "-s1400"],
    ],
    ids=" ".join,
)
def test_stack_pings_host_without_loss(net, options):
    options = [net.stack_addr if option == "the stack's address" else option for option in options]
    done = net.stack.run(["ping", *options, net.host_addr], timeout=30).check()
    sent, received = statistics(done.text)
    assert sent == received > 0, done.report()
    assert "DUP" not in done.text and "errors" not in done.text, done.report()


@pytest.mark.parametrize("options", [[], ["-s2000"], ["-s65000"]], ids=" ".join)
def test_host_pings_stack_without_loss(net, options):
    holder = net.stack.start(["nc", f"-{net.family}", "-l", "7000"])
    net.wait_for_device()
    done = net.host.run(["ping", "-c5", "-i0.2", *options, net.stack_addr], timeout=30).check()
    assert statistics(done.text) == (5, 5)
    holder.kill()


def test_ping_to_itself(net):
    done = net.stack.run(["ping", "-c3", "-i0.2", net.stack_addr]).check()
    assert statistics(done.text) == (3, 3)


def test_ping_to_loopback(net):
    done = net.stack.run(["ping", "-c3", "-i0.2", net.loopback]).check()
    assert statistics(done.text) == (3, 3)


def test_absent_host_is_reported_in_time(net):
    done = net.stack.run(["ping", "-c1", "-W1", net.absent_addr], timeout=15)
    assert done.returncode == 1, done.report()
    assert statistics(done.text) == (1, 0)
    assert done.seconds < 6


@pytest.mark.engines("inside")
def test_absent_host_becomes_unreachable_as_on_the_kernel(net):
    done = net.stack.run(["ping", "-c4", "-i1", "-W5", net.absent_addr], timeout=30)
    assert done.returncode == 1
    wanted = "Address unreachable" if net.family == 6 else "Destination Host Unreachable"
    assert wanted in done.text + done.errors, done.report()


def test_too_large_for_the_path_is_refused_with_its_mtu(net):
    done = net.stack.run(["ping", "-c2", "-i0.2", "-M", "do", "-s2000", net.host_addr])
    assert done.returncode == 1
    assert "message too long" in (done.text + done.errors).lower(), done.report()


def test_no_route_is_told_at_once(net):
    done = net.stack.run(
        ["ping", "-c1", "-W1", "2001:db8::1" if net.family == 6 else "192.0.2.1"], env={"TAPSTACK_GW": "none"}, timeout=15
    )
    assert done.returncode == 2, done.report()
    assert "Network is unreachable" in done.errors, done.report()


@pytest.mark.families(4)
def test_record_route_is_refused_or_right(net):
    done = net.stack.run(["ping", "-c1", "-R", net.host_addr], timeout=15)
    refused = done.returncode == 2 and "record route" in done.errors.lower()
    assert refused or statistics(done.text) == (1, 1), done.report()


def test_times_are_like_the_kernels(net):
    done = net.stack.run(["ping", "-c200", "-i0.01", net.host_addr], timeout=30).check()
    median_of_pings = sorted(float(t) for t in re.findall(r"time=([\d.]+)", done.text))[100]
    assert median_of_pings < 2.0, f"median {median_of_pings} ms: a poll interval, not a wake-up"


def test_prints_nothing_of_its_own(net):
    done = net.stack.run(["ping", "-c1", net.host_addr]).check()
    assert done.errors == ""
    assert "tapstack" not in done.text.lower()


@pytest.mark.families(4)
def test_ping_records_its_route(net):
    done = net.stack.run(["ping", "-c2", "-i0.2", "-R", net.host_addr], timeout=20).check()
    assert statistics(done.text) == (2, 2)
    route = re.search(r"RR:\s+(\S+)\s+(\S+)", done.text)
    assert route, done.report()
    assert net.stack_addr in route[1] and net.host_addr in route[2], done.report()


@pytest.mark.families(4)
def test_ping_gathers_timestamps(net):
    done = net.stack.run(["ping", "-c2", "-i0.2", "-T", "tsandaddr", net.host_addr], timeout=20)
    assert statistics(done.check().text) == (2, 2)
    stamps = re.search(r"TS:\s+(\S+)\s", done.text)
    assert stamps and net.stack_addr in stamps[1], done.report()


@pytest.mark.families(4)
def test_host_records_the_route_to_the_stack(net):
    holder = net.stack.start(["nc", "-4", "-l", "7000"])
    net.wait_for_device()
    done = net.host.run(["ping", "-c2", "-i0.2", "-R", net.stack_addr], timeout=20).check()
    assert net.stack_addr in done.text.split("RR:")[1], done.report()
    holder.kill()
