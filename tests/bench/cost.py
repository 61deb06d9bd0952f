"""What the library adds to calls that are not ours: read() and write() on files, pipes, AF_UNIX, open(), stat(), lseek().

The same program runs with the library and without, in turn; each run compares batches through the
hooks with batches through libc (see cost/main.cpp). The least of all runs is the cost; it must stay
under 5 ns a call.
"""

import argparse
import collections
import os
import subprocess
import sys

from tapstack_interop import build_dir
from tapstack_interop.paths import library

BOUND_NS = 5.0


def measure(preloaded: bool) -> dict[str, tuple[float, float]]:
    """By kind of descriptor: ns of libc's call, ns added."""
    environment = {**os.environ, **({"LD_PRELOAD": str(library())} if preloaded else {})}
    command = [build_dir() / "tests" / "call_cost"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    hooked, *rest = done.stdout.splitlines()
    assert hooked == ("hooked 1 1" if preloaded else "hooked 0 0"), "the library is not where it should be"
    lines = (line.split() for line in rest)
    return {name: (float(native), float(added)) for name, native, added in lines}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs of each (default 5)")
    options = parser.parse_args()
    native, added = collections.defaultdict(list), {True: collections.defaultdict(list), False: collections.defaultdict(list)}
    for _ in range(options.runs):
        for preloaded in (True, False):
            for name, (libc_ns, extra_ns) in measure(preloaded).items():
                added[preloaded][name].append(extra_ns)
                native[name].append(libc_ns)
    print(f"ns a call, least of {options.runs} interleaved runs")
    print(f"{'':12} {'libc':>8} {'added':>8} {'ratio':>7} {'no library':>11}  wanted")
    failed = False
    for name, all_native in native.items():
        libc_ns, cost, without = min(all_native), min(added[True][name]), min(added[False][name])
        holds = cost < BOUND_NS
        failed |= not holds
        print(f"{name:12} {libc_ns:>8.1f} {cost:>8.2f} {1 + cost / libc_ns:>7.3f} {without:>11.2f}"
              f"  < {BOUND_NS:g} {'holds' if holds else 'MISSED'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
