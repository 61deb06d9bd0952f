"""tests/bench/sim/report.py: what it makes of measurements."""

import json
import subprocess
import sys
import xml.dom.minidom
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench/sim"))
import svg  # noqa: E402


def cell(group, **changes):
    made = {"group": group, "algorithms": ["reno"], "rate": 1e8, "round_trip_s": 0.02, "buffer_bdps": 1,
            "loss": 0.01, "reorder": 0.1, "reorder_delay_s": 0.001, "duration_s": 10, "expected": 5e6,
            "goodput": [4e6], "utilisation": 0.5, "jain": 1, "convergence_s": -1, "retransmitted": 0.01,
            "timeouts": 1, "overflowed": 2, "queue_delay_ms": 3, "problem": ""}
    return {**made, **changes}


def report(tmp_path, cells):
    (tmp_path / "in").write_text("\n".join(map(json.dumps, cells)))
    return subprocess.run([sys.executable, ROOT / "tests/bench/sim/report.py", tmp_path / "in", tmp_path],
                          capture_output=True, text=True)


def test_every_group_is_drawn_and_in_the_page(tmp_path):
    pair = cell("share", algorithms=["reno", "cubic"], goodput=[3e7, 6e7], shares=[[0.2, 0.3], [0.1, 0.6]])
    losses = [cell("loss", loss=loss) for loss in (0.001, 0.01)]
    done = report(tmp_path, [cell("rate"), *losses, cell("reorder"), pair])
    assert done.returncode == 0, done.stderr
    drawings = sorted(tmp_path.glob("*.svg"))
    assert [path.name.split("-")[0] for path in drawings] == ["loss", "rate", "reorder", "share"]
    page = (tmp_path / "index.html").read_text()
    for path in drawings:
        xml.dom.minidom.parse(str(path))
        assert path.read_text() in page
    assert "reno 33 %, cubic 67 %" in page


def test_a_cell_with_a_problem_fails_the_report(tmp_path):
    done = report(tmp_path, [cell("rate", problem="wrong bytes at 5")])
    assert done.returncode != 0
    assert "wrong bytes at 5" in done.stderr


@pytest.mark.parametrize("value, wanted", [(1e9, "1 G"), (1.5e6, "1.5 M"), (20e3, "20 k"), (0.5, "0.5 ")])
def test_numbers_are_short(value, wanted):
    assert svg.number(value) == wanted


def test_a_logarithmic_axis_puts_the_middle_power_in_the_middle():
    assert svg.Axis(1, 100, 0, 200, True).at(10) == pytest.approx(100)
    assert svg.Axis(1, 100, 0, 200, True).ticks() == [1, 10, 100]
