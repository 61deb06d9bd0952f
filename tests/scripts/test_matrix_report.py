"""tests/interop/matrix/report.py: what becomes of results in files and tables."""

import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
from matrix import report  # noqa: E402
from matrix.row import Row  # noqa: E402

GOOD = dict.fromkeys(("kernel", "client", "server", "both", "user"), "works")
ROW = Row("nc", "sends", ["nc"], without={"both": "why not"}, differs={"server": "how"})


@pytest.mark.parametrize("inside, wanted", [
    ("", "works"),
    ("<failure/>", "fails"),
    ("<error/>", "fails"),
    ('<skipped type="pytest.skip" message="left out: why"/>', "left out"),
    ('<skipped type="pytest.skip" message="nc is not installed"/>', "absent"),
    ('<skipped type="pytest.xfail" message="how"/>', "differs"),
])
def test_outcomes_are_told_apart(inside, wanted):
    assert report.outcome_of(xml.etree.ElementTree.fromstring(f"<testcase>{inside}</testcase>")) == wanted


def test_an_error_at_the_end_of_a_test_that_passed_is_a_failure():
    assert report.worse("works", "fails") == "fails" == report.worse("fails", "works")


def test_a_file_keeps_what_was_written(tmp_path):
    results = {ROW.name: {**GOOD, "both": "left out"}}
    report.write(tmp_path / "results.tsv", {"Group": [ROW]}, results)
    assert report.read(tmp_path / "results.tsv") == results


@pytest.mark.parametrize("outcomes, wanted", [
    ({}, "as on the kernel"),
    ({"both": "left out"}, "not as both: why not"),
    ({"server": "differs"}, "differs as server: how"),
    ({"client": "fails"}, "fails as client"),
    ({"kernel": "fails"}, "fails on the kernel"),
    ({"kernel": "absent"}, "not tried: not installed"),
])
def test_each_row_of_the_full_table_says_what_came_of_it(outcomes, wanted):
    assert f"| nc | sends | {wanted} |" in report.full_table({"Group": [ROW]}, {ROW.name: {**GOOD, **outcomes}})


def test_the_short_table_names_a_tool_once_and_only_if_all_its_rows_are_good():
    other = Row("nc", "receives", ["nc"])
    groups = {"Group": [ROW, other]}
    assert "| Group | nc |  |" in report.short_table(groups, {ROW.name: GOOD, other.name: GOOD})
    assert "| Group |  | nc (sends): fails as client |" in report.short_table(
        groups, {ROW.name: {**GOOD, "client": "fails"}, other.name: GOOD})


def test_a_place_that_makes_no_sense_for_a_row_is_no_difference():
    assert "| Group | nc |  |" in report.short_table({"Group": [ROW]}, {ROW.name: {**GOOD, "both": "left out"}})


def test_only_what_is_between_the_marks_is_replaced():
    text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    assert report.with_table(text, "new") == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"
