"""What tools/README.md shows for everyday use and no other test does."""

import os

import pytest

from tapstack_interop.network import HOST_ADDRESSES, LOOPBACKS, STACK_ADDRESSES, in_url
from tapstack_interop.process import wait_until

pytestmark = pytest.mark.families(4, 6, by_night=(6,))


def of(family: int, addresses: tuple[str, str]) -> str:
    return addresses[family == 6]


@pytest.fixture
def server(start, family):
    """A web server on a stack of its own, asked as soon as it listens."""
    program = start("run", "--", "python3", "-m", "http.server", "-b", of(family, ("0.0.0.0", "::")), "8000")
    url = f"http://{in_url(of(family, STACK_ADDRESSES))}:8000/"
    ask = f"until curl -gsf -o /dev/null {url}; do sleep 0.05; done; echo answered"
    assert start("host", "--pid", str(program.pid), "--", "sh", "-c", ask).wait().check().text == "answered\n"
    return program


@pytest.mark.needs("curl", "tcpdump")
def test_the_device_can_be_watched_from_the_kernels_side(start, server, family, tmp_path):
    stack = of(family, STACK_ADDRESSES)
    said = tmp_path / "tcpdump"
    watch = (f"tcpdump -c 3 -nni ts0 tcp 2>{said} & until grep -q listening {said}; do sleep 0.1; done; "
             f"curl -gs -o /dev/null http://{in_url(stack)}:8000/; wait")
    seen = start("host", "--pid", str(server.pid), "--", "sh", "-c", watch).wait().check().text
    assert f"{stack}.8000: Flags [S]" in seen and "Flags [S.]" in seen


@pytest.mark.needs("tcpdump", "ping")
@pytest.mark.skipif(os.getuid() != 0, reason="packet sockets take root")
def test_packets_are_seen_inside(start, family):
    echoes = of(family, ("icmp", "icmp6[0] >= 128 and icmp6[0] <= 129"))
    watch = f"tcpdump -c 4 -nni ts0 '{echoes}' & sleep 1; ping -c 2 -i 0.2 {of(family, HOST_ADDRESSES)}; wait"
    seen = start("run", "--", "sh", "-c", watch).wait().check().text
    assert seen.count(", echo request") + seen.count("ICMP echo request") == 2, seen
    assert seen.count(", echo reply") + seen.count("ICMP echo reply") == 2, seen


@pytest.mark.needs("curl")
def test_programs_of_one_run_share_loopback(start, family):
    loopback = of(family, LOOPBACKS)
    script = (f"python3 -m http.server -b {loopback} 8000 >/dev/null 2>&1 & s=$!; until curl -gsf -o /dev/null "
              f"http://{in_url(loopback)}:8000/; do sleep 0.1; done; echo answered; kill $s")
    assert start("run", "--", "sh", "-c", script).wait().check().text == "answered\n"


def test_two_runs_have_loopbacks_of_their_own(start, family):
    """A second stack finds nobody at the port that the first one serves."""
    opened = f"import socket; at = ('{of(family, LOOPBACKS)}', 8000); s = socket.socket({of(family, ('2', '10'))}); "
    serve = opened + "s.bind(at); s.listen(); print('up', flush=True); s.accept()"
    first = start("run", "--", "python3", "-c", serve)
    wait_until(lambda: first.stdout_now() == b"up\n", what="the server")
    ask = opened + "print(s.connect_ex(at))"
    assert start("run", "--", "python3", "-c", ask).wait().check().text == "111\n"  # ECONNREFUSED
    assert first.is_running()


def test_a_trace_goes_to_a_file(start, family, tmp_path):
    ping = ["ping", "-c1", of(family, HOST_ADDRESSES)]
    done = start("run", "--log=trace", f"--log-file={tmp_path / 'calls'}", "--", *ping).wait().check()
    assert done.errors == ""
    assert f"socket({of(family, ('AF_INET', 'AF_INET6'))}, " in (tmp_path / "calls").read_text()
