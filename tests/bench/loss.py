"""How fast Tapstack sends over a bad path, beside Linux over the same one.

Both send to a kernel at the far end of one wire, tap_relay, which cuts their superframes to packets and
delays and loses these. The runs of a cell alternate; both of a pair meet the same sequence of losses. The
stack's frames are forwarded to the wire by the kernel that the Linux sender runs in, so there is nothing
on one way that is not on the other. Medians of the rate at which bytes arrive, from the connect on.
"""

import argparse
import contextlib
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from tapstack_interop import Namespace, Network, build_dir

PROGRAMS = build_dir() / "tests"
NETBENCH, RELAY = PROGRAMS / "netbench", PROGRAMS / "tap_relay"
FAR = "10.30.0.2"
PORT = "6000"

LOSSES = (0.0, 0.1, 1.0, 3.0)  # percent, in either direction
ROUND_TRIPS = (0, 20, 100)  # ms
CELL_MIN = 0.9  # wanted: of Linux's rate in each cell
ALL_MIN = 1.0  # and over all, the geometric mean of the ratios


def seconds_of(round_trip_ms: int, loss: float) -> float:
    """How long a run lasts: long enough that slow start is the smaller part and that losses are many. The
    hundred losses of 20 s at 20 ms and 1 % leave a rate that is known to about a twentieth; at 0 ms runs of
    3 s with 3 % differ by a factor of two."""
    if loss >= 1:
        return 20.0
    return 8.0 if round_trip_ms else 3.0


def impairment(loss: float, round_trip_ms: int, rate: str, seed: int) -> str:
    parts = [f"seed={seed}", f"rate={rate}"]
    if loss:
        parts.append(f"loss={loss}%")
    if round_trip_ms:
        parts.append(f"delay={round_trip_ms * 500}us")
    return ",".join(parts)


class Path:
    """Near namespace, with the Linux sender and the host's end of a stack, and the far one."""

    def __init__(self, folder: pathlib.Path, spec: str, capture: pathlib.Path | None) -> None:
        self.near = Network(folder)
        self.far = Namespace()
        self.programs = [self._start(self.near.namespace, RELAY, f"/proc/{self.far.pid}/ns/net", spec)]
        if not self.programs[0].stdout.readline().startswith("ready"):
            raise RuntimeError("tap_relay does not run")
        for side, words in ((self.near.namespace, ["sysctl", "-qw", "net.ipv4.ip_forward=1"]),
                            (self.far, ["ip", "route", "add", "10.10.10.0/24", "via", "10.30.0.1"])):
            subprocess.run(words, preexec_fn=side.enter, check=True)
        if capture:
            self.programs.append(self._start(self.near.namespace, "tcpdump", "-U", "-q", "-s96", "-iw0",
                                             "-w", capture))
            time.sleep(0.3)

    def _start(self, side: Namespace, *words) -> subprocess.Popen:
        return subprocess.Popen(words, preexec_fn=side.enter, stdout=subprocess.PIPE, text=True)

    def measure(self, is_stack: bool, algorithm: str, seconds: float) -> float:
        """Mbit/s of one sender."""
        server = self._start(self.far, NETBENCH, "rate", "server", PORT, str(seconds))
        self.programs.append(server)
        side = self.near.stack if is_stack else self.near.host
        sender = side.start([NETBENCH, "rate", "client", FAR, PORT, str(seconds), f"cc={algorithm}"],
                            env={"TAPSTACK_CC": algorithm})
        line = server.stdout.readline()
        server.kill()
        sender.kill()
        if not line.startswith("mbit="):
            raise RuntimeError(f"no figure came: {sender.stderr_now().decode(errors='replace')}")
        return float(line[5:])

    def close(self) -> None:
        for program in self.programs:
            program.kill()
            program.wait()
        self.near.close()
        self.far.close()


def measure_pair(folder, cell, options, seed) -> tuple[float, float]:
    """The stack's and Linux's rate over the same losses; who goes first alternates."""
    loss, round_trip_ms, algorithm = cell
    spec = impairment(loss, round_trip_ms, options.rate, seed)
    rates = {}
    for is_stack in (seed % 2 == 0, seed % 2 != 0):
        who = "stack" if is_stack else "linux"
        name = f"{algorithm}-{round_trip_ms}ms-{loss}-{seed}-{who}.pcap"
        capture = options.captures / name if options.captures else None
        with contextlib.closing(Path(folder, spec, capture)) as path:
            rates[is_stack] = path.measure(is_stack, algorithm, options.seconds or seconds_of(round_trip_ms, loss))
    return rates[True], rates[False]


def cells_of(options) -> list[tuple[float, int, str]]:
    if options.quick:
        return [(0.0, 0, "cubic"), (1.0, 20, "cubic")]
    return [(loss, round_trip_ms, algorithm) for algorithm in options.algorithms.split(",")
            for round_trip_ms in ROUND_TRIPS for loss in LOSSES
            if options.only in f"{algorithm} {round_trip_ms}ms {loss}%"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/bench loss")
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs in each cell (5)")
    parser.add_argument("--seconds", type=float, help="of a run (20 from 1 %% of loss on, else 8, without delay 3)")
    parser.add_argument("--rate", default="1gbit", help="of the wire (1gbit)")
    parser.add_argument("--algorithms", default="cubic,reno", help="cubic,reno")
    parser.add_argument("--only", default="", help='cells whose name contains this: "reno 20ms 1.0%%"')
    parser.add_argument("--quick", action="store_true", help="two cells, one pair each: that it works")
    parser.add_argument("--captures", type=pathlib.Path, help="folder for what tcpdump sees at the sender's end of the wire")
    options = parser.parse_args()
    runs = 1 if options.quick else options.runs
    if options.quick:
        options.seconds = 3.0
    print(f"medians of {runs} pairs of runs, Mbit/s on a wire of {options.rate}")
    print(f"{'algorithm':9} {'rtt':>6} {'loss':>6} {'stack':>9} {'linux':>9} {'ratio':>6}")
    ratios, missed = [], 0
    for cell in cells_of(options):
        with tempfile.TemporaryDirectory() as folder:
            pairs = [measure_pair(pathlib.Path(folder), cell, options, seed) for seed in range(1, runs + 1)]
        ours, theirs = (statistics.median(side) for side in zip(*pairs))
        ratios.append(ours / theirs)
        missed += ratios[-1] < CELL_MIN
        loss, round_trip_ms, algorithm = cell
        print(f"{algorithm:9} {round_trip_ms:>4}ms {loss:>5}% {ours:>9.2f} {theirs:>9.2f} {ratios[-1]:>6.2f}"
              f"{'  below' if ratios[-1] < CELL_MIN else ''}", flush=True)
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    print(f"all {len(ratios)} cells: {mean:.2f} (wanted {ALL_MIN}), {missed} below {CELL_MIN}")
    return 0 if options.quick else int(missed > 0 or mean < ALL_MIN)


if __name__ == "__main__":
    sys.exit(main())
