"""What tools/README.md shows for everyday use and no other test does."""

import os
import pathlib

import pytest

from tapstack_interop.process import wait_until


@pytest.fixture
def server(start):
    """A web server on a stack of its own, asked as soon as it listens."""
    program = start("run", "--", "python3", "-m", "http.server", "8000")
    name = pathlib.Path(f"/proc/{program.pid}/comm")
    wait_until(lambda: name.read_text() == "python3\n", what="the program")  # its namespaces are there then
    ask = "until curl -sf -o /dev/null http://10.10.10.2:8000/; do sleep 0.05; done; echo answered"
    assert start("host", "--pid", str(program.pid), "--", "sh", "-c", ask).wait().check().text == "answered\n"
    return program


@pytest.mark.needs("curl", "tcpdump")
def test_the_device_can_be_watched_from_the_kernels_side(start, server, tmp_path):
    said = tmp_path / "tcpdump"
    watch = (f"tcpdump -c 3 -nni ts0 tcp 2>{said} & until grep -q listening {said}; do sleep 0.1; done; "
             "curl -s -o /dev/null http://10.10.10.2:8000/; wait")
    seen = start("host", "--pid", str(server.pid), "--", "sh", "-c", watch).wait().check().text
    assert "10.10.10.2.8000: Flags [S]" in seen and "Flags [S.]" in seen


@pytest.mark.needs("tcpdump", "ping")
@pytest.mark.skipif(os.getuid() != 0, reason="packet sockets take root")
def test_packets_are_seen_inside(start):
    watch = "tcpdump -c 4 -nni ts0 icmp & sleep 1; ping -c 2 -i 0.2 10.10.10.1; wait"
    seen = start("run", "--", "sh", "-c", watch).wait().check().text
    assert seen.count("ICMP echo request") == 2 == seen.count("ICMP echo reply"), seen


@pytest.mark.needs("curl")
def test_programs_of_one_run_share_loopback(start):
    script = ("python3 -m http.server -b 127.0.0.1 8000 >/dev/null 2>&1 & s=$!; "
              "until curl -sf -o /dev/null http://127.0.0.1:8000/; do sleep 0.1; done; echo answered; kill $s")
    assert start("run", "--", "sh", "-c", script).wait().check().text == "answered\n"


def test_two_runs_have_loopbacks_of_their_own(start):
    """A second stack finds nobody at the port that the first one serves."""
    serve = "import socket; s = socket.create_server(('127.0.0.1', 8000)); print('up', flush=True); s.accept()"
    first = start("run", "--", "python3", "-c", serve)
    wait_until(lambda: first.stdout_now() == b"up\n", what="the server")
    ask = "import socket; s = socket.socket(); print(s.connect_ex(('127.0.0.1', 8000)))"
    assert start("run", "--", "python3", "-c", ask).wait().check().text == "111\n"  # ECONNREFUSED
    assert first.is_running()


def test_a_trace_goes_to_a_file(start, tmp_path):
    done = start("run", "--log=trace", f"--log-file={tmp_path / 'calls'}", "--", "ping", "-c1", "10.10.10.1").wait().check()
    assert done.errors == ""
    assert "socket(AF_INET, " in (tmp_path / "calls").read_text()
