"""Compares netbench over Tapstack with netbench over the kernel's stack on a veth pair.

Both are run in turn, several times; medians and their ratio are printed. The kernel's senders use
reno, since a machine's default may be BBR, whose pacing caps them.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from tapstack_interop import Namespace, Network, build_dir

NETBENCH = build_dir() / "tests" / "netbench"


class Veth:
    """Two namespaces joined by a veth pair: the kernel on both sides."""

    def __init__(self) -> None:
        self.a, self.b = Namespace(), Namespace()
        self._ip(self.a, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", str(self.b.pid))
        for side, name, address in ((self.a, "v0", "10.20.0.1/24"), (self.b, "v1", "10.20.0.2/24")):
            self._ip(side, "addr", "add", address, "dev", name)
            self._ip(side, "link", "set", name, "up")

    def _ip(self, side: Namespace, *words: str) -> None:
        subprocess.run(["ip", *words], preexec_fn=side.enter, check=True)

    def measure(self, test: str, options: list[str], seconds: float, pin: list[str]) -> str:
        port = "6000"
        server = subprocess.Popen(
            [*pin, NETBENCH, test, "server", port, str(seconds)], preexec_fn=self.a.enter
        )
        try:
            client = [*pin, NETBENCH, test, "client", "10.20.0.1", port, str(seconds), *options, "cc=reno"]
            done = subprocess.run(
                client, preexec_fn=self.b.enter, capture_output=True, text=True, check=True
            )
            return done.stdout
        finally:
            server.kill()
            server.wait()

    def close(self) -> None:
        self.a.close()
        self.b.close()


def measure_stack(test: str, options: list[str], seconds: float, pin: list[str], engine: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        net = Network(pathlib.Path(folder), {"TAPSTACK_ENGINE": engine})
        try:
            net.host.start([*pin, NETBENCH, test, "server", "6000", str(seconds)])
            client = [*pin, NETBENCH, test, "client", net.host_addr, "6000", str(seconds), *options]
            return net.stack.run(client, timeout=seconds * 4 + 20).check().text
        finally:
            net.close()


def value(line: str, key: str) -> float:
    return float(re.search(rf"{key}=([\d.]+)", line)[1])


# name, test, options, figure, unit, pinned to one CPU, wanted ratio stack/kernel and its sense
ROWS = [
    ("stream, stack sends", "stream", [], "gbit", "Gbit/s", False, (">=", 0.25)),
    ("stream, stack receives", "stream", ["reverse"], "gbit", "Gbit/s", False, (">=", 0.25)),
    ("1-byte round trip, one CPU", "rr", [], "median_us", "us", True, ("<=", 3.0)),
    ("1-byte round trip, two CPUs", "rr", [], "median_us", "us", False, None),
    ("connect-request-close, one CPU", "crr", [], "per_second", "/s", True, None),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs of each (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a run (default 1)")
    parser.add_argument("--engine", choices=["inside", "keeper"], default="inside")
    parser.add_argument("--only", default="", help="only rows whose name contains this")
    options = parser.parse_args()
    print(f"medians of {options.runs} interleaved runs of {options.seconds} s; engine {options.engine}")
    print(f"{'':32} {'stack':>10} {'kernel':>10} {'ratio':>7}  wanted")
    failed = False
    for name, test, words, figure, unit, pinned, wanted in ROWS:
        if options.only not in name:
            continue
        pin = ["taskset", "-c", "0"] if pinned else []
        stack, kernel = [], []
        veth = Veth()
        try:
            for _ in range(options.runs):
                stack.append(value(measure_stack(test, words, options.seconds, pin, options.engine), figure))
                kernel.append(value(veth.measure(test, words, options.seconds, pin), figure))
        finally:
            veth.close()
        mine, theirs = statistics.median(stack), statistics.median(kernel)
        ratio = mine / theirs
        verdict = ""
        if wanted:
            holds = ratio >= wanted[1] if wanted[0] == ">=" else ratio <= wanted[1]
            failed |= not holds
            verdict = f"{wanted[0]} {wanted[1]} {'holds' if holds else 'MISSED'}"
        print(f"{name:32} {mine:>10.2f} {theirs:>10.2f} {ratio:>7.2f}  {verdict} ({unit})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
