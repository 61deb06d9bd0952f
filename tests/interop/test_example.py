"""The example that others copy, run as they run it: a folder of its own, fixtures by PYTHONPATH."""

import os
import pathlib
import shutil
import sys

from tapstack_interop.process import Program

HERE = pathlib.Path(__file__).resolve().parent


def test_a_copy_of_the_example_passes(tmp_path, can_run):
    copy = shutil.copytree(HERE / "example", tmp_path / "my-tests")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", copy, copy]
    done = Program(command, folder=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE)}).wait(120).check()
    assert "7 passed" in done.text, done.report()
