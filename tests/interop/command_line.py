"""Fixtures for tests of the command `tapstack`: as root and as an ordinary user."""

import os
import subprocess

import pytest

from tapstack_interop.paths import library, tapstack_command
from tapstack_interop.process import Program

USER = 65534

# A device node of this test's own with the mode $1, then the rest as an ordinary user. Nothing outside
# of the new mount namespace changes.
AS_USER = """
mode=$1; shift
mount -t tmpfs tmpfs /dev/net && mknod -m $mode /dev/net/tun c 10 200 || exit 99
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
"""


def open_to_all(folder):
    """Lets the ordinary user write captures there: pytest makes its folders with mode 700."""
    folder.chmod(0o777)
    for parent in folder.parents:
        if parent.name.startswith(("pytest-", "popen-")):  # the second are those of xdist's workers
            parent.chmod(0o755)


def run_in_world(folder, world: str, script: str) -> str:
    """What a script prints that runs in `folder` and in namespaces of its own, which `world` sets up; it must succeed.
    `$tapstack` is the command."""
    text = f"{world}\ntapstack={tapstack_command()}\n{script}"
    done = subprocess.run(["unshare", "-nmp", "--fork", "--mount-proc", "--kill-child", "bash", "-c", text],
                          cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def start(tmp_path, can_run):
    """Starts `tapstack` with arguments; user: as whom, node_mode: the mode of that user's device node."""
    library()  # skips nothing: without a library there is nothing to run
    started = []
    open_to_all(tmp_path)

    def start_one(*args, user=None, node_mode="666", stdin=None) -> Program:
        command = [tapstack_command(), *args]
        if user is not None and os.getuid() == 0:
            command = ["unshare", "--mount", "sh", "-c", AS_USER, "sh", node_mode, *command]
        program = Program(command, folder=tmp_path, stdin=stdin)
        started.append(program)
        return program

    yield start_one
    for program in started:
        if program.is_running():
            program.kill()


@pytest.fixture(params=["root", "user"])
def who(request):
    """As root, and as an ordinary user (whom only root can become)."""
    if os.getuid() != 0:
        if request.param == "root":
            pytest.skip("not root")
        return None
    if request.param == "user" and not user_can_read_build():
        pytest.skip("the build folder is not readable by an ordinary user")
    return USER if request.param == "user" else None


def user_can_read_build() -> bool:
    done = subprocess.run(
        ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "test", "-r", str(library())]
    )
    return done.returncode == 0
