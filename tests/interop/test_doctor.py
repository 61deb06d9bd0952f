"""`tapstack doctor`: each thing that would stop the library is noticed, with how to mend it."""

import json
import os
import subprocess

import pytest

from command_line import USER, user_can_read_build
from tapstack_interop.paths import library, tapstack_command


def examine(*programs, before="", user=None, env=None) -> dict[str, dict]:
    """The checks by name. `before`: commands of a shell, in namespaces of their own."""
    command = [str(tapstack_command()), "doctor", "--json", *map(str, programs)]
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    done = subprocess.run(["unshare", "-nm", "sh", "-c", before + '\nexec "$@"', "sh", *command],
                          capture_output=True, env={**os.environ, **(env or {})})
    answer = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0), done.stderr
    assert answer["ok"] == all(check["verdict"] != "fail" for check in answer["checks"])
    for check in answer["checks"]:
        assert (check["verdict"] != "ok") == ("mend" in check), check
    return {check["check"]: check for check in answer["checks"]}


@pytest.fixture(autouse=True)
def only_root(can_run):
    if os.getuid() != 0:
        pytest.skip("makes devices and becomes another user: needs root")


def test_nothing_stops_it_here():
    checks = examine()
    assert [name for name, check in checks.items() if check["verdict"] == "fail"] == []


def test_a_line_for_each_check():
    done = subprocess.run([tapstack_command(), "doctor"], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert len(lines) >= 15 and all(line.split()[0] in ("ok", "warn", "fail") for line in lines)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("check", "verdict", "before", "env", "said"),
    [
        ("settings", "fail", "", {"TAPSTACK_MTU": "12"}, "TAPSTACK_MTU=12"),
        ("node", "fail", "mount -t tmpfs tmpfs /dev/net", {}, "No such file"),
        ("namespaces", "fail", "mount -t tmpfs tmpfs /dev/net", {}, "No such file"),
        ("device", "fail", "ip link add ts0 type veth peer name p0", {}, "another kind"),
        ("device", "ok", "ip tuntap add ts0 mode tap", {}, "no process"),
        ("device", "ok", "ip tuntap add ts0 mode tap", {"TAPSTACK_TAP": "ts1"}, "ts1 is free"),
        ("addresses", "fail", "ip link add d0 type veth peer name d1; ip addr add 10.10.10.7/24 dev d0", {}, "d0 has 10.10.10.7/24"),
        ("addresses", "fail", "ip link add d0 type veth peer name d1; ip addr add fd10:10:10::7/64 dev d0", {}, "d0 has fd10:10:10::7/64"),
        ("addresses", "ok", "ip link add d0 type veth peer name d1; ip addr add 10.10.11.7/24 dev d0", {}, "10.10.10.1/24"),
        ("preload", "warn", "", {"LD_PRELOAD": "/lib/x86_64-linux-gnu/libm.so.6"}, "libm.so.6"),
        ("descriptors", "warn", "ulimit -n 1024", {}, "1024"),
        ("memory", "fail", "ulimit -f 1000", {}, "RLIMIT_FSIZE"),
        ("keeper", "warn", "", {"TAPSTACK_KEEPER": "/nonexistent"}, "/nonexistent"),
        ("container", "warn", "", {"container": "podman"}, "inside a container"),
        ("passt", "warn", "PATH=/nonexistent", {}, "--net=passt"),
    ],
)
def test_what_is_wrong_is_said(check, verdict, before, env, said):
    found = examine(before=before, env=env)[check]
    assert found["verdict"] == verdict and said in found["what"], found


def test_who_holds_the_device_is_said():
    holder = ("""python3 -c '
import fcntl, os, struct, time
fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", b"ts0", 0x1002))
time.sleep(5)' & holder=$!; trap "kill $holder" EXIT
until ip link show ts0 >/dev/null 2>&1; do sleep 0.02; done
"$@"; exit""")
    found = examine(before=holder)["device"]
    assert found["verdict"] == "warn" and "(python3)" in found["what"], found


def test_an_ordinary_user_without_the_node_is_told_what_to_do():
    if not user_can_read_build():
        pytest.skip("the build folder is not readable by an ordinary user")
    node = "mount -t tmpfs tmpfs /dev/net; mknod -m 600 /dev/net/tun c 10 200"
    checks = examine(before=node, user=USER)
    assert checks["privilege"]["verdict"] == "warn" and "tapstack run" in checks["privilege"]["mend"]
    assert checks["node"]["verdict"] == "fail" and "chmod 666" in checks["node"]["mend"]


def test_a_library_for_another_libc_is_noticed(tmp_path):
    """What is no library for this loader stands for it: what the loader says is what is looked at."""
    for name in ("tapstack", "tapstack-keeper"):
        (tmp_path / name).write_bytes((library().parent / name).read_bytes())
        (tmp_path / name).chmod(0o755)
    (tmp_path / "libtapstack.so").write_bytes(b"\x7fELF of another kind")
    done = subprocess.run([tmp_path / "tapstack", "doctor"], capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.split()[1] == "library")
    assert done.returncode == 1 and line.startswith("fail") and "preload" in line, line


def test_a_running_keeper_is_named(tmp_path):
    keeper = tmp_path / "tapstack-keeper"  # only the name of a process is looked at
    keeper.symlink_to("/bin/sleep")
    running = subprocess.Popen([keeper, "60"])
    try:
        found = examine()["keepers"]
        assert found["verdict"] == "warn" and str(running.pid) in found["what"], found
    finally:
        running.kill()
        running.wait()
