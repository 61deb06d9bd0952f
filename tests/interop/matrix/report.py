"""Results of the matrix: as a file, and as tables for the READMEs."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

from .place import PLACES
from .row import Row

BEGIN, END = "<!-- matrix: written by scripts/matrix -->", "<!-- matrix: end -->"
# From the best to the worst; "differs" is a failure that the row expects, with a reason.
OUTCOMES = ("works", "left out", "differs", "absent", "fails")

Results = dict[str, dict[str, str]]  # by the row's name and the place


def outcome_of(case: Element) -> str:
    """What a test case of JUnit's format says."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "fails"
    skipped = case.find("skipped")
    if skipped is None:
        return "works"
    if skipped.get("type") == "pytest.xfail":
        return "differs"
    return "left out" if "left out" in (skipped.get("message") or "") else "absent"


def worse(a: str | None, b: str) -> str:
    """Of two reports on one case (a test and its end) the one that counts."""
    return b if a is None else max(a, b, key=OUTCOMES.index)


def read(path: Path) -> Results:
    """The results that a file holds; nothing if there is none."""
    if not path.exists():
        return {}
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return {name: dict(zip(lines[0][1:], outcomes)) for name, *outcomes in lines[1:]}


def write(path: Path, groups: dict[str, list[Row]], results: Results) -> None:
    """A line for each row in the order of the groups."""
    lines = ["\t".join(["row", *PLACES])]
    for row in (row for rows in groups.values() for row in rows if row.name in results):
        lines.append("\t".join([row.name, *(results[row.name].get(place, "absent") for place in PLACES)]))
    path.write_text("\n".join(lines) + "\n")


def with_table(text: str, table: str) -> str:
    """A README with another table between its marks."""
    return re.sub(f"{BEGIN}\n.*?{END}", lambda _: f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL)


def _summary(row: Row, outcomes: dict[str, str], tells_what_is_left_out: bool = True) -> str:
    """In words: as on the kernel, or what is otherwise, where, and why."""
    if outcomes.get("kernel") != "works":
        return "not tried: not installed" if outcomes.get("kernel") == "absent" else "fails on the kernel"
    said = []
    for place in PLACES[1:]:
        what = outcomes.get(place, "absent")
        if what == "left out":
            if tells_what_is_left_out:
                said.append(f"not as {place}: {row.left_out[place]}")
        elif what == "differs":
            said.append(f"differs as {place}: {row.differs[place]}")
        elif what != "works":
            said.append(f"fails as {place}")
    return "; ".join(said) or "as on the kernel"


def full_table(groups: dict[str, list[Row]], results: Results) -> str:
    """Every row."""
    lines = []
    for title, rows in groups.items():
        lines += ["", f"**{title}**", "", "| tool | does | on the stack |", "|---|---|---|"]
        lines += [f"| {r.tool} | {r.does} | {_summary(r, results.get(r.name, {}))} |" for r in rows]
    return "\n".join(lines[1:])


def short_table(groups: dict[str, list[Row]], results: Results) -> str:
    """The tools of each group by what can be said of all their rows, where they can be run."""
    lines = ["| | work as on the kernel | otherwise |", "|---|---|---|"]
    for title, rows in groups.items():
        summaries = [(row, _summary(row, results.get(row.name, {}), False)) for row in rows]
        others = [(row, said) for row, said in summaries if said != "as on the kernel"]
        good = dict.fromkeys(r.tool for r in rows if r.tool not in {o.tool for o, _ in others})
        lines.append(f"| {title} | {', '.join(good)} | {'; '.join(f'{r.tool} ({r.does}): {said}' for r, said in others)} |")
    return "\n".join(lines)
