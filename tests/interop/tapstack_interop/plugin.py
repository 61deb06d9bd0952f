"""pytest fixtures. In your conftest.py: pytest_plugins = ["tapstack_interop.plugin"]"""

import os
import pathlib
import shutil

import pytest

from .namespace import may_make_namespaces
from .network import Network


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*programs): skipped, with the reason, where one is absent")
    config.addinivalue_line("markers", "no_capture: too much traffic to keep a capture of it")
    config.addinivalue_line("markers", "nightly: too long for `make test`")
    config.addinivalue_line("markers", "engines(*names): only over these carriers")
    config.addinivalue_line(
        "markers", "families(*numbers, by_night=()): over IPv4 (4), IPv6 (6) or both, some by night only; without it 4"
    )


def pytest_addoption(parser):
    parser.addoption("--nightly", action="store_true", help="also run the long tests")
    parser.addoption(
        "--engine", action="append", choices=["inside", "keeper"], help="only over this carrier"
    )


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--engine") or ["inside", "keeper"]
        mark = metafunc.definition.get_closest_marker("engines")
        engines = [e for e in wanted if mark is None or e in mark.args]
        metafunc.parametrize("engine", engines)
    mark = metafunc.definition.get_closest_marker("families")
    if mark is not None and "family" in metafunc.fixturenames:
        by_night = mark.kwargs.get("by_night", ())
        numbers = [pytest.param(n, marks=pytest.mark.nightly if n in by_night else ()) for n in mark.args]
        metafunc.parametrize("family", numbers, ids=lambda number: f"ip{number}")


def is_cross(item) -> bool:
    """IPv6 over the keeper, where IPv4 over it and IPv6 without it run as well: for the night."""
    if not hasattr(item, "callspec"):
        return False
    mark = item.get_closest_marker("families")
    has_both = mark is not None and len(mark.args) == 2 and item.get_closest_marker("engines") is None
    return has_both and item.callspec.params.get("family") == 6 and item.callspec.params.get("engine") == "keeper"


def pytest_collection_modifyitems(config, items):
    kept, left_out = [], []
    for item in items:
        nightly = item.get_closest_marker("nightly") or is_cross(item)
        (left_out if nightly and not config.getoption("--nightly") else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(scope="session")
def can_run():
    """Skips all tests, with the reason, on a machine that cannot run a stack."""
    reason = may_make_namespaces()
    if reason:
        pytest.skip(f"cannot make network namespaces: {reason}")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("/dev/net/tun is not open to this user (run as root, or chmod 0666 it)")


@pytest.fixture
def family() -> int:
    """Of the addresses that `net` has: 4, or what the mark `families` says."""
    return 4


@pytest.fixture
def net(request, tmp_path, engine, family, can_run) -> Network:
    """A stack and the host kernel on one wire. Runs once for each carrier of the engine."""
    for mark in request.node.iter_markers("needs"):
        for program in mark.args:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed (scripts/setup interop)")
    network = Network(tmp_path, {"TAPSTACK_ENGINE": engine}, family)
    if request.node.get_closest_marker("no_capture") is None:
        network.capture_to(tmp_path / "stack.pcap")
    yield network
    network.close()


@pytest.fixture
def big_file(tmp_path_factory) -> pathlib.Path:
    """100 MB of bytes that differ everywhere."""
    return data_file(tmp_path_factory.getbasetemp(), 100 * 1000 * 1000)


def data_file(folder: pathlib.Path, size: int) -> pathlib.Path:
    """A file of `size` bytes that differ everywhere, the same at each call."""
    path = folder / f"data-{size}"
    if not path.exists():
        import random

        path.write_bytes(random.Random(size).randbytes(size))
    return path
