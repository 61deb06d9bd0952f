"""The command `tapstack`: run and host, as root and as an ordinary user."""

import os
import signal

import pytest

from command_line import USER, user_can_read_build
from tapstack_interop.network import HOST_ADDRESSES, STACK_ADDRESSES
from tapstack_interop.process import wait_until


def test_the_command_becomes_the_program(start):
    program = start("run", "--", "sh", "-c", "echo $$")
    assert int(program.wait().check().text) == program.pid


def test_exit_status_is_the_programs(start, who):
    assert start("run", "--", "sh", "-c", "exit 42", user=who).wait().returncode == 42


def test_death_by_signal_is_the_programs(start):
    program = start("run", "--", "sleep", "60")
    wait_until(lambda: b"sleep" in command_of(program.pid), what="the program")
    program.signal(signal.SIGTERM)  # SIGINT is ignored by all that is started in the background
    assert program.wait().returncode == -signal.SIGTERM


def command_of(pid: int) -> bytes:
    with open(f"/proc/{pid}/comm", "rb") as file:
        return file.read()


def test_a_user_stays_that_user_and_gains_nothing(start):
    if os.getuid() == 0 and not user_can_read_build():
        pytest.skip("the build folder is not readable by an ordinary user")
    done = start("run", "--", "sh", "-c", "id -u; grep CapEff /proc/self/status", user=USER).wait().check()
    uid, capabilities = done.text.splitlines()
    assert int(uid) == (USER if os.getuid() == 0 else os.getuid())
    assert int(capabilities.split()[1], 16) == 0


@pytest.mark.families(4, 6, by_night=(6,))
def test_ping_reaches_the_host(start, who, family, tmp_path):
    """ping has file capabilities: the loader preloads into it because no mount allows them."""
    pcap = tmp_path / "ping.pcap"
    done = start("run", "--pcap", pcap, "--", "ping", "-c3", "-i0.1", HOST_ADDRESSES[family == 6], user=who).wait().check()
    assert "3 received" in done.text
    assert pcap.stat().st_size > 6 * 98, "the echoes did not pass through the stack"


@pytest.mark.families(4, 6, by_night=(6,))
def test_host_runs_a_command_on_the_kernels_side(start, who, family):
    server = start("run", "--", "nc.openbsd", f"-{family}", "-l", "7000", user=who)
    wait_until(lambda: b"nc" in command_of(server.pid), what="the server")
    client = start("host", "--pid", str(server.pid), "--", "sh", "-c",
                   "until ip -br link show ts0 | grep -q LOWER_UP; do sleep 0.05; done; "
                   f"echo hello | nc.openbsd -N {STACK_ADDRESSES[family == 6]} 7000", user=who)
    client.wait().check()
    assert server.wait().check().text == "hello\n"


def test_host_may_capture_without_root(start, who):
    stack = start("run", "--tap", "tap7", "--", "sleep", "60", user=who)
    wait_until(lambda: b"sleep" in command_of(stack.pid), what="the program")
    done = start("host", "--pid", str(stack.pid), "--", "ip", "link", "set", "tap7", "mtu", "1000", user=who)
    done.wait().check()
    done = start("host", "--pid", str(stack.pid), "--", "ip", "link", "show", "tap7", user=who).wait().check()
    assert "mtu 1000" in done.text


def test_host_waits_for_a_stack_that_is_starting(start):
    """As from a shell: tapstack run -- program & tapstack host --pid $! -- command."""
    for _ in range(5):
        stack = start("run", "--", "sleep", "60")
        joined = start("host", "--pid", str(stack.pid), "--", "readlink", "/proc/self/ns/net").wait().check().text
        assert joined.strip() == os.readlink(f"/proc/{stack.pid}/ns/net") != os.readlink("/proc/self/ns/net")


def test_host_refuses_a_process_that_is_no_stack(start):
    stack = start("run", "--", "true")
    stack.wait().check()
    done = start("host", "--pid", str(stack.pid), "--", "true").wait()
    assert done.returncode == 125 and "No such process" in done.errors
    done = start("host", "--pid", str(os.getpid()), "--", "true").wait()
    assert done.returncode == 125 and "not started by tapstack run" in done.errors


def test_options_of_packetdrill_stand_before_or_behind_the_scripts(start, tmp_path):
    fake = tmp_path / "fake"
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    script = tmp_path / "one.pkt"
    script.write_text("")
    for args in (["--ip_version=ipv6", script], [script, "--ip_version=ipv6"]):
        done = start("packetdrill", f"--program={fake}", *args).wait().check()
        assert "--remote_ip=fd3d:fa7b:d17d::1" in done.text, done.report()


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["run"], 2, "no program given"),
        (["run", "--nonsense", "--", "true"], 2, "--nonsense"),
        (["run", "--mtu", "12", "--", "true"], 2, "--mtu=12: want bytes from 68 to 65521"),
        (["run", "--impair", "loss=200%", "--", "true"], 2, "loss=200%"),
        (["run", "--log=loud", "--", "true"], 2, "error, warn, info, debug or trace"),
        (["walk"], 2, "run, host, doctor or packetdrill"),
        (["run", "--", "no-such-program"], 127, "not found"),
        (["run", "--", "/etc/passwd"], 126, "Permission denied"),
    ],
)
def test_what_makes_no_sense_is_said(start, args, status, said):
    done = start(*args).wait()
    assert done.returncode == status and said in done.errors, done.report()
    assert done.stdout == b""


def test_closed_device_node_is_explained(start):
    if os.getuid() != 0 or not user_can_read_build():
        pytest.skip("needs root and a build folder that a user can read")
    done = start("run", "--", "true", user=USER, node_mode="600").wait()
    assert done.returncode == 125
    assert "/dev/net/tun" in done.errors and "chmod 666" in done.errors
    assert done.errors.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/sbin/ldconfig"), reason="no static program at hand")
def test_static_program_is_told(start):
    done = start("run", "--", "/sbin/ldconfig", "--version").wait().check()
    assert "/sbin/ldconfig is statically linked" in done.errors
