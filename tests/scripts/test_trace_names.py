"""TAPSTACK_LOG=trace: every function that the library stands in for is shown, or it is said why not."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def exported() -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "shim/exports.map").read_text(), flags=re.S)
    body = text[text.index("global:") + len("global:"):text.index("local:")]
    return {name.strip() for name in body.split(";") if name.strip()}


def traced() -> list[str]:
    names = []
    for folder in ("hooks", "names"):
        for file in sorted((ROOT / "shim" / folder).glob("*.cpp")):
            calls = r'\b(?:traced|traced_on|select_seen|shown_query|shown_send)\(\s*"(\w+)"'
            names += re.findall(calls, file.read_text())
    return names


def not_traced() -> dict[str, str]:
    lines = (ROOT / "shim/trace/not_traced.tsv").read_text().splitlines()
    return dict(line.split("\t") for line in lines)


def test_each_function_is_shown_or_has_a_reason_not_to_be():
    assert exported() == set(traced()) | set(not_traced())


def test_no_function_is_both_shown_and_excused():
    assert not set(traced()) & set(not_traced())


def test_each_function_is_shown_in_one_place():
    assert len(traced()) == len(set(traced()))


def test_what_is_shown_by_another_name_is_shown_by_that():
    other = [why.removeprefix("shown as ") for why in not_traced().values() if re.fullmatch(r"shown as \w+", why)]
    assert other and set(other) <= set(traced())
