"""tests/interop/matrix/report.py: what becomes of results in files and tables."""

import re
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
from matrix import report  # noqa: E402
from matrix.place import Place  # noqa: E402
from matrix.row import Row  # noqa: E402

GOOD = dict.fromkeys(report.CASES, "works")
ROW = Row("nc", "sends", ["nc"], without={"both": "why not"}, differs={"server": "how", "client6": "what"})


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
    results = {ROW.name: {**GOOD, "both6": "left out"}}
    report.write(tmp_path / "results.tsv", {"Group": [ROW]}, results)
    assert report.read(tmp_path / "results.tsv") == results


@pytest.mark.parametrize("outcomes, over4, over6", [
    ({}, "as on the kernel", "as on the kernel"),
    ({"both4": "left out"}, "not as both: why not", "as on the kernel"),
    ({"both4": "left out", "both6": "left out"}, "not as both: why not", "the same"),
    ({"server4": "differs", "client6": "differs"}, "differs as server: how", "differs as client: what"),
    ({"client4": "fails"}, "fails as client", "as on the kernel"),
    ({"kernel6": "fails"}, "as on the kernel", "fails on the kernel"),
    ({"kernel4": "absent", "kernel6": "absent"}, "not tried: not installed", "the same"),
])
def test_each_row_of_the_full_table_says_what_came_of_it(outcomes, over4, over6):
    table = report.full_table({"Group": [ROW]}, {ROW.name: {**GOOD, **outcomes}})
    assert f"| nc | sends | {over4} | {over6} |" in table


def test_a_row_of_one_family_says_why():
    row = Row("arp", "looks", ["arp"], four_only="no ARP")
    results = {row.name: {case: "left out" if case.endswith("6") else "works" for case in report.CASES}}
    assert "| arp | looks | as on the kernel | no: no ARP |" in report.full_table({"Group": [row]}, results)
    assert "| Group | arp (IPv4) |  |" in report.short_table({"Group": [row]}, results)


def test_the_short_table_names_a_tool_once_and_only_if_all_its_rows_are_good():
    other = Row("nc", "receives", ["nc"])
    groups = {"Group": [ROW, other]}
    assert "| Group | nc |  |" in report.short_table(groups, {ROW.name: GOOD, other.name: GOOD})
    assert "| Group |  | nc (sends, IPv4): fails as client |" in report.short_table(
        groups, {ROW.name: {**GOOD, "client4": "fails"}, other.name: GOOD})


def test_a_place_that_makes_no_sense_for_a_row_is_no_difference():
    assert "| Group | nc |  |" in report.short_table({"Group": [ROW]}, {ROW.name: {**GOOD, "both4": "left out"}})


def test_only_what_is_between_the_marks_is_replaced():
    text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    assert report.with_table(text, "new") == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


@pytest.mark.parametrize("family, wanted", [(4, "nc 10.10.10.2:9 x"), (6, "nc -6 [fd10:10:10::2]:9 x")])
def test_words_say_what_is_for_one_family_only(tmp_path, family, wanted):
    (tmp_path / "from").write_bytes(b"")
    place = Place(tmp_path, tmp_path / "from", family)
    assert " ".join(place.fill_all(["nc", "{|-6}", "{[server]}:9", "x"])) == wanted


def test_an_address_is_no_pattern(tmp_path):
    (tmp_path / "from").write_bytes(b"")
    assert Place(tmp_path, tmp_path / "from", 6).fill("{[server]}|{x|y}{2}", re.escape) == r"\[fd10:10:10::2\]|y{2}"
