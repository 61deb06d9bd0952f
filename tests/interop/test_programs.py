"""The programs of tests/interop/programs: socket semantics, on the kernel and on the stack alike. What check.h opens
is of the family in CHECK_FAMILY."""

import pytest

from tapstack_interop.paths import build_dir

PROGRAMS = [
    ("socket_calls",),
    ("connecting",),
    ("stream_io",),
    ("urgent",),
    ("marked_sends",),
    ("datagrams",),
    ("options",),
    ("odd_arguments",),
    ("datagram_options",),
    ("tcp_options",),
    ("readiness",),
    ("descriptors",),
    ("processes",),
    ("unnoticed",),
    ("unnoticed", "as-root"),
    ("unnoticed", "other-namespaces"),
    ("confinement",),
    ("threads",),
    ("attempts",),
    ("limits",),
    ("port_groups",),
    ("interruptions",),
    ("blocked_calls",),
    ("signals", "5000"),
]
OF_BOTH_FAMILIES = [("both_families",), ("packet_headers",), ("names",)]  # in one run each


def command(program: tuple[str, ...]) -> list[str]:
    path = build_dir() / "tests" / program[0]
    if not path.exists():
        pytest.skip(f"{path} is not built: make interop builds it")
    return [str(path), *program[1:]]


def run(net, side, *program: str, timeout: float = 60) -> None:
    side.run(command(program), env={"CHECK_FAMILY": net.family}, timeout=timeout).check()


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")  # none runs
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p[0])
def test_program_holds_on_the_kernel(net, program):
    run(net, net.host, *program)


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p[0])
def test_program_holds_on_the_stack(net, program):
    run(net, net.stack, *program, timeout=90)


@pytest.mark.engines("inside")  # none runs
@pytest.mark.parametrize("program", OF_BOTH_FAMILIES, ids=lambda p: p[0])
def test_program_of_both_families_holds_on_the_kernel(net, program):
    run(net, net.host, *program)


@pytest.mark.parametrize("program", OF_BOTH_FAMILIES, ids=lambda p: p[0])
def test_program_of_both_families_holds_on_the_stack(net, program):
    run(net, net.stack, *program)


ALONE = [
    "executed", "cloned-by-number", "cloned", "vforked", "spawned", "by-shell", "by-popen", "orphaned", "in-daemon", "inherited-listener",
    "unsent-data", "close-on-exec", "closed-in-one", "handed-over", "handed-over-plainly",
]


@pytest.mark.nightly  # PROGRAMS has them one after the other: only the first finds the engine inside
@pytest.mark.engines("inside")
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("kind", ALONE)
def test_each_kind_of_process_finds_the_engine_inside(net, kind):
    run(net, net.stack, "processes", kind)


@pytest.mark.nightly  # a minute; PROGRAMS has 5,000
@pytest.mark.families(4, 6)
def test_a_handler_that_longjmps_100_000_times_loses_nothing(net):
    run(net, net.stack, "signals", "100000", timeout=300)


@pytest.fixture
def veth(net):
    """An interface of the kernel's own, 10.99.0.1/24 and fd99::1/64, with nobody at its other end."""
    net.host_ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    net.host_ip("addr", "add", "10.99.0.1/24", "dev", "v0")
    net.host_ip("addr", "add", "fd99::1/64", "dev", "v0", "nodad")
    net.host_ip("link", "set", "v0", "up")
    net.host_ip("link", "set", "v1", "up")


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_multicast_on_the_kernel(net, veth):
    run(net, net.host, "multicast")


@pytest.mark.families(4, 6, by_night=(6,))
def test_multicast_on_the_stack(net):
    run(net, net.stack, "multicast")
    reports, group = {
        4: (("ip.dst == 224.0.0.22", "igmp.maddr"), "239.1.2.3"),
        6: (("ipv6.dst == ff02::16", "icmpv6.mldr.mar.multicast_address"), "ff15::1234"),
    }[net.family]
    told = net.capture.fields(*reports)
    assert any(group in groups for row in told for groups in row), told


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_a_neighbour_that_does_not_answer_on_the_kernel(net, veth):
    run(net, net.host, "attempts", "fd99::77" if net.family == 6 else "10.99.0.77")


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_a_neighbour_that_does_not_answer_on_the_stack(net):
    run(net, net.stack, "attempts", net.absent_addr)
