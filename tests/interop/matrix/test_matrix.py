"""Each row of the matrix in each place. `make test` has those marked as core; `scripts/matrix` runs all."""

import itertools
import os
import shutil

import pytest

from tapstack_interop.plugin import data_file

from .place import FAMILIES, PLACES, Wire
from .row import DATA_BYTES
from .table import all_rows
from .users_run import UsersRun


def cases():
    for row in all_rows():
        for place, family in itertools.product(PLACES, FAMILIES):
            marks = [] if family in row.core and place in ("client", "server") else [pytest.mark.nightly]
            marks += [pytest.mark.family6] if family == 6 else []
            if reason := row.different(place, family):
                marks.append(pytest.mark.xfail(reason=reason, strict=True))
            yield pytest.param(row, (place, family), id=f"{row.name}-{place}{family}", marks=marks)


@pytest.fixture
def place(tmp_path_factory, tmp_path, can_run, row, where):
    """The two ends of the wire for one row, whose programs are there."""
    if reason := row.left_out(*where):
        pytest.skip(f"left out: {reason}")
    for program in row.programs():
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            pytest.skip(f"{program} is not installed (scripts/setup interop)")
    data = data_file(tmp_path_factory.getbasetemp(), DATA_BYTES)
    user, family = where[0] == "user", where[1]
    made = UsersRun(tmp_path, data, family) if user else Wire(where, tmp_path, data, row.captured)
    yield made
    made.close()
    assert not made.faults()


@pytest.mark.parametrize("row, where", cases())
def test_row(row, where, place):
    row.run(place)
