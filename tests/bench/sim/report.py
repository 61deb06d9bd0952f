"""Draws what bench_sim measured: SVG files and one page, index.html, that holds them all.

usage: report.py RESULTS FOLDER     (RESULTS: one JSON object a line)
"""

import collections
import datetime
import json
import sys
from html import escape
from pathlib import Path

import svg

# Jain's index of two flows with equal paths: 400 Mbit/s, 162 ms, 2 MB of queue, background traffic.
NCSU = ("Ha, Rhee, Xu 2008 (CUBIC), measurements at NCSU, "
        "netsrv.csc.ncsu.edu/highspeed/1200/bk/rtt_fairness")
LITERATURE = {"cubic": 0.981, "reno": 0.990}
COEXISTENCE = (
    ("Zeynali and others, Promises and Potential of BBRv3, PAM 2024",
     "flows of BBRv3 that begin together share fairly soon; when one begins later, convergence takes much "
     "longer; BBRv3 leaves little room to CUBIC"),
    ("Gomez and others, Evaluating TCP BBRv3 performance in wired broadband networks, Computer "
     "Communications 2024", "shares of BBRv3 and CUBIC depend on the queue and on the number of flows"),
)
SHARE_PLOTS_MAX = 24


class Report:
    def __init__(self, cells, folder):
        self.cells = cells
        self.folder = folder
        self.algorithms = list(dict.fromkeys(name for cell in cells for name in cell["algorithms"]))
        self.body = []

    def of(self, group, **wanted):
        return [cell for cell in self.cells if cell["group"] == group
                and all(cell[key] == value for key, value in wanted.items())]

    def values(self, group, key):
        return sorted({cell[key] for cell in self.of(group)})

    def colour(self, algorithm):
        return svg.COLOURS[self.algorithms.index(algorithm) % len(svg.COLOURS)]

    def say(self, html):
        self.body.append(html)

    def draw(self, name, drawing):
        (self.folder / f"{name}.svg").write_text(drawing)
        self.say(drawing)

    def table(self, header, rows):
        head = "".join(f"<th>{escape(word)}</th>" for word in header)
        body = "".join("<tr>" + "".join(f"<td>{escape(str(word))}</td>" for word in row) + "</tr>"
                       for row in rows)
        self.say(f"<table><tr>{head}</tr>{body}</table>")


def milliseconds(seconds):
    return f"{seconds * 1e3:g} ms"


def bits(rate):
    return svg.number(rate) + "bit/s"


def rates(report):
    report.say("<h2>Without loss</h2><p>Share of the path's capacity (payload of full frames) that one "
               "flow gets in the second half of the run. The queue is so many bandwidth-delay products "
               "long, and ten packets at least.</p>")
    columns = report.values("rate", "rate")
    rows = report.values("rate", "round_trip_s")
    for algorithm in report.algorithms:
        for buffer in report.values("rate", "buffer_bdps"):
            cells = [c for c in report.of("rate", buffer_bdps=buffer) if c["algorithms"] == [algorithm]]
            values = {(bits(c["rate"]), milliseconds(c["round_trip_s"])): c["utilisation"] for c in cells}
            if values:
                report.draw(f"rate-{algorithm}-{buffer:g}",
                            svg.heat(f"{algorithm}, queue {buffer:g} BDP", [bits(c) for c in columns],
                                     [milliseconds(r) for r in rows], values, "bandwidth", "round trip"))


def losses(report):
    report.say("<h2>Random loss</h2><p>Dashed: what the response function says: Reno's of Padhye and "
               "others 1998 with the constant of Mathis and others 1997, CUBIC's of RFC 9438 5.1, BBR's "
               "insensitivity below 2 % (draft-ietf-ccwg-bbr, BBR.LossThresh).</p>")
    for rate in report.values("loss", "rate"):
        for round_trip in report.values("loss", "round_trip_s"):
            series = []
            for algorithm in report.algorithms:
                cells = [c for c in report.of("loss", rate=rate, round_trip_s=round_trip)
                         if c["algorithms"] == [algorithm]]
                colour = report.colour(algorithm)
                series.append((algorithm, [(c["loss"], c["goodput"][0]) for c in cells], colour, False))
                model = [(c["loss"], c["expected"]) for c in cells if c["expected"] > 0]
                series.append(("  expected", model, colour, True))
            title = f"{bits(rate)}, {milliseconds(round_trip)}"
            report.draw(f"loss-{rate / 1e6:g}mbit-{round_trip * 1e3:g}ms",
                        svg.lines(title, series, "probability of loss", "bit/s", True, True))


def reordering(report):
    report.say("<h2>Reordering</h2><p>Nothing is lost; packets come late with the probability named. "
               "100 Mbit/s, 20 ms.</p>")
    for reorder in report.values("reorder", "reorder"):
        series = []
        for algorithm in report.algorithms:
            cells = [c for c in report.of("reorder", reorder=reorder) if c["algorithms"] == [algorithm]]
            points = [(c["reorder_delay_s"] * 1e3, c["utilisation"]) for c in cells]
            series.append((algorithm, points, report.colour(algorithm), False))
        report.draw(f"reorder-{reorder:g}",
                    svg.lines(f"{100 * reorder:g} % late", series, "late by, ms", "share of capacity",
                              y_range=(0, 1)))


def share_name(cell):
    counts = collections.Counter(cell["algorithms"])
    return " and ".join(f"{count} {name}" for name, count in counts.items())


def literature(cell):
    names = set(cell["algorithms"])
    if cell["rate"] != 4e8 or len(names) != 1:
        return ""
    return LITERATURE.get(names.pop(), "")


def shares(report):
    cells = report.of("share")
    report.say("<h2>Flows that share a path</h2><p>Flow n starts n staggers after the first. Jain's index "
               "(1: equal shares) over the second half after the last start; convergence: from the last "
               "start to the first of three windows of a hundredth of the run with an index of 0.95 or "
               f"more. Literature: {escape(NCSU)}.</p>"
               "<p>Of BBR version 3, and beside CUBIC: "
               f"{escape('; '.join(f'{said} ({who})' for who, said in COEXISTENCE))}.</p>")
    header = ["flows", "path", "queue", "capacity used", "Jain's index", "literature", "shares",
              "convergence", "sent again", "mean queueing"]
    rows = []
    for cell in cells:
        total = sum(cell["goodput"]) or 1
        parts = collections.defaultdict(float)
        for name, goodput in zip(cell["algorithms"], cell["goodput"]):
            parts[name] += goodput / total
        converged = "never" if cell["convergence_s"] < 0 else f"{cell['convergence_s']:.1f} s"
        rows.append([share_name(cell), f"{bits(cell['rate'])}, {milliseconds(cell['round_trip_s'])}",
                     f"{cell['buffer_bdps']:.2g} BDP", f"{100 * cell['utilisation']:.0f} %",
                     f"{cell['jain']:.3f}", literature(cell),
                     ", ".join(f"{name} {100 * part:.0f} %" for name, part in parts.items()), converged,
                     f"{100 * cell['retransmitted']:.2f} %", f"{cell['queue_delay_ms']:.1f} ms"])
    report.table(header, rows)
    for n, cell in enumerate(cells[:SHARE_PLOTS_MAX]):
        window = cell["duration_s"] / len(cell["shares"][0])
        series = [(f"{k + 1} {name}", [(window * (w + 1), share) for w, share in enumerate(flow)],
                   svg.COLOURS[k % len(svg.COLOURS)], False)
                  for k, (name, flow) in enumerate(zip(cell["algorithms"], cell["shares"]))]
        title = f"{share_name(cell)}, queue {cell['buffer_bdps']:.2g} BDP"
        report.draw(f"share-{n}", svg.lines(title, series, "s", "share of capacity", y_range=(0, 1)))


def all_cells(report):
    header = ["group", "algorithms", "rate", "round trip", "queue", "loss", "late", "used", "Mbit/s",
              "expected", "sent again", "time-outs", "dropped", "queueing"]
    report.say("<h2>Every cell</h2>")
    report.table(header, [
        [c["group"], share_name(c), bits(c["rate"]), milliseconds(c["round_trip_s"]),
         f"{c['buffer_bdps']:.2g}", f"{c['loss']:g}",
         f"{c['reorder']:g} by {milliseconds(c['reorder_delay_s'])}" if c["reorder"] else "",
         f"{100 * c['utilisation']:.1f} %", f"{sum(c['goodput']) / 1e6:.2f}", f"{c['expected'] / 1e6:.2f}",
         f"{100 * c['retransmitted']:.2f} %", f"{c['timeouts']:g}", f"{c['overflowed']:g}",
         f"{c['queue_delay_ms']:.2f} ms"] for c in report.cells])


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tapstack: congestion control</title>
<style>body{{font-family:sans-serif;margin:2em;max-width:1400px}}table{{border-collapse:collapse;
font-size:13px}}td,th{{border:1px solid #ccc;padding:2px 8px;text-align:right}}svg{{margin:4px}}</style>
<h1>Congestion control in virtual time</h1>
<p>{count} cells of the grid of tests/bench/sim, {date}. Whole stacks on both ends; every run is exact:
the same seed gives the same figures.</p>{body}</html>
"""


def summary(report):
    """What a terminal shows: the lowest shares without loss, and loss beside the expectation."""
    for algorithm in report.algorithms:
        cells = [c for c in report.cells if c["algorithms"] == [algorithm]]
        lossless = sorted(c["utilisation"] for c in cells if c["group"] == "rate")
        ratios = sorted(c["goodput"][0] / c["expected"] for c in cells
                        if c["group"] == "loss" and c["expected"])
        fair = [c["jain"] for c in report.of("share") if set(c["algorithms"]) == {algorithm}]
        print(f"{algorithm}: without loss median {100 * lossless[len(lossless) // 2]:.0f} % of capacity, "
              f"least {100 * lossless[0]:.0f} %" if lossless else f"{algorithm}:", end="")
        if ratios:
            print(f"; under loss median {ratios[len(ratios) // 2]:.2f} of its response function, "
                  f"least {ratios[0]:.2f}", end="")
        print(f"; least Jain's index {min(fair):.3f}" if fair else "")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cells = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    report = Report(cells, folder)
    groups = {"rate": rates, "loss": losses, "reorder": reordering, "share": shares}
    for group, section in groups.items():
        if report.of(group):
            section(report)
    all_cells(report)
    page = PAGE.format(count=len(cells), date=datetime.date.today(), body="\n".join(report.body))
    (folder / "index.html").write_text(page)
    summary(report)
    print(f"{folder / 'index.html'}")
    problems = [f"{cell['group']} {cell['algorithms']}: {cell['problem']}" for cell in cells if cell["problem"]]
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
