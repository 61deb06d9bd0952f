"""`tapstack run --net=passt`: a stack that reaches the world without root and without a TAP device.

Each test is a script in namespaces of its own, whose machine has a way out through another namespace,
`up`, where 198.51.100.1 and 2001:db8:1::1 are. Nothing outside of them is touched."""

import hashlib
import pathlib

import pytest

from command_line import open_to_all, run_in_world, user_can_read_build
from tapstack_interop.capture import Capture

pytestmark = pytest.mark.needs("passt", "curl")

WORLD = """
mount -t tmpfs tmpfs /run/netns; mount -t tmpfs tmpfs /dev/net  # no device node for anybody
ip link set lo up
ip netns add up
ip link add u0 type veth peer name u1 netns up
ip addr add 192.0.2.2/24 dev u0; ip addr add 2001:db8::2/64 dev u0 nodad; ip link set u0 up
up="ip netns exec up"
$up ip addr add 192.0.2.1/24 dev u1; $up ip addr add 2001:db8::1/64 dev u1 nodad
$up ip link set u1 up; $up ip link set lo up
$up ip addr add 198.51.100.1/32 dev lo; $up ip addr add 2001:db8:1::1/128 dev lo nodad
ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1
user="setpriv --reuid=65534 --regid=65534 --clear-groups"
until_listening() { until ss -Hltun "sport = :$1" | grep -q .; do sleep 0.02; done; }
serve() { $up python3 -m http.server -b :: 8000 >serve.log 2>&1 & until $up ss -Hltn | grep -q 8000; do sleep 0.02; done; }
"""

BYTES = bytes(range(256)) * 40_000


@pytest.fixture
def world(tmp_path, can_run, request):
    """Runs a script there; gives what it printed."""
    if not user_can_read_build():
        pytest.skip("the build folder is not readable by an ordinary user")
    open_to_all(tmp_path)
    (tmp_path / "big").write_bytes(BYTES)

    return lambda script: run_in_world(tmp_path, WORLD, script)


@pytest.mark.parametrize("server", ["198.51.100.1", "[2001:db8:1::1]"])
@pytest.mark.parametrize("who", ["", "$user"])
def test_a_client_reaches_the_world(world, tmp_path, who, server):
    world(f"serve; {who} $tapstack run --net=passt -- curl -gsS http://{server}:8000/big >got")
    assert (tmp_path / "got").read_bytes() == BYTES


@pytest.mark.families(4, 6, by_night=(6,))
def test_a_server_is_reached_through_a_port_of_the_machine(world, family, tmp_path):
    any_address, loopback, machine = ("::", "[::1]", "[2001:db8::2]") if family == 6 else ("0.0.0.0", "127.0.0.1", "192.0.2.2")
    world(f"""$user $tapstack run --net=passt -p 8080:80 -- python3 -m http.server -b {any_address} 80 >log 2>&1 & s=$!
             until_listening 8080
             until curl -gs http://{loopback}:8080/big >got; do sleep 0.1; done
             $up curl -gsS http://{machine}:8080/big >got2
             kill $s""")
    assert (tmp_path / "got").read_bytes() == BYTES
    assert (tmp_path / "got2").read_bytes() == BYTES


def job_of_a_ci_service() -> str:
    """The commands that tools/README.md gives for it, with a server that is there."""
    text = (pathlib.Path(__file__).parents[2] / "tools/README.md").read_text()
    commands = text.split("A job of a CI service")[1].split("\n\n")[1]
    assert "./server --port 80" in commands
    return commands.replace("./server --port 80", "python3 -m http.server 80")


def test_the_job_of_a_ci_service_works_as_the_readme_has_it(world, tmp_path):
    """As an ordinary user, without a device node."""
    (tmp_path / "index.html").write_text("the page")
    (tmp_path / "job").write_text('tapstack() { "$TAPSTACK" "$@"; }\n' + job_of_a_ci_service() + "\nkill $!\n")
    assert "the page" in world("TAPSTACK=$tapstack $user sh job 2>&1")


@pytest.mark.families(4, 6, by_night=(6,))
def test_a_port_of_udp_is_mapped(world, family):
    kind, machine, up = ("AF_INET6", "2001:db8::2", "2001:db8:1::1") if family == 6 else ("AF_INET", "192.0.2.2", "198.51.100.1")
    said = world(f"""$user $tapstack run --net=passt -p 5300:53/udp -- python3 -c '
import socket
s = socket.socket(socket.{kind}, socket.SOCK_DGRAM); s.bind(("", 53))
while True: d, a = s.recvfrom(100); s.sendto(d.upper(), a)' & s=$!
             until_listening 5300
             $up python3 -c '
import socket
s = socket.socket(socket.{kind}, socket.SOCK_DGRAM); s.settimeout(0.2); s.bind(("{up}", 0))
for i in range(50):
    s.sendto(b"hello", ("{machine}", 5300))
    try: print(s.recv(100).decode()); break
    except TimeoutError: pass'
             kill $s""")
    assert "HELLO" in said


def test_passt_is_not_told_of_an_address_that_is_none(world, tmp_path):
    """Probes come from ::, and passt would take that for the stack's address."""
    world("""serve; $tapstack run --net=passt --pcap=$PWD/x.pcap -- python3 -c '
import socket, time
s = socket.create_connection(("2001:db8:1::1", 8000)); time.sleep(2)'""")
    assert Capture(tmp_path / "x.pcap").count("icmpv6.type == 135") > 0, "it asks for its router"
    assert Capture(tmp_path / "x.pcap").count("ipv6.src == ::") == 0


def test_programs_come_one_after_the_other(world):
    """Each ends its passt; the ports are free for the next."""
    said = world("""serve; $tapstack run --net=passt -p 8080:80 -- bash -c '
                    for i in 1 2 3; do curl -sS http://198.51.100.1:8000/big | md5sum; done'""")
    assert said.split() == [hashlib.md5(BYTES).hexdigest(), "-"] * 3


@pytest.mark.families(4, 6, by_night=(6,))
def test_a_connection_goes_on_in_a_child(world, family):
    """The engine moves to a keeper with the stream in the middle of frames."""
    server = "2001:db8:1::1" if family == 6 else "198.51.100.1"
    said = world(f"""serve; $user $tapstack run --net=passt -- python3 -c '
import hashlib, os, socket
s = socket.create_connection(("{server}", 8000))
s.send(b"GET /big HTTP/1.0\\r\\n\\r\\n")
head, n = s.recv(1000000), 0
if os.fork():
    os.wait()
else:
    body = head.split(b"\\r\\n\\r\\n", 1)[1]
    while part := s.recv(100000): body += part
    print(hashlib.md5(body).hexdigest())'""")
    assert said.strip() == hashlib.md5(BYTES).hexdigest()


LEFT = "pgrep -x 'passt|passt.avx2|tapstack-care'"


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_nothing_is_left_behind(world, signal):
    said = world(f"""$user $tapstack run --net=passt -p 8080:80 -- nc.openbsd -l 80 & s=$!
                     until_listening 8080; pgrep -x tapstack-care >/dev/null || echo no caretaker
                     kill -{signal} $s; wait $s
                     for i in $(seq 100); do [ -z "$({LEFT})" ] && echo clean && break; sleep 0.02; done
                     exit 0""")
    assert "clean" in said and "no caretaker" not in said


def test_death_of_passt_is_told_and_the_next_socket_has_another(world):
    said = world("""serve; $user $tapstack run --net=passt -- python3 -c '
import os, socket, time
s = socket.create_connection(("198.51.100.1", 8000))
print("connected", flush=True)
try: s.recv(1)
except OSError as e: print(e.strerror)
time.sleep(1)
s = socket.create_connection(("198.51.100.1", 8000)); s.send(b"GET /big HTTP/1.0\\r\\n\\r\\n")
print(s.recv(12).decode())' >out 2>&1 & s=$!
                    until grep -q connected out; do sleep 0.02; done
                    kill -9 $(pgrep -x 'passt|passt.avx2')
                    wait $s; cat out""")
    assert "Network is down" in said and "has passt" in said and "HTTP/1.0 200" in said, said


@pytest.mark.parametrize(
    ("script", "status", "message"),
    [
        ("PATH=/nonexistent $tapstack run --net=passt -- true", 125, "passt is not installed"),
        ("python3 -m http.server -b :: 8080 & until_listening 8080; $tapstack run --net=passt -p 8080:80 -- true", 125, "8080"),
        ("ip route flush all; ip -6 route flush all; $tapstack run --net=passt -- true", 125, "passt"),
        ("$tapstack run --net=passt -p 0 -- true", 2, "-p 0: want"),
        ("$tapstack run --net=passt -p 80:81/sctp -- true", 2, "want HOST:STACK"),
        ("$tapstack run -p 80:81 -- true", 2, "only with --net=passt"),
        ("$tapstack run --net=slirp -- true", 2, "--net=slirp: want"),
        ("TAPSTACK_NET=unix:/nonexistent LD_PRELOAD=$(dirname $tapstack)/libtapstack.so nc.openbsd -z 10.0.0.1 1",
         1, "still running"),
    ],
)
def test_what_cannot_be_is_said(world, script, status, message):
    said = world(f"{script}; echo status $?")
    assert message in said and f"status {status}" in said, said
    assert sum("tapstack: " in line for line in said.splitlines()) == 1, said
