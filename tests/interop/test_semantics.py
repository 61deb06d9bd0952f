"""Every call in every state of a socket, both families, and every pair of claims on a port: the kernel's answers are
demanded of the stack."""

import pathlib

import pytest

SUITE = pathlib.Path(__file__).parent / "semantics"
RUN = ["/usr/bin/python3", "-B", str(SUITE / "run.py")]
DESTINATIONS = ["/usr/bin/python3", "-B", str(SUITE / "destinations.py")]
BINDS = ["/usr/bin/python3", "-B", str(SUITE / "binds.py")]
CASES_MIN = 400


def answers(text: str) -> dict[str, str]:
    return dict(line.split(" = ", 1) for line in text.splitlines())


def known_differences() -> set[tuple[str, str]]:
    """Pairs of call and state."""
    lines = (SUITE / "known_differences.txt").read_text().splitlines()
    parted = [line.rsplit(": ", 1) for line in lines if not line.startswith("#")]
    return {(call, state) for call, states in parted for state in states.split()}


def unexpected(kernel: dict[str, str], stack: dict[str, str]) -> list[str]:
    known = known_differences()
    found = []
    for case, wanted in kernel.items():
        state, call = case.split(" ", 1)[1].split(": ", 1)
        if stack.get(case) != wanted and (call, state) not in known:
            found.append(f"{case}: Linux {wanted}, the stack {stack.get(case)}")
    return found


@pytest.mark.nightly  # 7,104 cases, a minute with its three runs
@pytest.mark.no_capture
@pytest.mark.parametrize("move", [[], ["--fork"]], ids=["in one process", "after a fork"])
def test_calls_answer_in_every_state_as_on_linux(net, move):
    kernel = answers(net.host.run(RUN, timeout=100).check().text)
    assert len(kernel) >= CASES_MIN
    stack = answers(net.stack.run([*RUN, *move], timeout=200).check().text)
    assert not unexpected(kernel, stack)


def is_by_chance_on_linux(case: str) -> bool:
    """An IPv6 connection of a listener of both families counts as one of IPv4's 127.0.0.6 there (LOOPBACK4_IPV6)."""
    held, wanted = case.rsplit(": ", 1)
    return held.startswith(("TCP connected :: of both", "TCP waiting :: of both")) and wanted.startswith("0.0.0.0 ")


@pytest.mark.no_capture
@pytest.mark.engines("inside")  # the table of ports is the core's, whoever carries the calls
def test_ports_are_shared_as_on_linux(net):
    kernel = answers(net.host.run(BINDS, timeout=60).check().text)
    assert len(kernel) >= CASES_MIN
    stack = answers(net.stack.run(BINDS, timeout=60).check().text)
    differ = {case for case, wanted in kernel.items() if stack.get(case) != wanted}
    assert not {case for case in differ if not is_by_chance_on_linux(case)}


def is_from_elsewhere_on_linux(case: str, answer: str) -> bool:
    """An IPv6 connection sends to an IPv4 address there, from 127.0.0.6 (LOOPBACK4_IPV6); here from nowhere."""
    return case.startswith("udp6 connected") and answer == "sent" and ("family 2 " in case or "::ffff:" in case)


@pytest.mark.no_capture
def test_names_to_send_to_are_taken_or_refused_as_on_linux(net):
    net.host.run(["sysctl", "-qw", "net.ipv4.ping_group_range=0 65535"]).check()
    kernel = answers(net.host.run(DESTINATIONS, timeout=60).check().text)
    assert len(kernel) >= CASES_MIN
    stack = answers(net.stack.run(DESTINATIONS, timeout=60).check().text)
    differ = [f"{case}: Linux {wanted}, the stack {stack.get(case)}" for case, wanted in kernel.items()
              if stack.get(case) != wanted and not is_from_elsewhere_on_linux(case, wanted)]
    assert not differ, "\n".join(differ)
