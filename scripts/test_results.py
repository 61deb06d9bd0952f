"""What tests report: counts and names, read from the XML of GoogleTest and pytest."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Result:
    """Outcome of a stage: the number passed, and (name, reason) of the others."""
    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def one(name, status, reason=""):
    """The result of a single check that is no test framework's."""
    return Result(passed=1) if status == 0 else Result(failed=[(name, reason or f"exit {status}")])


def first_line(text):
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[0][:160] if lines else ""


def _case(case, result):
    name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
    for kind in ("failure", "error"):
        if case.find(kind) is not None:
            node = case.find(kind)
            result.failed.append((name, first_line(node.get("message") or node.text)))
            return
    if case.find("skipped") is not None:
        node = case.find("skipped")
        result.skipped.append((name, first_line(node.get("message") or node.text) or "no reason given"))
    elif case.get("status") == "notrun":
        result.skipped.append((name, "disabled in the source"))
    else:
        result.passed += 1


def from_xml(path, name, status):
    """The result in an XML file that the program `name` wrote before it ended with `status`."""
    result = Result()
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Result(failed=[(name, f"ended with {status} before it could report")])
    for case in cases:
        _case(case, result)
    if status != 0 and not result.failed:
        result.failed.append((name, f"ended with {status} although no test failed"))
    if not cases:
        result.failed.append((name, "holds no test"))
    return result


def summary(stages):
    """The table and lists that end a run. `stages` is a list of (name, Result, seconds)."""
    total = Result()
    width = max(len(name) for name, _, _ in stages)
    lines = ["", f"{'stage':<{width}}  passed  failed  skipped    time"]
    for name, result, seconds in stages:
        lines.append(f"{name:<{width}}  {result.passed:>6}  {len(result.failed):>6}  "
                     f"{len(result.skipped):>7}  {seconds:>5.0f} s")
        total.add(result)
    for title in ("failed", "skipped"):
        named = [(stage, *entry) for stage, result, _ in stages for entry in getattr(result, title)]
        if named:
            lines += ["", f"{title}:"]
            lines += [f"  {stage}: {name} ({reason})" for stage, name, reason in named]
    return "\n".join(lines + ["", str(total)]), total
