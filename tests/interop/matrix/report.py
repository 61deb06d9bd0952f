"""Results of the matrix: as a file, and as tables for the READMEs."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

from .place import FAMILIES, PLACES
from .row import Row

BEGIN, END = "<!-- matrix: written by scripts/matrix -->", "<!-- matrix: end -->"
# From the best to the worst; "differs" is a failure that the row expects, with a reason.
OUTCOMES = ("works", "left out", "differs", "absent", "fails")

GOOD = "as on the kernel"
CASES = tuple(f"{place}{family}" for family in FAMILIES for place in PLACES)

Results = dict[str, dict[str, str]]  # by the row's name and the case


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
    lines = ["\t".join(["row", *CASES])]
    for row in (row for rows in groups.values() for row in rows if row.name in results):
        lines.append("\t".join([row.name, *(results[row.name].get(case, "absent") for case in CASES)]))
    path.write_text("\n".join(lines) + "\n")


def with_table(text: str, table: str) -> str:
    """A README with another table between its marks."""
    return re.sub(f"{BEGIN}\n.*?{END}", lambda _: f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL)


def _summary(row: Row, outcomes: dict[str, str], family: int, tells_what_is_left_out: bool = True) -> str:
    """In words, over one family: as on the kernel, or what is otherwise, where, and why; "" if it is not run at all."""
    if outcomes.get(f"kernel{family}") == "left out":
        return f"no: {row.left_out('kernel', family)}" if tells_what_is_left_out else ""
    if outcomes.get(f"kernel{family}") != "works":
        return "not tried: not installed" if outcomes.get(f"kernel{family}") == "absent" else "fails on the kernel"
    said = []
    for place in PLACES[1:]:
        what = outcomes.get(f"{place}{family}", "absent")
        if what == "left out":
            if tells_what_is_left_out:
                said.append(f"not as {place}: {row.left_out(place, family)}")
        elif what == "differs":
            said.append(f"differs as {place}: {row.different(place, family)}")
        elif what != "works":
            said.append(f"fails as {place}")
    return "; ".join(said) or GOOD


def full_table(groups: dict[str, list[Row]], results: Results) -> str:
    """Every row."""
    lines = []
    for title, rows in groups.items():
        lines += ["", f"**{title}**", "", "| tool | does | over IPv4 | over IPv6 |", "|---|---|---|---|"]
        for row in rows:
            over4, over6 = (_summary(row, results.get(row.name, {}), family) for family in FAMILIES)
            over6 = "the same" if over6 == over4 != GOOD else over6
            lines.append(f"| {row.tool} | {row.does} | {over4} | {over6} |")
    return "\n".join(lines[1:])


def short_table(groups: dict[str, list[Row]], results: Results) -> str:
    """The tools of each group by what can be said of all their rows, where they can be run."""
    lines = ["| | work as on the kernel | otherwise |", "|---|---|---|"]
    for title, rows in groups.items():
        over = {family: [(row, said) for row in rows if (said := _summary(row, results.get(row.name, {}), family, False))]
                for family in FAMILIES}  # fmt: skip
        others = [(row, family, said) for family in FAMILIES for row, said in over[family] if said != GOOD]
        families: dict[str, set[int]] = {row.tool: set() for row in rows}
        for family in FAMILIES:
            for row, _ in over[family]:
                families[row.tool].add(family)
        bad = {row.tool for row, _, _ in others}
        good = [_with_family(tool, has) for tool, has in families.items() if tool not in bad]
        otherwise = [f"{row.tool} ({row.does}, IPv{family}): {said}" for row, family, said in others]
        lines.append(f"| {title} | {', '.join(good)} | {'; '.join(otherwise)} |")
    return "\n".join(lines)


def _with_family(tool: str, families: set[int]) -> str:
    """A tool's name, with its family if it has one alone."""
    return tool if len(families) != 1 else f"{tool} (IPv{min(families)})"
