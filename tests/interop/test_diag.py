"""Programs that look at the stack: /proc/net for netstat and its like, SOCK_DIAG for ss.

The kernel's own list of its ends of the same connections is what theirs are compared with.
"""

import re
import socket
import struct
import subprocess

import pytest

from tapstack_interop import wait_until

# An engine inside moves to a keeper when a second program looks, so one carrier shows both.
pytestmark = pytest.mark.engines("inside")

# Sockets of every kind and both families, which stay until a line comes in; says what it has: name, inode. "client" is
# of the host's family.
HOLDER = """
import os, socket, sys
host, port = sys.argv[1], int(sys.argv[2])
held = {}
def hold(name, family, kind, protocol=0, bind=None, connect=None, listen=None):
    held[name] = s = socket.socket(family, kind, protocol)
    if bind: s.bind(bind)
    if listen is not None: s.listen(listen)
    if connect: s.connect(connect)
four, six = socket.AF_INET, socket.AF_INET6
hold("listener", four, socket.SOCK_STREAM, bind=("0.0.0.0", 7001), listen=5)
hold("both", six, socket.SOCK_STREAM, bind=("::", 7002), listen=9)
hold("waiting", four, socket.SOCK_STREAM, connect=("127.0.0.1", 7001))
hold("client", six if ":" in host else four, socket.SOCK_STREAM, connect=(host, port))
held["client"].sendall(b"hello")
held["client"].recv(5, socket.MSG_WAITALL)
hold("mapped", six, socket.SOCK_STREAM, connect=("::ffff:10.10.10.1", port))
hold("udp", four, socket.SOCK_DGRAM, bind=("10.10.10.2", 7003))
hold("peered", six, socket.SOCK_DGRAM, connect=("fd10:10:10::1", 7004))
hold("unbound", four, socket.SOCK_DGRAM)
hold("raw", four, socket.SOCK_RAW, 89)
hold("raw6", six, socket.SOCK_RAW, 89)
for name, s in held.items():
    print(name, os.fstat(s.fileno()).st_ino)
print("pid", os.getpid(), flush=True)
sys.stdin.readline()
"""


class Holder:
    """A program on the stack with a socket of every kind."""

    def __init__(self, net) -> None:
        self.peer = net.host.peer("echo", "--port", "0")
        self.program = net.stack.start(
            ["/usr/bin/python3", "-c", HOLDER, net.host_addr, str(self.peer.port)], stdin=subprocess.PIPE
        )
        wait_until(lambda: b"pid" in self.program.stdout_now(), what="the program with sockets")
        said = dict(line.split() for line in self.program.stdout_now().decode().splitlines())
        self.pid = int(said.pop("pid"))
        self.inodes = {name: int(inode) for name, inode in said.items()}


@pytest.fixture
def holder(net):
    return Holder(net)


def proc_net(side, name: str) -> list[dict[str, str]]:
    """The lines of a table of sockets in /proc/net."""
    lines = side.run(["cat", f"/proc/net/{name}"]).check().text.splitlines()
    found = []
    for line in lines[1:]:
        fields = line.split()
        found.append(
            {"local": fields[1], "remote": fields[2], "state": fields[3], "queues": fields[4],
             "timer": fields[5], "uid": fields[7], "inode": fields[9]}
        )
    return found


def printed(address: str, port: int) -> str:
    """An end as procfs prints it: words as they lie in memory."""
    octets = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return "".join(f"{word:08X}" for (word,) in struct.iter_unpack("=I", octets)) + f":{port:04X}"


def test_proc_net_lists_the_sockets_of_the_stack_to_other_programs(net, holder):
    by_inode = {
        int(line["inode"]): (name, line)
        for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")
        for line in proc_net(net.stack, name)
    }
    seen = {who: by_inode[inode] for who, inode in holder.inodes.items() if inode in by_inode}
    assert {who: table for who, (table, _) in seen.items()} == {
        "listener": "tcp", "both": "tcp6", "waiting": "tcp", "client": "tcp", "mapped": "tcp6",
        "udp": "udp", "peered": "udp6", "raw": "raw", "raw6": "raw6",
    }
    line = {who: line for who, (_, line) in seen.items()}
    assert line["listener"]["local"] == printed("0.0.0.0", 7001)
    assert (line["listener"]["state"], line["listener"]["queues"]) == ("0A", "00000000:00000001")
    assert line["client"]["remote"] == printed(net.host_addr, holder.peer.port)
    assert line["client"]["state"] == "01"
    assert line["mapped"]["remote"].startswith("0000000000000000FFFF0000" + printed(net.host_addr, 0)[:8])
    assert line["udp"]["local"] == printed("10.10.10.2", 7003) and line["udp"]["state"] == "07"
    assert line["peered"]["state"] == "01"
    # What nobody has accepted has no program, and so no inode.
    assert ("tcp", "0") in {(table, entry["inode"]) for table, entry in by_inode.values()}


@pytest.mark.families(4, 6, by_night=(6,))
def test_proc_net_tcp_says_of_a_connection_what_the_kernel_says_of_its_end(net, holder):
    table = "tcp6" if net.family == 6 else "tcp"
    peer = printed(net.host_addr, holder.peer.port)
    here = next(line for line in proc_net(net.stack, table) if line["remote"] == peer)
    assert here["local"].startswith(printed(net.stack_addr, 0)[:-4])
    there = next(
        line for name in ("tcp", "tcp6") for line in proc_net(net.host, name)
        if line["remote"].endswith(here["local"])
    )
    assert there["local"].endswith(here["remote"])
    assert (here["state"], here["queues"]) == (there["state"], there["queues"]) == ("01", "0" * 8 + ":" + "0" * 8)


@pytest.mark.nightly
def test_lines_have_the_widths_of_the_kernels(net, holder):
    for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "icmp6", "sockstat", "sockstat6", "dev"):
        here, there = (side.run(["cat", f"/proc/net/{name}"]).check().text.splitlines()
                       for side in (net.stack, net.host))
        if name.startswith("sock"):
            assert [re.sub(r"\d+", "N", line) for line in here] == [re.sub(r"\d+", "N", line) for line in there]
            continue
        assert here[0] == there[0], name
        if name in ("tcp", "udp", "icmp"):
            assert {len(line) for line in here} == {len(here[0])}, name


@pytest.mark.nightly
def test_the_names_of_counters_are_the_kernels(net, holder):
    def names(side, name):
        text = side.run(["cat", f"/proc/net/{name}"]).check().text
        known = [re.sub(r"\s+-?\d+$", "", line) if name == "snmp6" else line for line in text.splitlines()]
        # ICMP's types are named as they come up; the stack has no MPTCP.
        return [line for line in known if re.search(r"[A-Za-z]", line.split(":")[-1])
                and not re.search(r"^Icmp(Msg|6InType|6OutType)|^MPTcpExt", line)]

    for name in ("snmp", "snmp6", "netstat"):
        assert names(net.stack, name) == names(net.host, name), name


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.needs("netstat")
def test_netstat_shows_sockets_with_their_programs(net, holder):
    text = net.stack.run(["netstat", "-tunap"]).check().text
    rows = [line.split() for line in text.splitlines() if line.startswith(("tcp", "udp"))]
    program = f"{holder.pid}/python3"
    shown = {(row[0], row[3], row[4]): row[-1] if "/" in row[-1] else row[-2] for row in rows}
    assert shown["tcp", "0.0.0.0:7001", "0.0.0.0:*"] == program
    assert shown["tcp6", ":::7002", ":::*"] == program
    assert shown["udp", "10.10.10.2:7003", "0.0.0.0:*"] == program
    kind = "tcp6" if net.family == 6 else "tcp"
    client = next(row for row in rows if row[0] == kind and row[4] == f"{net.host_addr}:{holder.peer.port}")
    assert client[5] == "ESTABLISHED" and client[6] == program


@pytest.mark.nightly
@pytest.mark.needs("netstat")
def test_netstat_shows_statistics_and_interfaces(net, holder):
    statistics = net.stack.run(["netstat", "-s"]).check().text
    assert re.search(r"^\s+3 active connection openings", statistics, re.M), statistics
    interfaces = net.stack.run(["netstat", "-i"]).check().text
    assert re.search(r"^ts0\s+1500", interfaces, re.M) and re.search(r"^lo\s+6553[56]", interfaces, re.M)


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.needs("lsof")
def test_lsof_finds_the_sockets_of_a_program(net, holder):
    text = net.stack.run(["lsof", "-nP", "-i", "-a", "-p", str(holder.pid)]).check().text
    assert re.search(r"python3 .* TCP \*:7001 \(LISTEN\)", text), text
    own, peer = (re.escape(net.in_url(address)) for address in (net.stack_addr, net.host_addr))
    assert re.search(rf"python3 .* TCP {own}:\d+->{peer}:{holder.peer.port} \(ESTABLISHED\)", text), text
    assert re.search(r"python3 .* UDP 10\.10\.10\.2:7003", text)


def test_a_file_of_proc_net_is_read_only_and_ends(net):
    program = """
import errno, os
fd = os.open("/proc/net/tcp", os.O_RDONLY | os.O_CLOEXEC)
print(os.get_inheritable(fd))
first = os.read(fd, 10); os.lseek(fd, 0, 0); print(os.read(fd, 10) == first)
while os.read(fd, 100): pass
try: os.write(fd, b"x")
except OSError as e: print(errno.errorcode[e.errno])
for path in "/proc/self/net/tcp", f"/proc/{os.getpid()}/net/tcp", "/proc/thread-self/net/tcp":
    print(open(path).read().count("local_address"))
for path in "/proc/net/tcp", "/proc/net/unix":
    try: print(bool(open(path, "r").read()), os.open(path, os.O_RDWR))
    except OSError as e: print(errno.errorcode[e.errno])
"""
    text = net.stack.run(["/usr/bin/python3", "-c", program]).check().text
    assert text.split() == ["False", "True", "EBADF", "1", "1", "1", "EACCES", "EACCES"]


def test_files_of_the_stack_are_found_as_the_kernels_are(net):
    program = """
import glob, os, socket, subprocess
interfaces = "/sys/class/net"
print(sorted(os.listdir(interfaces)), [e.is_symlink() and e.is_dir() for e in os.scandir(interfaces)])
print(os.path.realpath(interfaces + "/ts0/mtu"), os.readlink(interfaces + "/lo"))
print(sorted(glob.glob(interfaces + "/*/statistics/rx_packets")))
print([os.path.exists(f"{interfaces}/{name}") for name in ("ts0", "ts0/wireless", "eth0")])
folder = os.open(interfaces + "/ts0", os.O_RDONLY | os.O_DIRECTORY)
print("mtu" in os.listdir(folder), os.read(os.open("mtu", os.O_RDONLY, dir_fd=folder), 9))
print([os.access("/proc/sys/net/ipv4/tcp_sack", mode) for mode in (os.R_OK, os.W_OK)])
print([oct(s.st_mode) for s in (os.stat("/proc/net/tcp"), os.fstat(os.open("/proc/net/tcp", os.O_RDONLY)))])
# A monitor keeps its file open, or its folder.
counters = open("/proc/net/dev")
before = counters.read()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
counters.seek(0)
print(counters.read() != before)
os.chdir("/proc/net")
print("ts0" in open("dev").read(), "ts0" in subprocess.run(["cat", "dev"], capture_output=True, text=True).stdout)
"""
    text = net.stack.run(["/usr/bin/python3", "-c", program]).check().text
    assert text.splitlines() == [
        "['lo', 'ts0'] [True, True]",
        "/sys/devices/virtual/net/ts0/mtu ../../devices/virtual/net/lo",
        "['/sys/class/net/lo/statistics/rx_packets', '/sys/class/net/ts0/statistics/rx_packets']",
        "[True, False, False]",
        "True b'1500\\n'",
        "[True, False]",
        "['0o100444', '0o100444']",
        "True",
        "True True",
    ]


def ss(side, *options) -> list[str]:
    """Lines of ss without its header, each socket on one."""
    return side.run(["ss", "-H", "-n", "-O", *options]).check().text.splitlines()


@pytest.mark.needs("ss")
def test_ss_shows_sockets_with_their_programs_and_inodes(net, holder):
    lines = ss(net.stack, "-tuwap", "-e")
    for who, inode in holder.inodes.items():
        found = [line for line in lines if f"ino:{inode} " in line]
        assert len(found) == (0 if who == "unbound" else 1), (who, lines)
        assert all(f"pid={holder.pid}" in line for line in found)
    listener = next(line for line in lines if f"ino:{holder.inodes['listener']} " in line).split()
    assert listener[:6] == ["tcp", "LISTEN", "1", "5", "0.0.0.0:7001", "0.0.0.0:*"]
    both = next(line for line in lines if f"ino:{holder.inodes['both']} " in line)
    assert both.split()[4] == "*:7002" and "v6only:0" in both
    raw = next(line for line in lines if f"ino:{holder.inodes['raw']} " in line).split()
    assert raw[0] in ("raw", "???") and raw[1] == "UNCONN"  # as ss names what raw_diag tells


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.needs("ss")
def test_ss_says_of_a_connection_what_the_kernels_says_of_its_end(net, holder):
    peer = f" {net.in_url(net.host_addr)}:"
    here = [line for line in ss(net.stack, "-tinme", f"dport = :{holder.peer.port}") if peer in line]
    assert len(here) == 1, here
    own = here[0].split()[3]
    there = ss(net.host, "-tinme", f"dport = :{own.rsplit(':', 1)[1]}")
    assert len(there) == 1, there

    def figures(line):
        words = line.split()
        return dict(word.split(":", 1) for word in words[5:] if ":" in word), set(words)

    (ours, our_words), (theirs, their_words) = figures(here[0]), figures(there[0])
    assert here[0].split()[0] == there[0].split()[0] == "ESTAB"
    # What each sent the other received; both agreed upon the same options.
    assert ours["bytes_sent"] == ours["bytes_acked"] == theirs["bytes_received"] == "5"
    assert theirs["bytes_sent"] == ours["bytes_received"] == "5"
    for option in ("ts", "sack"):
        assert option in our_words and option in their_words, option
    assert "cubic" in our_words
    assert ours["wscale"].split(",") == list(reversed(theirs["wscale"].split(",")))
    for figure in ("rto", "rtt", "mss", "pmtu", "advmss", "cwnd", "segs_out", "segs_in", "data_segs_out",
                   "lastsnd", "rcv_space", "skmem", "delivered", "minrtt", "snd_wnd"):
        assert figure in ours, (figure, here)
    assert ours["mss"] == theirs["mss"] and ours["pmtu"] == theirs["pmtu"] == "1500"
    assert ours["data_segs_out"] == theirs["data_segs_in"]


@pytest.mark.nightly
@pytest.mark.families(4, 6)
@pytest.mark.needs("ss")
def test_ss_filters_choose_on_the_stack_what_they_choose_on_the_kernel(net, holder):
    script = f"""
import socket, sys
held = []
for port in 6001, 6002, 6003:
    held.append(socket.create_server(("{net.loopback}", port), family={net.socket_family}))
    held.append(socket.create_connection(("{net.loopback}", port)))
held.append(socket.create_server(("::", 6004), family=socket.AF_INET6, dualstack_ipv6=True))
held.append(socket.create_connection(("{net.loopback}", 6004)))
print("ready", flush=True)
sys.stdin.readline()
"""
    for side in (net.stack, net.host):
        side.run(["ip", "link", "set", "lo", "up"])
        program = side.start(["/usr/bin/python3", "-c", script], stdin=subprocess.PIPE)
        wait_until(lambda: b"ready" in program.stdout_now(), what="the sockets")
    loopback, near, far = ("[::1]", "[::/64]", "[fd10::/16]") if net.family == 6 else (
        "127.0.0.1", "127.0.0.0/8", "10.0.0.0/8")
    filters = [
        "sport = :6001", "dport = :6002 or sport = :6003", "not sport = :6001 and sport <= :6003",
        f"dst {loopback}", f"dst {near} and not dport = :6001", f"src {far} and sport = :6001",
        "sport >= :6002 and sport <= :6004", f"( dport = :6001 or dport = :6004 ) and src {loopback}:*",
        "autobound and dport = :6001", "dst [::1]", "sport = :6004 and dev lo",
    ]
    for text in filters:
        for states in (["-a"], ["state", "listening"], ["state", "established"]):
            def chosen(side):
                lines = ss(side, "-t", *states, text)
                words = [re.findall(r"[\w\[\]:.*]+:(?:600\d|\*) ", line) for line in lines]
                return sorted(str(line) for line in words if "600" in str(line))

            assert chosen(net.stack) == chosen(net.host), (text, states)


@pytest.mark.nightly
@pytest.mark.needs("ss")
def test_ss_counts_and_shows_unix_sockets_without_ours(net, holder):
    summary = net.stack.run(["ss", "-s"]).check().text
    assert re.search(r"^TCP:\s+[5-9] \(estab [4-8], closed 0, orphaned 0, timewait 0\)", summary, re.M), summary
    assert re.search(r"^RAW\s+2\s+1\s+1", summary, re.M), summary
    pair = net.host.start(
        ["/usr/bin/python3", "-c",
         "import socket, sys; a, b = socket.socketpair(); print(a.fileno(), flush=True); sys.stdin.readline()"],
        stdin=subprocess.PIPE)
    wait_until(lambda: pair.stdout_now() != b"", what="a pair of AF_UNIX")
    lines = ss(net.stack, "-xpe")
    assert sum(f"pid={pair.pid}" in line for line in lines) == 2
    inodes = {str(inode) for inode in holder.inodes.values()}
    assert not [line for line in lines if inodes & set(line.split())]


@pytest.mark.needs("ss")
def test_ss_shows_packet_and_netlink_sockets(net):
    program = """
import os, socket, subprocess
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)); frames.bind(("ts0", 0x0806))
routes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); routes.bind((0, 1))
print(os.getpid(), os.fstat(frames.fileno()).st_ino)
for arguments in ["ss", "-0", "-Hap"], ["ss", "-f", "netlink", "-Ha"], ["cat", "/proc/net/packet"]:
    print(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip() + "\\n--")
"""
    said, packet, routes, table = net.stack.run(["/usr/bin/python3", "-c", program]).check().text.replace(
        "\n", "\n--", 1).split("--")[:4]
    pid, inode = said.split()
    assert packet.split()[:5] == ["p_raw", "UNCONN", "0", "0", "arp:ts0"] and f"pid={pid}," in packet, packet
    assert re.search(rf"rtnl:python3/{pid}\s", routes) and re.search(r"rtnl:kernel\s", routes), routes
    assert [line.split()[3:6] for line in table.strip().splitlines()[1:] if line.endswith(inode)] == [["0806", "2", "1"]]


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.needs("ss")
def test_ss_ends_a_connection_on_both_sides(net):
    if net.stack.run(["id", "-u"]).check().text.strip() != "0":
        pytest.skip("ends sockets: needs root")
    peer = net.host.peer("echo", "--port", "0")
    program = f"""
import errno, os, socket, subprocess
s = socket.create_connection(("{net.host_addr}", {peer.port}))
u = socket.socket(s.family, socket.SOCK_DGRAM); u.connect(("{net.host_addr}", 9))
l = socket.create_server(("", 7005), family=s.family)
subprocess.run(["ss", "-K", "-tau", "dport = :{peer.port} or dport = :9 or sport = :7005"], stdout=subprocess.DEVNULL, check=True)
for call in lambda: s.recv(1), lambda: u.recv(1), lambda: l.accept():
    try: call()
    except OSError as e: print(errno.errorcode[e.errno])
try: u.getpeername()
except OSError as e: print(errno.errorcode[e.errno])
"""
    text = net.stack.run(["/usr/bin/python3", "-c", program], timeout=20).check().text
    assert text.split() == ["ECONNABORTED", "ECONNABORTED", "EINVAL", "ENOTCONN"]
    assert net.capture.count(f"tcp.flags.reset == 1 && tcp.dstport == {peer.port}") == 1


@pytest.mark.nightly
def test_a_socket_has_one_cookie_for_getsockopt_and_ss(net):
    program = """
import socket, struct, subprocess
SO_COOKIE = 57
s = socket.create_server(("0.0.0.0", 7006))
(cookie,) = struct.unpack("Q", s.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))
shown = subprocess.run(["ss", "-Hltne", "sport = :7006"], capture_output=True, text=True, check=True).stdout
print(f"sk:{cookie:x} " in shown, shown)
try: s.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 4)
except OSError as e: print(e.errno)
"""
    text = net.stack.run(["/usr/bin/python3", "-c", program]).check().text
    assert text.startswith("True") and text.rstrip().endswith("22"), text


def test_settings_of_the_stack_are_read_and_not_written(net):
    program = """
import errno
for name in "ipv4/tcp_congestion_control", "ipv4/ip_local_port_range", "ipv4/tcp_available_congestion_control":
    print(open("/proc/sys/net/" + name).read().split())
for path in "/proc/sys/net/ipv4/tcp_congestion_control", "/proc/sys/net/ipv4/tcp_sack":
    try: open(path, "w")
    except OSError as e: print(errno.errorcode[e.errno])
print(open("/sys/class/net/ts0/mtu").read().strip(), open("/sys/class/net/ts0/operstate").read().strip())
print(open("/sys/class/net/lo/address").read().strip())
"""
    text = net.stack.run(["/usr/bin/python3", "-c", program], env={"TAPSTACK_CC": "reno", "TAPSTACK_MTU": "1400"}).check().text
    assert text.splitlines() == [
        "['reno']", "['32768', '60999']", "['reno', 'cubic', 'bbr']", "EACCES", "EACCES", "1400 up",
        "00:00:00:00:00:00",
    ]


# Sends random filters, and requests with random bytes in them; prints what each was answered.
HOSTILE = """
import errno, random, socket, struct
random.seed(11)
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
s.settimeout(5)
def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)
def ask(kind, flags, body):
    s.send(struct.pack("IHHII", 16 + len(body), kind, flags, 1, 0) + body)
    while True:
        got = s.recv(65536)
        while got:
            length, answer = struct.unpack_from("IH", got)
            if answer in (2, 3):
                return errno.errorcode.get(-struct.unpack_from("i", got, 16)[0], "ok")
            got = got[(length + 3) & ~3:]
def operation():
    return struct.pack("BBH", random.randrange(15), 4 * random.randrange(1, 7), 4 * random.randrange(8))
def operand():
    return random.choice([b"", b"\\0\\0\\0\\0", bytes(8), bytes([2, random.randrange(40), 0, 0]) + b"\\xff" * 4 + bytes(4)])
for n in range(600):
    program = b"".join(operation() + operand() for _ in range(random.randrange(1, 5)))
    if n % 5 == 0: program = program[:random.randrange(len(program) + 1)]
    family, protocol = random.choice([2, 10]), random.choice([6, 17, 132])
    head = struct.pack("BBBBI", family, protocol, random.randrange(256), 0, random.randrange(1 << 12)) + bytes(48)
    print(n, ask(20, 0x301, head + attribute(1, program)))
for n in range(600):
    body = bytearray(struct.pack("BBBBI", 2, 6, 0, 0, 0xfff) + bytes(40) + b"\\xff" * 8)
    for _ in range(3): body[random.choice([0, 1, 2, 3, *range(4, 48)])] = random.randrange(256)
    body[0] = random.choice([2, 10, 0, 46, 200])
    print(n, ask(random.choice([18, 19, 20, 22]), random.choice([5, 0x301]), bytes(body[:random.choice([1, 2, 8, 56, 56, 56])])))
"""


@pytest.mark.nightly
def test_hostile_requests_are_answered_as_by_the_kernel(net):
    script = net.folder / "hostile.py"
    script.write_text(HOSTILE)
    ours, theirs = (side.run(["/usr/bin/python3", script], timeout=30).check().text.splitlines()
                    for side in (net.stack, net.host))
    differing = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    assert not differing
    assert len({line.split()[1] for line in ours}) >= 3, "errors of several kinds"


@pytest.mark.no_capture
def test_routes_neighbours_and_groups_look_as_the_kernels(net):
    """The same tables on both sides of the wire, but for the addresses in them."""
    script = f"""
import socket, subprocess
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("{net.host_addr}", 9))
s.send(b"x")
group = socket.inet_aton("239.1.2.3") + socket.inet_aton("10.10.10.2")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
for name in "route", "arp", "ipv6_route", "igmp", "igmp6", "dev_mcast", "if_inet6", "mcfilter":
    print("==", name); print(open("/proc/net/" + name).read())
"""
    text = net.stack.run(["/usr/bin/python3", "-c", script]).check().text
    tables = dict(re.findall(r"== (\w+)\n(.*?)\n(?===|\Z)", text, re.S))
    for name in ("route", "arp", "mcfilter"):
        head = net.host.run(["head", "-1", f"/proc/net/{name}"]).check().text
        assert tables[name].startswith(head), name
    network = struct.unpack("=I", socket.inet_aton("10.10.10.0"))[0]
    assert re.search(rf"^ts0\t{network:08X}\t00000000\t0001\t0\t0\t\d+\t00FFFFFF\t", tables["route"], re.M)
    assert {len(line) for line in tables["route"].splitlines()} == {127}
    assert re.search(r"^10\.10\.10\.1\s+0x1\s+0x2\s+[0-9a-f:]{17}\s+\*\s+ts0$", tables["arp"], re.M)
    # Its flags: permanent, and perhaps tentative and optimistic, as it has just been added.
    assert re.search(r"^fd1000100010" + "0" * 19 + "2 02 40 00 (80|c4)      ts0$", tables["if_inet6"], re.M)
    assert re.search(r"^fd10001000100000" + "0" * 16 + r" 40 0{32} 00 0{32} [0-9a-f]{8} .* ts0$", tables["ipv6_route"], re.M)
    assert "\t\t\t\t030201EF     1 0:00000000\t\t0" in tables["igmp"] and "\t\t\t\t010000E0 " in tables["igmp"]
    assert "2    ts0             ff020000000000000000000000000001     1 0000000C 0" in tables["igmp6"]
    assert "01005e010203" in tables["dev_mcast"]
