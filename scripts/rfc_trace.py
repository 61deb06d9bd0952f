"""From each requirement to the code that meets it and to the tests that show it.

Usage: scripts/rfc_trace [--missing | --markdown] [--root DIR]

Requirements stand in tests/conformance/requirements/*.tsv: id, level, section, the requirement in our
words and, where it is not met, the argument why. Code and tests cite them in comments:

  MUST-38, SHLD-3, REC-1, MAY-2   by its number, what RFC 9293 numbers in its appendix B
  RFC 5961 3.2                    by its section, what other RFCs ask for; also "RFC 6298 5.4 to 5.6",
                                  "RFC 7323 2.2 and 2.3"; a section stands for those below it too

Ends with 1 when a MUST has no code or no test and no argument, or when a number is cited that no
RFC has.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple

CODE_ROOTS = ("config.h", "core", "shim", "tapif")
TEST_ROOTS = ("tests",)
SUFFIXES = {".h", ".cpp", ".pkt", ".py"}
LISTS = "tests/conformance/requirements"
# The tests of this script cite what does not exist.
NOT_READ = ("tests/scripts/",)

NUMBERED = re.compile(r"\b(?:MUST|SHLD|REC|MAY)-\d+\b")
SECTION = r"\d{1,2}(?:\.\d{1,2})*(?!\d|\.\d)"
# "RFC 7323 5.3 R1 and 3.2": the rule's own name may stand behind its section.
SECTIONED = re.compile(rf"\bRFC (\d{{3,5}})(?!\d)(?: ({SECTION}(?: R\d)?"
                       rf"(?:(?:, | and |, and | to ){SECTION}(?: R\d)?)*))?")
# A comment goes on in the next line.
CONTINUED = re.compile(r"\n[ \t]*(?://|#)?[ \t]*")


class Requirement(NamedTuple):
    id: str
    level: str
    section: str
    text: str
    argument: str

    @property
    def key(self):
        """How it is cited."""
        if not self.id.startswith("RFC "):
            return self.id
        return self.id if self.section == "-" else f"{self.id} {self.section}"

    @property
    def is_must(self):
        return self.level.startswith("MUST")


class Row(NamedTuple):
    requirement: Requirement
    code: list
    tests: list

    @property
    def is_shown(self):
        return bool(self.code and self.tests)

    @property
    def is_wrong(self):
        return self.requirement.is_must and not self.is_shown and not self.requirement.argument


def read_list(path):
    """The requirements of one file; a line that is none is an error."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if not 4 <= len(fields) <= 5 or not all(fields):
            raise ValueError(f"{path}:{number}: want id, level, section, requirement[, argument]")
        yield Requirement(*fields, *[""] * (5 - len(fields)))


def between(first, last):
    """Sections from `first` to `last`, which differ in their last number only."""
    head, _, begin = first.rpartition(".")
    end = last.rpartition(".")[2]
    return [f"{head}.{n}" if head else str(n) for n in range(int(begin), int(end) + 1)]


def sections(text):
    """The sections that "5.4 to 5.6, 5.7 and 6" names."""
    found = []
    joint = ""
    for word in re.findall(rf"{SECTION}|, and |, | and | to ", re.sub(r" R\d", "", text)):
        if not word[0].isdigit():
            joint = word.strip()
        elif joint == "to":
            found += between(found[-1], word)[1:]
        else:
            found.append(word)
    return found


def citations(raw):
    """Yields (what is cited, line) of a file's text. A citation may be broken over two lines."""
    starts, parts, at, end = [], [], 0, 0  # of each piece: its place in the joined text, its line
    line = 1
    for match in [*CONTINUED.finditer(raw), None]:
        piece = raw[end:match.start() if match else len(raw)]
        starts.append((at, line))
        parts.append(piece)
        at += len(piece) + 1
        if match:
            end = match.end()
            line += match[0].count("\n")
    joined = " ".join(parts)

    def line_of(place):
        return next(number for begin, number in reversed(starts) if begin <= place)

    for match in NUMBERED.finditer(joined):
        yield match[0], line_of(match.start())
    for match in SECTIONED.finditer(joined):
        for section in sections(match[2] or "") or [""]:
            yield f"RFC {match[1]} {section}".rstrip(), line_of(match.start())


def files(root, names):
    for name in names:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            relative = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in SUFFIXES and not relative.startswith(NOT_READ):
                yield relative, path.read_text(errors="replace")


def collect(root, names):
    """What is cited: (path, line) of each place, by what is cited there."""
    found = {}
    for path, raw in files(root, names):
        if "RFC " in raw or NUMBERED.search(raw):
            for cited, line in citations(raw):
                found.setdefault(cited, []).append((path, line))
    return found


def places(found, key):
    """Where `key` or a section below it is cited, one place a file, in order."""
    below = key + ("." if key.count(" ") == 2 else " ")
    at = {}
    for cited, where in found.items():
        if cited == key or key.startswith("RFC ") and cited.startswith(below):
            for path, line in where:
                at[path] = min(line, at.get(path, line))
    return sorted(at.items())


def trace(root):
    """The rows of all requirements, and the numbers cited that are nobody's."""
    requirements = [r for path in sorted((root / LISTS).glob("*.tsv")) for r in read_list(path)]
    code, tests = collect(root, CODE_ROOTS), collect(root, TEST_ROOTS)
    known = {r.key for r in requirements}
    unknown = [(cited, *where[0]) for found in (code, tests) for cited, where in found.items()
               if NUMBERED.fullmatch(cited) and cited not in known]
    rows = [Row(r, places(code, r.key), places(tests, r.key)) for r in requirements]
    return rows, unknown


def brief(where, with_line=False):
    """The first place and how many more there are."""
    if not where:
        return "-"
    path, line = where[0]
    name = f"{path}:{line}" if with_line else path.removeprefix("tests/")
    return name if len(where) == 1 else f"{name} +{len(where) - 1}"


def as_text(rows):
    table = [(r.requirement.key, r.requirement.level, brief(r.code, True), brief(r.tests))
             for r in rows]
    widths = [max(len(row[i]) for row in table) for i in range(3)]
    for row, fields in zip(rows, table):
        yield " ".join(f"{field:<{width}}" for field, width in zip(fields, widths)) + " " + fields[3]
        if row.requirement.argument:
            yield f"{'':<{widths[0]}} argued: {row.requirement.argument}"


def as_markdown(rows):
    yield "| requirement | level | what it asks for | code | tests |"
    yield "|---|---|---|---|---|"
    for r in rows:
        code = ", ".join(f"`{path}:{line}`" for path, line in r.code) or "-"
        tests = ", ".join(f"`{path.removeprefix('tests/')}`" for path, _ in r.tests) or "-"
        text = r.requirement.text
        if r.requirement.argument:
            text += f" (argued: {r.requirement.argument})"
        yield f"| {r.requirement.key} | {r.requirement.level} | {text} | {code} | {tests} |"


def totals(rows):
    """One line a level, for RFC 9293 and for the others: how many are shown, argued, open."""
    for title, is_numbered in (("RFC 9293", True), ("others", False)):
        for level in ("MUST", "SHOULD", "MAY"):
            of = [r for r in rows if bool(NUMBERED.match(r.requirement.key)) == is_numbered
                  and r.requirement.level.removesuffix(" NOT") == level]
            shown = sum(r.is_shown for r in of)
            argued = sum(not r.is_shown and bool(r.requirement.argument) for r in of)
            if of:
                yield (f"{title:<8} {level:<6} {len(of):>2}: {shown} with code and test, {argued} argued, "
                       f"{len(of) - shown - argued} open")


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/rfc_trace",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--missing", action="store_true", help="only what lacks code or test")
    shape.add_argument("--markdown", action="store_true", help="every place, as a table")
    options = parser.parse_args()
    rows, unknown = trace(options.root)
    shown = [r for r in rows if not r.is_shown] if options.missing else rows
    for line in as_markdown(shown) if options.markdown else as_text(shown):
        print(line)
    print()
    for line in totals(rows):
        print(line)
    for cited, path, line in unknown:
        print(f"{path}:{line}: {cited} is nobody's number", file=sys.stderr)
    wrong = [r.requirement.key for r in rows if r.is_wrong]
    if wrong:
        print("without code or test:", ", ".join(wrong), file=sys.stderr)
    return 1 if wrong or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
