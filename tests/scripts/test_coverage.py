"""scripts/coverage.py: how it puts gcov's counts together."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import coverage  # noqa: E402


@pytest.mark.parametrize("counts, wanted", [
    ({1: 1, 2: 3}, []),
    ({1: 0}, [(1, 1)]),
    ({1: 1, 2: 0, 3: 0, 4: 1}, [(2, 3)]),
    ({1: 0, 5: 0, 6: 2, 7: 0}, [(1, 5), (7, 7)]),
])
def test_ranges_span_lines_without_code_but_none_that_ran(counts, wanted):
    assert coverage.not_reached(counts) == wanted


def test_counts_of_several_objects_add_up(monkeypatch, tmp_path):
    (tmp_path / "core").mkdir()
    folder = tmp_path / "CMakeFiles" / "core_a_sim.dir"
    folder.mkdir(parents=True)
    (folder / "a.gcda").touch()
    (folder / "b.gcda").touch()
    monkeypatch.setattr(coverage, "ROOT", tmp_path)
    monkeypatch.setattr(coverage, "BUILD", tmp_path)

    def answer(counters):
        count = 0 if counters.name == "a.gcda" else 2
        files = [{"file": name, "lines": [{"line_number": 7, "count": count}]}
                 for name in ("core/x.h", "/usr/include/y.h")]
        return [{"current_working_directory": str(tmp_path), "files": files}]

    monkeypatch.setattr(coverage, "of_object", answer)
    assert coverage.collect("core") == {"core/x.h": {7: 2}}


def test_the_report_shows_the_first_line_of_each_gap(monkeypatch, tmp_path, capsys):
    (tmp_path / "x.cpp").write_text("int f() {\n  return 1;\n}\n")
    monkeypatch.setattr(coverage, "ROOT", tmp_path)
    coverage.report({"x.cpp": {1: 4, 2: 0, 3: 0}}, with_all=False)
    output = capsys.readouterr().out
    assert "2: return 1; ... 3" in output
    assert output.endswith("33.3 % of 3 lines; 2 are reached by no test\n")
