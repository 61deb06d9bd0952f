"""Where the things under test are: in a build tree, or installed."""

import os
import pathlib
import shutil


def build_dir() -> pathlib.Path:
    """The build directory: TAPSTACK_BUILD, or build/ of the source tree this file lies in."""
    named = os.environ.get("TAPSTACK_BUILD")
    if named:
        return pathlib.Path(named).resolve()
    return pathlib.Path(__file__).resolve().parents[3] / "build"


def _find(name: str, variable: str, folder: str) -> pathlib.Path:
    """What `variable` names; else in the build; else in `folder` of the prefix that holds this file."""
    if variable in os.environ:
        return pathlib.Path(os.environ[variable]).resolve()
    prefix = pathlib.Path(__file__).resolve().parents[4]
    for candidate in [build_dir() / name, prefix / folder / name]:
        if candidate.exists():
            return candidate
    found = shutil.which(name)
    if found:
        return pathlib.Path(found)
    raise FileNotFoundError(
        f"{name} is neither in {build_dir()} nor installed: run `make` first, "
        f"or set TAPSTACK_BUILD or {variable}"
    )


def library() -> pathlib.Path:
    """libtapstack.so"""
    return _find("libtapstack.so", "TAPSTACK_LIBRARY", "lib")


def tapstack_command() -> pathlib.Path:
    """The `tapstack` command."""
    return _find("tapstack", "TAPSTACK_COMMAND", "bin")


def peer_program() -> pathlib.Path:
    """The host-side test peer, `tapstack-peer`."""
    return _find("tapstack-peer", "TAPSTACK_PEER", "bin")
