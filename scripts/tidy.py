#!/usr/bin/python3
"""Checks of structure that no compiler makes: who may include whom, sizes, a test for each file of
the core, no operating system in the core, one place for byte order and one for errno.

Usage: scripts/tidy.py [--root DIR] [--list-rules]

A line that is right although a rule speaks against it carries `// tidy-allow(<rule>): <reason>`.
Files and functions that are too long stand in scripts/tidy_exceptions.txt, which only shrinks.
"""

import argparse
import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tidy_cpp  # noqa: E402

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60  # lines with code; comments and blank lines are free
EXCEPTION_SLACK = 20  # an exception whose subject is shorter by more than this must be lowered

TOP_LEVEL = {
    "Makefile", "CMakeLists.txt", "config.h", "README.md", "LICENSE",
    "core", "shim", "tapif", "tools", "tests", "scripts", "build",
}
CODE_ROOTS = ("core", "shim", "tapif", "tools", "tests", "scripts")

# DESIGN.md section 2: a folder may include those of a lower rank, and itself.
RANK = {
    "util": 0, "mem": 1, "timer": 2, "wire": 3, "link": 4, "net": 5, "transport": 6,
    "socket": 7, "stack": 8, "api": 9, "app": 10, "port": 10,
}
# Clients and servers of protocols use the stack through its API only.
APP_MAY_INCLUDE = {"util", "mem", "timer", "wire", "api", "app"}
# What the hosted folders may see of the core, and of one another.
HOSTED_CORE = {"api", "app", "port"}
HOSTED_MAY_INCLUDE = {
    "tapif": {"tapif"},
    "shim": {"shim", "tapif"},
    "tools": {"tools", "shim", "tapif"},
}

FREESTANDING = {
    "algorithm", "array", "bit", "climits", "compare", "concepts", "cstddef", "cstdint", "cstring",
    "initializer_list", "iterator", "limits", "new", "numeric", "optional", "ranges", "span",
    "string_view", "tuple", "type_traits", "utility", "variant", "version",
}

BYTE_ORDER_PLACES = ("core/wire/", "core/util/bytes")
BYTE_ORDER = re.compile(
    r"\b(htons|htonl|ntohs|ntohl|htobe\d\d|be\d\dtoh|htole\d\d|le\d\dtoh|bswap_\d\d"
    r"|__builtin_bswap\d\d|byteswap)\b|std::endian|<<\s*8\b[^;]*\||\|[^;]*<<\s*8\b")

# errno exists in one file of the shim; the core never has it. tapif/ and tools/ call the system
# and report with strerror, they are free.
ERRNO_PLACES = ("shim/common/errno_map.",)
ERRNO = re.compile(r"\berrno\b")

HEAP = re.compile(r"(?<!operator )\bnew\b(?!\s*\()|(?<!operator )(?<!= )\bdelete\b\s*(\[\s*\]\s*)?\w"
                  r"|\b(malloc|calloc|realloc|free)\s*\(")
CONDITIONAL = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b[ \t]*(.*)$", re.M)
NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NOTE_WITH_REASON = re.compile(r"\bTODO\([^)\s][^)]*\): \S.{9,}")
ALLOW = re.compile(r"tidy-allow\(([a-z-]+)\): \S")

RULES = {
    "include": "includes point one way",
    "header": "the core includes freestanding headers only",
    "size": "files of at most 600 lines, functions of at most 60",
    "test": "each .cpp of the core has a _test.cpp",
    "byte-order": "byte order is known to core/wire and core/util/bytes* only",
    "errno": "errno exists in one file of the shim",
    "heap": "the core does not allocate",
    "if": "no conditional compilation in the core; features are constexpr values of config.h",
    "top-level": "the top level holds what DESIGN.md names",
    "todo": "a note to do something says why it is not done: TODO(who or issue): reason",
}


class Problem(NamedTuple):
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.text}"


class Source:
    """One C or C++ file: as it stands, and without comments and strings."""

    def __init__(self, root, path):
        self.path = path
        self.raw = (root / path).read_text(errors="replace")
        self.lines = self.raw.split("\n")
        self.code = tidy_cpp.strip(self.raw)
        self.is_core = path.startswith("core/")
        self.is_freestanding = self.is_core and not path.startswith("core/port/hosted/")

    def allowed(self, line, rule):
        """True if the line or the one before it carries an allowance with a reason."""
        near = self.lines[max(0, line - 2):line]
        return any(m and m[1] == rule for m in map(ALLOW.search, near))

    def problem(self, line, rule, text):
        return [] if self.allowed(line, rule) else [Problem(self.path, line, rule, text)]

    def search(self, pattern, rule, text):
        for number, line in enumerate(self.code.split("\n"), 1):
            match = pattern.search(line)
            if match and not line.lstrip().startswith("#include"):
                yield from self.problem(number, rule, text.format(match[0].strip()))


def core_folder(include):
    """The folder of the core that an include names, or None."""
    parts = include.split("/")
    if parts[0] == "core":
        parts = parts[1:]
    return parts[0] if len(parts) > 1 and parts[0] in RANK else None


def check_core_include(here, include):
    top = include.split("/")[0]
    if top in ("tapif", "shim", "tools", "tests"):
        return f'the core must not include "{include}"'
    there = core_folder(include)
    if there is None or there == here:
        return None
    if here == "app":
        wrong = there not in APP_MAY_INCLUDE
    else:
        wrong = RANK[there] >= RANK[here]
    return f'{here}/ must not include {there}/ ("{include}")' if wrong else None


def check_hosted_include(here, include):
    there = core_folder(include)
    if there is not None and there not in HOSTED_CORE:
        return f'{here}/ sees the core through core/api only, not "{include}"'
    top = include.split("/")[0]
    if top in ("tapif", "shim", "tools", "tests") and top not in HOSTED_MAY_INCLUDE[here]:
        return f'{here}/ must not include "{include}"'
    return None


def check_includes(source):
    parts = source.path.split("/")
    for line, kind, include in tidy_cpp.includes(source.raw):
        text = None
        if kind == "<":
            if source.is_freestanding and include not in FREESTANDING:
                yield from source.problem(
                    line, "header", f"<{include}> is not a freestanding header the core may use")
            continue
        if include.startswith("../") or "/../" in include:
            text = f'"{include}": paths start at the top level or at core/'
        elif source.is_core and len(parts) > 2:
            text = check_core_include(parts[1], include)
        elif parts[0] in HOSTED_MAY_INCLUDE:
            text = check_hosted_include(parts[0], include)
        if text:
            yield from source.problem(line, "include", text)


def check_conditionals(source):
    for match in CONDITIONAL.finditer(source.code):
        word, condition = match[1], match[2].strip()
        guard = word == "ifndef" and re.match(
            rf"\s*#[ \t]*define[ \t]+{re.escape(condition)}[ \t]*$",
            source.code[match.end():].lstrip("\n").split("\n")[0])
        if guard or "__cplusplus" in condition:
            continue
        line = source.code.count("\n", 0, match.start()) + 1
        yield from source.problem(line, "if", f"#{word} {condition}: a feature is a constexpr value")


def check_source(source):
    yield from check_includes(source)
    if source.is_freestanding:
        yield from check_conditionals(source)
        yield from source.search(HEAP, "heap", "the core does not allocate: {}")
    if source.is_core and not source.path.startswith(BYTE_ORDER_PLACES):
        yield from source.search(BYTE_ORDER, "byte-order", "byte order outside wire/: {}")
    if source.is_core or (source.path.startswith("shim/")
                          and not source.path.startswith(ERRNO_PLACES)):
        yield from source.search(ERRNO, "errno", "{} belongs in " + ERRNO_PLACES[0] + "*")


def check_notes(path, raw):
    for number, line in enumerate(raw.split("\n"), 1):
        if NOTE.search(line) and not NOTE_WITH_REASON.search(line):
            yield Problem(path, number, "todo", "write TODO(who or issue): why it is not done yet")


def check_tests_exist(root, paths):
    for path in paths:
        if path.startswith("core/") and path.endswith(".cpp") and not path.startswith("core/port/"):
            test = "tests/unit/" + path[len("core/"):-len(".cpp")] + "_test.cpp"
            if not (root / test).is_file():
                yield Problem(path, 1, "test", f"there is no {test}")


def check_top_level(root):
    for entry in sorted(root.iterdir()):
        if entry.name not in TOP_LEVEL and not entry.name.startswith("."):
            yield Problem(entry.name, 1, "top-level", "does not belong at the top level")


def python_functions(raw):
    for node in ast.walk(ast.parse(raw)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def measure(root, paths, sources):
    """Yields (subject, path, line, length, limit) for every file and function."""
    for path in paths:
        raw = sources[path].raw if path in sources else (root / path).read_text(errors="replace")
        yield path, path, 1, len(raw.splitlines()), FILE_LINES_MAX
        if path in sources:
            functions = tidy_cpp.functions(sources[path].code)
        elif path.endswith(".py"):
            functions = python_functions(raw)
        else:
            continue
        for name, line, length in functions:
            yield f"{path}:{name}", path, line, length, FUNCTION_LINES_MAX


def read_exceptions(root):
    """scripts/tidy_exceptions.txt: lines of `path[:function] limit reason`."""
    name = "scripts/tidy_exceptions.txt"
    exceptions, problems = {}, []
    path = root / name
    for number, line in enumerate(path.read_text().splitlines() if path.is_file() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(None, 2)
        if len(fields) < 3 or not fields[1].isdigit():
            problems.append(Problem(name, number, "size", "want: path[:function] limit reason"))
        else:
            exceptions[fields[0]] = (int(fields[1]), number)
    return exceptions, problems


def check_sizes(root, paths, sources):
    exceptions, problems = read_exceptions(root)
    yield from problems
    longest = {}  # overloads share a name: the longest counts
    for subject, path, line, length, limit in measure(root, paths, sources):
        if subject not in longest or longest[subject][2] < length:
            longest[subject] = (path, line, length, limit)
    for subject, (path, line, length, limit) in longest.items():
        allowed = max(limit, exceptions.get(subject, (0, 0))[0])
        if length > allowed:
            yield Problem(path, line, "size", f"{subject} has {length} lines, at most {allowed}")
    for subject, (allowed, number) in exceptions.items():
        length, limit = longest.get(subject, (0, 0, 0, 0))[2:]
        if length <= limit:
            text = f"{subject} has {length} lines and needs no exception: remove this entry"
        elif length < allowed - EXCEPTION_SLACK:
            text = f"{subject} has {length} lines: lower its limit"
        else:
            continue
        yield Problem("scripts/tidy_exceptions.txt", number, "size", text)


def code_files(root):
    for top in CODE_ROOTS:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and path.suffix in (".h", ".cpp", ".c", ".py"):
                yield path.relative_to(root).as_posix()
    if (root / "config.h").is_file():
        yield "config.h"


def check(root):
    """All problems of the tree at root."""
    root = Path(root)
    paths = list(code_files(root))
    sources = {p: Source(root, p) for p in paths if not p.endswith(".py")}
    problems = []
    for source in sources.values():
        problems += check_source(source)
        problems += check_notes(source.path, source.raw)
    problems += check_tests_exist(root, paths)
    problems += check_top_level(root)
    problems += check_sizes(root, paths, sources)
    return sorted(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--list-rules", action="store_true")
    options = parser.parse_args()
    if options.list_rules:
        for rule, meaning in RULES.items():
            print(f"{rule:10} {meaning}")
        return 0
    problems = check(options.root)
    for problem in problems:
        print(problem)
    if problems:
        print(f"tidy.py: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
