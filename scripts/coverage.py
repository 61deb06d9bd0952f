#!/usr/bin/python3
"""Which lines of the core the tests reach: builds them with gcov's counters and runs them.

Usage: scripts/coverage.py [--under core/transport] [--no-run] [--all-files]

Prints each file's share and the lines that no test reaches. The build lies in build/coverage.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "coverage"
# What tests the core in the profile sim; the rest of the unit tests is of other parts.
PROGRAMS = ("unit_transport", "unit_socket", "unit_stack", "unit_api", "unit_net", "unit_wire",
            "conformance", "sim")
SEEDS = "60"  # of the simulation: it is ten times slower without optimisation
OBJECTS = "core_*_sim.dir"


def build():
    configure = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Debug",
                 "-DTAPSTACK_SANITIZE=coverage"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    known = subprocess.run(["ninja", "-C", BUILD, "-t", "targets", "all"], check=True,
                           capture_output=True, text=True).stdout
    programs = [p for p in PROGRAMS if f"\n{p}: phony" in known]
    subprocess.run(["ninja", "-C", BUILD, *programs], check=True, stdout=sys.stderr)
    return programs


def run(programs):
    """Whether all tests passed; the counters begin at zero."""
    for counters in BUILD.rglob("*.gcda"):
        counters.unlink()
    environment = {**os.environ, "TAPSTACK_SIM_SEEDS": SEEDS}
    failed = [p for p in programs
              if subprocess.run([BUILD / "tests" / p, "--gtest_brief=1"], cwd=ROOT, env=environment,
                                stdout=sys.stderr).returncode]
    for program in failed:
        print(f"{program} failed: its lines count all the same", file=sys.stderr)
    return not failed


def of_object(counters):
    """gcov's answer about one object file."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", counters], cwd=BUILD, check=True,
                          capture_output=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def collect(under):
    """How often each line of the files below `under` ran, in all objects together."""
    lines = collections.defaultdict(dict)
    for counters in sorted(BUILD.glob(f"CMakeFiles/{OBJECTS}/**/*.gcda")):
        for answer in of_object(counters):
            for file in answer["files"]:
                path = Path(answer["current_working_directory"], file["file"]).resolve()
                if not path.is_relative_to(ROOT / under):
                    continue
                counts = lines[path.relative_to(ROOT).as_posix()]
                for line in file["lines"]:
                    number = line["line_number"]
                    counts[number] = counts.get(number, 0) + line["count"]
    return lines


def not_reached(counts):
    """Ranges (first, last) of lines that never ran; lines without code do not end a range."""
    ranges = []
    for number in sorted(counts):
        if counts[number]:
            ranges.append(None)
        elif ranges and ranges[-1]:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return [r for r in ranges if r]


def report(lines, with_all):
    total = reached = 0
    for path, counts in sorted(lines.items()):
        hit = sum(count > 0 for count in counts.values())
        total += len(counts)
        reached += hit
        if hit < len(counts) or with_all:
            print(f"{100 * hit / len(counts):5.1f} %  {len(counts) - hit:>3} of {len(counts):>4}  {path}")
        source = (ROOT / path).read_text().splitlines()
        for first, last in not_reached(counts):
            more = "" if first == last else f" ... {last}"
            print(f"{'':21}{first}: {source[first - 1].strip()}{more}")
    if not total:
        sys.exit("no counters: run without --no-run first")
    print(f"{100 * reached / total:.1f} % of {total} lines; {total - reached} are reached by no test")


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/coverage.py",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--under", default="core/transport", help="the folder (core/transport)")
    parser.add_argument("--no-run", action="store_true", help="print what the last run counted")
    parser.add_argument("--all-files", action="store_true", help="also those that are reached whole")
    options = parser.parse_args()
    passed = options.no_run or run(build())
    report(collect(options.under), options.all_files)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
