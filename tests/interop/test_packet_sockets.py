"""Packet sockets on the stack: what tools of libpcap, and programs without it, see and send."""

import pathlib
import signal
import struct
import textwrap

import pytest

from tapstack_interop import wait_until
from tapstack_interop.capture import Capture

PYTHON = "/usr/bin/python3"
RING = pathlib.Path(__file__).parent / "programs" / "packet_ring.py"
SURVEY = pathlib.Path(__file__).parent / "programs" / "packet_survey.py"

# The frames that these programs make up are none that a stack would send.
pytestmark = pytest.mark.no_capture


def frames_of(path):
    """The frames in a file of tcpdump's old format, as octets."""
    data = path.read_bytes()
    at, frames = 24, []
    while at + 16 <= len(data):
        kept = struct.unpack("=I", data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + kept])
        at += 16 + kept
    return frames


def is_echo(frame):
    """A request or an answer, of either family."""
    if frame[12:14] == b"\x08\x00":
        return frame[23] == 1 and frame[34] in (8, 0)
    return frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] in (128, 129)


def start_sniffing(net, *arguments):
    """tcpdump on the stack, once it listens."""
    program = net.stack.start(["tcpdump", "-n", "-Z", "root", *arguments])
    wait_until(lambda: b"listening on" in program.stderr_now(), what="tcpdump")
    return program


def test_calls_answer_as_on_the_kernel(net):
    for words in (["tuntap", "add", "k0", "mode", "tap"], ["link", "set", "k0", "up"]):
        net.host_ip(*words)
    kernel = net.host.run([PYTHON, SURVEY, "k0"]).check().text.splitlines()
    stack = net.stack.run([PYTHON, SURVEY, "ts0"]).check().text.splitlines()
    assert len(kernel) > 200
    assert [pair for pair in zip(stack, kernel, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("version", ["0", "1"])
def test_rings_are_as_the_kernels(net, version):
    net.host_ip("link", "set", "lo", "up")
    kernel = net.host.run([PYTHON, RING, version]).check().text.splitlines()
    assert net.stack.run([PYTHON, RING, version]).check().text.splitlines() == kernel


def test_frames_are_sent_and_seen(net):
    """Another socket sees what one sends, the sender does not; the kernel gets it; its answer is seen by both."""
    catcher = net.host.start([PYTHON, "-c", textwrap.dedent("""\
        import socket, time
        while 'ts0' not in [name for _, name in socket.if_nameindex()]: time.sleep(0.02)
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5)); s.bind(('ts0', 0x88b5))
        frame, name = s.recvfrom(2000)
        s.sendto(frame[6:12] + frame[:6] + frame[12:14] + b'answer', name)
        print(frame[14:].decode())""")])
    script = textwrap.dedent("""\
        import socket, time
        a, b = (socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in range(2))
        for s in (a, b): s.bind(('ts0', 3)); s.settimeout(5)
        mac = a.getsockname()[4]
        def next_of(s):
            while True:
                frame, name = s.recvfrom(2000)
                if frame[12:14] == b'\\x88\\xb5': return frame[14:].decode(), name[2]
        answer = None
        a.settimeout(0.1)
        for _ in range(50):
            a.send(b'\\x02' + bytes(5) + mac + b'\\x88\\xb5' + b'question')
            try:
                answer = next_of(a); break
            except TimeoutError: pass
        print(answer, next_of(b))""")
    done = net.stack.run([PYTHON, "-c", script]).check()
    assert done.text == "('answer', 0) ('question', 4)\n"
    assert catcher.wait().check().text == "question\n"


def test_what_finds_no_room_is_counted(net):
    script = textwrap.dedent("""\
        import socket, struct
        s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)); s.bind(('lo', 3))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2000)
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for n in range(200): u.sendto(bytes(1000), ('127.0.0.1', 9))
        s.settimeout(0.3)
        got = 0
        try:
            while True: s.recv(2000); got += 1
        except TimeoutError: pass
        seen, lost = struct.unpack('II', s.getsockopt(263, 6, 8))
        print(seen >= 400, lost > 0, seen - lost == got, struct.unpack('II', s.getsockopt(263, 6, 8)))""")
    assert net.stack.run([PYTHON, "-c", script]).check().text == "True True True (0, 0)\n"


def test_a_full_ring_loses_nothing_that_fits_the_queue(net):
    """More frames than the ring has room for wait behind it, and come as the program goes on."""
    script = textwrap.dedent("""\
        import mmap, select, socket, struct
        s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        s.setsockopt(263, 10, 1)
        s.setsockopt(263, 5, struct.pack('=IIII', 4096, 1, 2048, 2))
        ring = mmap.mmap(s.fileno(), 4096)
        s.setsockopt(263, 23, 1)
        s.bind(('lo', 3))
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for n in range(100): u.sendto(b'%d' % n, ('127.0.0.1', 9))
        poll = select.poll(); poll.register(s, select.POLLIN)
        texts, head = [], 0
        while poll.poll(300):
            while struct.unpack_from('=I', ring, head * 2048)[0]:
                network = struct.unpack_from('=IIIHH', ring, head * 2048)[4] + head * 2048
                if ring[network + 9] == 17: texts.append(int(ring[network + 28:network + 30].strip(b'\\0')))
                struct.pack_into('=I', ring, head * 2048, 0)
                head = 1 - head
        print(texts == list(range(100)), struct.unpack('II', s.getsockopt(263, 6, 8))[1])""")
    assert net.stack.run([PYTHON, "-c", script]).check().text == "True 0\n"


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")  # the second program moves it to a keeper, with the ring
@pytest.mark.needs("tcpdump")
def test_what_tcpdump_writes_is_what_passed(net):
    inside = net.folder / "inside.pcap"
    net.settings["TAPSTACK_PCAP"] = str(net.folder / "outside.pcap")
    sniffer = start_sniffing(net, "-i", "ts0", "-U", "-w", inside)
    net.stack.run(["ping", "-c3", "-i0.1", "-s1000", net.host_addr]).check()
    wait_until(lambda: len([f for f in frames_of(inside) if is_echo(f)]) == 6, what="six frames")
    sniffer.signal(signal.SIGINT)
    assert "\n0 packets dropped by kernel" in sniffer.wait().check().errors
    outside = [f for f in frames_of(net.folder / "outside.pcap") if is_echo(f)]
    assert sorted(f for f in frames_of(inside) if is_echo(f)) == sorted(outside)


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
@pytest.mark.needs("tcpdump")
@pytest.mark.parametrize("interface", ["any", "lo"])
def test_tcpdump_on_other_interfaces(net, interface):
    sniffer = start_sniffing(net, "-i", interface, "-c", "2", f"host {net.loopback}")
    net.stack.run(["ping", "-c1", net.loopback]).check()
    said = "ICMP6, echo request" if net.family == 6 else "ICMP echo request"
    assert f"{net.loopback} > {net.loopback}: {said}" in sniffer.wait().check().text


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
@pytest.mark.needs("tcpdump")
def test_a_transfer_is_captured_whole(net):
    """Superframes fit the ring, and the filter leaves out the rest."""
    net.settings["TAPSTACK_PCAP"] = str(net.folder / "outside.pcap")
    inside = net.folder / "inside.pcap"
    peer = net.host.peer("discard", "--port", "0")
    sniffer = start_sniffing(net, "-i", "ts0", "-U", "-w", inside, "-B", "8192", "tcp", "port", str(peer.port))
    script = f"import socket; s = socket.create_connection(('{net.host_addr}', {peer.port})); s.sendall(bytes(3_000_000))"
    net.stack.run([PYTHON, "-c", script]).check()
    sniffer.signal(signal.SIGINT)
    assert "\n0 packets dropped by kernel" in sniffer.wait().check().errors
    text = [int(row[0]) for row in Capture(inside).fields(f"tcp.dstport == {peer.port}", "tcp.len")]
    assert sum(text) >= 3_000_000 and max(text) > 1460
    assert Capture(inside).count("frame.cap_len < frame.len") == 0


@pytest.mark.engines("inside")
@pytest.mark.needs("arping")  # ARP is IPv4's
def test_arping(net):
    done = net.stack.run(["arping", "-c2", "-w3", "-I", "ts0", net.host_addr]).check()
    assert "Received 2 response(s)" in done.text or "2 packets received" in done.text, done.report()


@pytest.mark.engines("inside")
@pytest.mark.needs("hping3")  # which knows IPv4 only
def test_hping3(net):
    peer = net.host.peer("discard", "--port", "0")
    done = net.stack.run(["hping3", "-c", "2", "-i", "u100000", "-S", "-p", str(peer.port), "-I", "ts0", net.host_addr]).check()
    assert done.text.count("flags=SA") == 2, done.report()


@pytest.mark.nightly
@pytest.mark.families(4, 6)
@pytest.mark.needs("nmap")
def test_nmap_finds_the_open_port(net):
    peer = net.host.peer("discard", "--port", "0")
    first = peer.port - 3
    done = net.stack.run(["nmap", f"-{net.family}", "-n", "-sS", "-p", f"{first}-{first + 6}", net.host_addr], timeout=60).check()
    assert f"{peer.port}/tcp open" in done.text and "6 closed" in done.text, done.report()


@pytest.mark.nightly
@pytest.mark.families(4, 6)
@pytest.mark.needs("tshark")
def test_tshark_captures_for_a_while(net):
    echoes = "icmp6" if net.family == 6 else "icmp"
    program = net.stack.start(["tshark", "-n", "-i", "ts0", "-a", "duration:4", "-f", echoes])
    wait_until(lambda: b"Capture started" in program.stderr_now() or b"Capturing" in program.stderr_now(), what="tshark")
    # It looks at its time when a frame comes: libpcap waits for one without end (TPACKET_V2).
    ping = net.stack.start(["ping", "-i0.5", net.host_addr])
    assert "Echo (ping) reply" in program.wait().check().text
    ping.stop()
