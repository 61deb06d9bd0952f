"""The programs of tests/interop/programs: socket semantics, on the kernel and on the stack alike."""

import pytest

from tapstack_interop.paths import build_dir

PROGRAMS = [
    ("socket_calls",),
    ("connecting",),
    ("stream_io",),
    ("urgent",),
    ("marked_sends",),
    ("datagrams",),
    ("both_families",),
    ("options",),
    ("odd_arguments",),
    ("datagram_options",),
    ("packet_headers",),
    ("tcp_options",),
    ("readiness",),
    ("descriptors",),
    ("processes",),
    ("unnoticed",),
    ("unnoticed", "as-root"),
    ("unnoticed", "other-namespaces"),
    ("confinement",),
    ("names",),
    ("threads",),
    ("attempts",),
    ("limits",),
    ("port_groups",),
    ("interruptions",),
    ("blocked_calls",),
    ("signals", "5000"),
]


def command(program: tuple[str, ...]) -> list[str]:
    path = build_dir() / "tests" / program[0]
    if not path.exists():
        pytest.skip(f"{path} is not built: make interop builds it")
    return [str(path), *program[1:]]


@pytest.mark.engines("inside")  # none runs
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p[0])
def test_program_holds_on_the_kernel(net, program):
    net.host.run(command(program), timeout=60).check()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p[0])
def test_program_holds_on_the_stack(net, program):
    net.stack.run(command(program), timeout=90).check()


ALONE = [
    "executed", "cloned-by-number", "cloned", "vforked", "spawned", "by-shell", "by-popen", "orphaned", "in-daemon", "inherited-listener",
    "unsent-data", "close-on-exec", "closed-in-one", "handed-over", "handed-over-plainly",
]


@pytest.mark.nightly  # PROGRAMS has them one after the other: only the first finds the engine inside
@pytest.mark.engines("inside")
@pytest.mark.parametrize("kind", ALONE)
def test_each_kind_of_process_finds_the_engine_inside(net, kind):
    net.stack.run(command(("processes", kind)), timeout=30).check()


@pytest.mark.nightly  # a minute; PROGRAMS has 5,000
def test_a_handler_that_longjmps_100_000_times_loses_nothing(net):
    net.stack.run(command(("signals", "100000")), timeout=300).check()


@pytest.fixture
def veth(net):
    """An interface of the kernel's own, 10.99.0.1/24, with nobody at its other end."""
    net.host_ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    net.host_ip("addr", "add", "10.99.0.1/24", "dev", "v0")
    net.host_ip("link", "set", "v0", "up")
    net.host_ip("link", "set", "v1", "up")


@pytest.mark.engines("inside")
def test_multicast_on_the_kernel(net, veth):
    net.host.run(command(("multicast",)), timeout=60).check()


def test_multicast_on_the_stack(net):
    net.stack.run(command(("multicast",)), timeout=60).check()
    reports = net.capture.fields("ip.dst == 224.0.0.22", "igmp.maddr")
    assert any("239.1.2.3" in group for row in reports for group in row), reports


@pytest.mark.engines("inside")
def test_a_neighbour_that_does_not_answer_on_the_kernel(net, veth):
    net.host.run(command(("attempts", "10.99.0.77")), timeout=60).check()


@pytest.mark.engines("inside")
def test_a_neighbour_that_does_not_answer_on_the_stack(net):
    net.stack.run(command(("attempts", "10.10.10.77")), timeout=60).check()
