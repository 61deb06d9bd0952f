"""scripts/rfc_trace.py: which citations it reads, and what it fails on."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import rfc_trace  # noqa: E402

MUST = "MUST-1\tMUST\t3.1\tsomething"


def cited(text):
    return [what for what, _ in rfc_trace.citations(text)]


@pytest.fixture
def tree(tmp_path):
    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return write


def status(root, *options):
    run = subprocess.run([ROOT / "scripts/rfc_trace", "--root", root, *options],
                         capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize("text, wanted", [
    ("// RFC 9293 3.8.6.2.1, MUST-38: it", ["MUST-38", "RFC 9293 3.8.6.2.1"]),
    ("// RFC 6298 5.4 to 5.6", ["RFC 6298 5.4", "RFC 6298 5.5", "RFC 6298 5.6"]),
    ("// RFC 7323 2.2 and 2.3.", ["RFC 7323 2.2", "RFC 7323 2.3"]),
    ("// RFC 7323 5.3 R1 and 3.2", ["RFC 7323 5.3", "RFC 7323 3.2"]),
    ("// RFC 5961 3.2, RFC 9293 3.5", ["RFC 5961 3.2", "RFC 9293 3.5"]),
    ("// RFC 6928, ten segments", ["RFC 6928"]),
    ("// RFC 1122 4.2.2.13).", ["RFC 1122 4.2.2.13"]),
    ("// RFC 1122 is of 1989, RFC 768 too", ["RFC 1122", "RFC 768"]),
    ("// SHLD-3 and MUSTARD-3", ["SHLD-3"]),
])
def test_what_a_comment_cites(text, wanted):
    assert cited(text) == wanted


def test_a_citation_may_be_broken_over_two_lines():
    assert list(rfc_trace.citations("a\n  // of RFC\n  // 5961 3.2: b\n// MUST-2\n")) == [
        ("MUST-2", 4), ("RFC 5961 3.2", 2)]


def test_a_must_with_code_and_test_is_shown(tree):
    tree("tests/conformance/requirements/a.tsv", MUST)
    tree("core/a.cpp", "\n// MUST-1\n")
    root = tree("tests/unit/a_test.cpp", "// MUST-1\n")
    assert status(root) == (0, "MUST-1 MUST core/a.cpp:2 unit/a_test.cpp\n\n"
                               "RFC 9293 MUST    1: 1 with code and test, 0 argued, 0 open\n")
    assert "core/a.cpp" not in status(root, "--missing")[1]


@pytest.mark.parametrize("cites", ["core/a.cpp", "tests/unit/a_test.cpp"])
def test_a_must_without_code_or_test_fails(tree, cites):
    tree("tests/conformance/requirements/a.tsv", MUST)
    code, output = status(tree(cites, "// MUST-1\n"))
    assert code == 1 and "without code or test: MUST-1" in output


def test_an_argument_excuses_a_must(tree):
    root = tree("tests/conformance/requirements/a.tsv", MUST + "\tit does harm\n")
    code, output = status(root)
    assert code == 0 and "argued: it does harm" in output


def test_a_should_without_either_is_listed_only(tree):
    root = tree("tests/conformance/requirements/a.tsv", "SHLD-1\tSHOULD\t3.1\tsomething\n")
    code, output = status(root, "--missing")
    assert code == 0 and "SHLD-1 SHOULD - -" in output


def test_a_section_stands_for_those_below_it(tree):
    tree("tests/conformance/requirements/a.tsv", "RFC 7323\tMUST\t5\tPAWS\n")
    tree("core/a.cpp", "// RFC 7323 5.3\n")
    assert status(tree("tests/a.pkt", "// RFC 7323 5: x\n"))[0] == 0
    assert status(tree("tests/a.pkt", "// RFC 7323 55: x\n"))[0] == 1


def test_a_number_that_nobody_has_fails(tree):
    root = tree("core/a.cpp", "// MUST-7\n")
    assert status(root)[0] == 1


def test_a_line_that_is_no_requirement_is_an_error(tree):
    root = tree("tests/conformance/requirements/a.tsv", "MUST-1\tMUST\n")
    with pytest.raises(ValueError, match="a.tsv:1"):
        rfc_trace.trace(root)


def test_markdown_names_every_place(tree):
    tree("tests/conformance/requirements/a.tsv", MUST)
    tree("core/a.cpp", "// MUST-1\n")
    tree("core/b.cpp", "// MUST-1\n")
    output = status(tree("tests/a.pkt", "// MUST-1: x\n"), "--markdown")[1]
    assert "| MUST-1 | MUST | something | `core/a.cpp:1`, `core/b.cpp:1` | `a.pkt` |" in output
