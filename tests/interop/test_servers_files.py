"""rsync and git: as daemons and over ssh, there and back, with either end on the stack."""

import filecmp
import os
import pathlib
import random
import shutil
import signal
import subprocess

import pytest

from tapstack_interop import wait_until
from tapstack_interop.sshd import Sshd


class Ends:
    """Where server and client run; on_stack: "server", "client" or "both"."""

    def __init__(self, net, on_stack: str) -> None:
        self.server = net.host if on_stack == "client" else net.stack
        self.client = net.host if on_stack == "server" else net.stack
        self.address = net.host_addr if on_stack == "client" else net.stack_addr
        self._net = net

    def wait_for_server(self, port: int) -> None:
        """A pid file is no sign that a daemon listens: it comes before."""
        if self.server is self._net.stack:
            self._net.host_connect(port).close()
        else:
            self._net.wait_for_host_listener(port)


def is_gone(net) -> bool:
    return not net.leftovers() and "ts0" not in net.host_ip("link", "show")


def tree(folder: pathlib.Path, files: int, seed: int = 1) -> pathlib.Path:
    """Files of all sizes in folders of folders."""
    draw = random.Random(seed)
    for n in range(files):
        path = folder / f"{n % 7}" / f"{n % 3}" / f"file{n}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw.randbytes(draw.choice([0, 10, 5000, 200_000])))
    return folder


def same(a: pathlib.Path, b: pathlib.Path) -> bool:
    """Whether two trees hold the same files with the same bytes."""
    names = [sorted(p.relative_to(top) for p in top.rglob("*") if p.is_file()) for top in (a, b)]
    return names[0] == names[1] and filecmp.cmpfiles(a, b, names[0], shallow=False)[1:] == ([], [])


RSYNCD = """
pid file = {folder}/rsyncd.pid
use chroot = no
[files]
path = {folder}/served
read only = no
uid = {uid}
"""


class Rsyncd:
    """rsync as the daemon that forks away, on port 873 of `side`."""

    def __init__(self, net, side) -> None:
        self._net = net
        self._side = side
        (net.folder / "served").mkdir()
        (net.folder / "rsyncd.conf").write_text(RSYNCD.format(folder=net.folder, uid=os.getuid()))
        self._pid_file: pathlib.Path = net.folder / "rsyncd.pid"

    def start(self) -> None:
        """Starts it."""
        self._side.run(["rsync", "--daemon", "--config", self._net.folder / "rsyncd.conf"]).check()

    def stop(self) -> None:
        """Ends it and waits."""
        os.kill(int(self._pid_file.read_text()), signal.SIGTERM)
        wait_until(lambda: not self._pid_file.exists(), what="the end of rsyncd")


def rsync_there_and_back(net, ends: Ends, server: str, *options: str) -> None:
    """A tree goes to the server, changes, goes again, and comes back."""
    one = tree(net.folder / "one", 60)
    back = net.folder / "back"
    for seed in (1, 2):
        tree(one, 20, seed)
        ends.client.run(["rsync", "-ac", "--delete", *options, f"{one}/", f"{server}/"]).check()
        assert same(one, net.folder / "served")
        ends.client.run(["rsync", "-ac", "--delete", *options, f"{server}/", f"{back}/"]).check()
        assert same(one, back)


@pytest.mark.needs("rsync")
@pytest.mark.engines("keeper")
def test_rsync_with_a_daemon(net):
    rsync_with_a_daemon(net, "both")


@pytest.mark.nightly
@pytest.mark.needs("rsync")
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("on_stack", ["server", "client", "both"])
def test_rsync_with_a_daemon_twice_in_a_row(net, on_stack):
    rsync_with_a_daemon(net, on_stack, rounds=2)


def rsync_with_a_daemon(net, on_stack: str, rounds: int = 1) -> None:
    ends = Ends(net, on_stack)
    daemon = Rsyncd(net, ends.server)
    for _ in range(rounds):
        daemon.start()
        ends.wait_for_server(873)
        rsync_there_and_back(net, ends, f"rsync://{net.in_url(ends.address)}/files")
        daemon.stop()
        wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.needs("rsync", "sshd")
@pytest.mark.families(4, 6)
@pytest.mark.skipif(os.getuid() != 0, reason="sshd changes users: needs root")
@pytest.mark.parametrize("on_stack", ["server", "client"])
def test_rsync_over_ssh(net, on_stack):
    ends = Ends(net, on_stack)
    (net.folder / "served").mkdir()
    sshd = Sshd(net.folder, ends.server, ends.address)
    sshd.start()
    rsync_there_and_back(net, ends, f"server:{net.folder}/served", "-e", f"ssh -F {sshd.client_config}")
    os.kill(sshd.pid, signal.SIGTERM)
    wait_until(lambda: is_gone(net), what="the end of all")


# Of the user's settings and names git takes none.
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}  # fmt: skip


def served_repository(net) -> pathlib.Path:
    """A bare repository with a commit of many files."""
    bare = net.folder / "served" / "one.git"
    work = tree(net.folder / "work", 60)
    for command in (
        ["git", "init", "-q", "-b", "main", work],
        ["git", "-C", work, "add", "."],
        ["git", "-C", work, "commit", "-qm", "one"],
        ["git", "clone", "-q", "--bare", work, bare],
    ):
        subprocess.run(command, env={**os.environ, **GIT}, check=True)
    return bare


def clone_and_push(net, ends: Ends, url: str, env: dict[str, str]) -> None:
    """Clones, compares, commits, pushes and clones again."""
    env = {**GIT, **env}

    def git(*args):
        ends.client.run(["git", *args], env=env).check()

    clone = net.folder / "clone"
    git("clone", "-q", url, clone)
    tree(clone, 30, seed=5)
    git("-C", clone, "add", ".")
    git("-C", clone, "commit", "-qm", "two")
    git("-C", clone, "push", "-q", "origin", "main")
    again = net.folder / "again"
    git("clone", "-q", url, again)
    for tree_of_git in (clone / ".git", again / ".git"):
        shutil.rmtree(tree_of_git)
    assert same(clone, again)


@pytest.mark.needs("git")
@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_git_with_a_daemon(net):
    git_with_a_daemon(net, "both")


@pytest.mark.nightly
@pytest.mark.needs("git")
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("on_stack", ["server", "client"])
def test_git_with_a_daemon_of_either_side(net, on_stack):
    git_with_a_daemon(net, on_stack)


def git_with_a_daemon(net, on_stack: str) -> None:
    ends = Ends(net, on_stack)
    bare = served_repository(net)
    pid_file = net.folder / "git.pid"
    ends.server.run(
        ["git", "daemon", "--detach", "--reuseaddr", "--export-all", "--enable=receive-pack",
         f"--pid-file={pid_file}", f"--base-path={bare.parent}", bare.parent],
        env={**GIT, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"},
    ).check()  # fmt: skip
    ends.wait_for_server(9418)
    clone_and_push(net, ends, f"git://{net.in_url(ends.address)}/one.git", {})
    os.kill(int(pid_file.read_text()), signal.SIGTERM)
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.needs("git", "sshd")
@pytest.mark.families(4, 6)
@pytest.mark.skipif(os.getuid() != 0, reason="sshd changes users: needs root")
@pytest.mark.parametrize("on_stack", ["server", "client"])
def test_git_over_ssh(net, on_stack):
    ends = Ends(net, on_stack)
    bare = served_repository(net)
    sshd = Sshd(net.folder, ends.server, ends.address)
    sshd.start()
    clone_and_push(net, ends, f"server:{bare}", {"GIT_SSH_COMMAND": f"ssh -F {sshd.client_config}"})
    os.kill(sshd.pid, signal.SIGTERM)
    wait_until(lambda: is_gone(net), what="the end of all")
