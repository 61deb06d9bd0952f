"""Every socket option's answers, on the kernel and on the stack: the same, but for those listed in
option_departures.tsv with the reason."""

import csv
from pathlib import Path

import pytest

from tapstack_interop.paths import build_dir

SURVEY = build_dir() / "tests" / "option_survey"
DEPARTURES = Path(__file__).parent / "option_departures.tsv"


def departures() -> set[tuple[str, str]]:
    with DEPARTURES.open() as file:
        return {(row["level"], row["name"]) for row in csv.DictReader(file, delimiter="\t")}


def answers(namespace) -> dict[tuple[str, str, str], list[str]]:
    """By kind of socket, level and name of the option."""
    lines = namespace.run([str(SURVEY)], timeout=90).check().text.splitlines()
    found = {}
    for line in lines:
        kind, level, name, *rest = line.split()
        found[kind, level, name] = rest
    return found


@pytest.mark.engines("inside")
def test_options_answer_as_the_kernels(net):
    if not SURVEY.exists():
        pytest.skip(f"{SURVEY} is not built: make interop builds it")
    net.host_ip(*"link add second type bridge".split())  # interface 2, as ts0 is the stack's
    kernel = answers(net.host)
    stack = answers(net.stack)
    assert kernel.keys() == stack.keys()
    expected = departures()
    wrong = {
        option: [f"{a} but {b}" for a, b in zip(kernel[option], stack[option]) if a != b]
        for option in kernel
        if kernel[option] != stack[option] and option[1:] not in expected
    }
    assert not wrong, "\n".join(f"{' '.join(o)}: {'; '.join(w)}" for o, w in wrong.items())
