"""TAPSTACK_LOG=trace: each call that concerns a socket of the stack, as strace would show it."""

import re

import pytest

from tapstack_interop.paths import build_dir

pytestmark = pytest.mark.families(4, 6)

# Descriptors: 3 listens, 4 is connected to 5, 6 is the set of epoll, then the copy of 4; the datagram socket is 3.
CALLS = r"""
getaddrinfo("127.0.0.1", "7001", {0, AF_INET, SOCK_STREAM, IPPROTO_IP}, [127.0.0.1:7001]) = 0
socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
bind(3, 127.0.0.1:7001) = 0
listen(3, 8) = 0
socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 4
bind(4, 127.0.0.1:7002) = 0
connect(4, 127.0.0.1:7001) = 0
accept4(3, 127.0.0.1:7002, SOCK_NONBLOCK) = 5
close(3) = 0
recv(5, POINTER, 100, 0) = -1 EAGAIN
send(4, "GET /index.html HTTP/1.1\r\nHost: "..., 47, MSG_NOSIGNAL) = 47
poll([{5, POLLIN}], 1, 1000) = 1 [{5, POLLIN}]
recv(5, "GET /", 5, MSG_PEEK) = 5
ioctl(5, FIONREAD, [47]) = 0
readv(5, ["GET ", "/index"], 2) = 10
read(5, ".html HTTP/1.1\r\nHost: example.or"..., 100) = 37
write(5, "\0\1", 2) = 2
select(5, [4], NULL, NULL, 1.000000) = 1 [4]
read(4, "\0\1", 100) = 2
epoll_ctl(3, EPOLL_CTL_ADD, 4, EPOLLOUT|EPOLLET) = 0
epoll_wait(3, [{EPOLLOUT, 4}], 1, 1000) = 1
epoll_ctl(3, EPOLL_CTL_DEL, 4, NULL) = 0
getsockopt(4, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
getsockopt(4, SOL_TCP, 9999, POINTER, [4]) = -1 ENOPROTOOPT
getpeername(4, 127.0.0.1:7001) = 0
fcntl(5, F_GETFL) = 2050 O_RDWR|O_NONBLOCK
fcntl(5, F_SETFL, O_RDWR) = 0
dup(4) = 3
close(3) = 0
shutdown(4, SHUT_WR) = 0
read(5, "", 10) = 0
close(5) = 0
close(4) = 0
socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3
setsockopt(3, SOL_IP, IP_RECVTTL, [1], 4) = 0
bind(3, 127.0.0.1:7003) = 0
sendto(3, "question", 8, 0, 127.0.0.1:7003) = 8
recvmsg(3, {127.0.0.1:7003, ["ques"], [IP_TTL], MSG_TRUNC}, 0) = 4
close(3) = 0
""".strip()


def calls_of_family(net) -> list[str]:
    if net.family == 4:
        return CALLS.splitlines()
    text = CALLS.replace('"127.0.0.1"', '"::1"').replace("127.0.0.1:", "[::1]:").replace("AF_INET", "AF_INET6")
    return text.replace("SOL_IP, IP_RECVTTL", "SOL_IPV6, IPV6_RECVHOPLIMIT").replace("IP_TTL", "IPV6_HOPLIMIT").splitlines()


def python(text: str) -> list[str]:
    return ["/usr/bin/python3", "-c", text]


def lines_of(file) -> list[str]:
    return file.read_text().splitlines()


def calls(lines: list[str]) -> list[str]:
    """Without thread, and without what differs from run to run."""
    shown = [re.fullmatch(r"tapstack: \d+ (\w+\(.*)", line) for line in lines]
    return [re.sub(r"0x[0-9a-f]+", "POINTER", match[1]) for match in shown if match]


def test_each_call_of_a_program_has_its_line(net, tmp_path):
    env = {"TAPSTACK_LOG": "trace", "TAPSTACK_LOG_FILE": str(tmp_path / "calls")}
    done = net.stack.run([build_dir() / "tests" / "traced_calls"], env={**env, "CHECK_FAMILY": net.family}).check()
    assert done.errors == ""
    assert calls(lines_of(tmp_path / "calls")) == calls_of_family(net)


def test_python_connects_to_nobody_and_looks_names_up(net, tmp_path):
    text = (
        "import socket\n"
        f"try: socket.create_connection(('{net.host_addr}', 9), timeout=5)\n"
        "except ConnectionRefusedError: pass\n"
        "try: socket.getaddrinfo('no-such.invalid', 80, flags=socket.AI_NUMERICHOST)\n"
        "except OSError: pass\n"
    )
    env = {"TAPSTACK_LOG": "trace", "TAPSTACK_LOG_FILE": str(tmp_path / "calls"), "TAPSTACK_TRACE_TIME": "1"}
    net.stack.run(python(text), env=env).check()
    shown = "\n".join(lines_of(tmp_path / "calls"))
    time = r" <\d+\.\d{6}>$"
    for line in (
        rf"tapstack: \d+ connect\(3, {re.escape(net.in_url(net.host_addr))}:9\) = -1 EINPROGRESS",
        r"tapstack: \d+ poll\(\[\{3, POLLOUT\|POLLERR\}\], 1, \d+\) = 1 \[\{3, (\w+\|)*POLLERR(\|\w+)*\}\]",
        r"tapstack: \d+ getsockopt\(3, SOL_SOCKET, SO_ERROR, \[ECONNREFUSED\], \[4\]\) = 0",
        r"tapstack: \d+ getaddrinfo\(\"no-such.invalid\", .*\) = -2 EAI_NONAME",
    ):
        assert re.search("^" + line + time, shown, re.M), shown


@pytest.mark.no_capture  # an ICMP error is no fault here
def test_a_lookup_is_one_line_whatever_it_asks(net, tmp_path):
    """The queries go over sockets of the stack by the same functions."""
    net.settings["TAPSTACK_DNS"] = net.host_addr
    text = "import socket\ntry: socket.getaddrinfo('host.example', 80)\nexcept OSError as e: print(e.errno)\n"
    env = {"TAPSTACK_LOG": "trace", "TAPSTACK_LOG_FILE": str(tmp_path / "calls")}
    assert net.stack.run(python(text), env=env).check().text == "-3\n"  # nobody serves there
    assert [call.split("(")[0] for call in calls(lines_of(tmp_path / "calls"))] == ["getaddrinfo"]


def test_lines_of_several_processes_are_whole(net, tmp_path):
    text = (
        "import os, socket\nfork = os.fork()\n"
        f"for i in range(50): socket.socket({net.socket_family}).connect_ex(('{net.host_addr}', 9))\n"
        "if fork: os.wait()"
    )
    env = {"TAPSTACK_LOG": "trace", "TAPSTACK_LOG_FILE": str(tmp_path / "calls")}
    assert net.stack.run(python(text), env=env).check().errors == ""
    lines = lines_of(tmp_path / "calls")
    assert all(re.match(r"tapstack: \d+ \w+\(.*\) = -?\d", line) for line in lines)
    connects = [line.split()[1] for line in lines if f"connect(3, {net.in_url(net.host_addr)}:9)" in line]
    assert sorted(connects.count(process) for process in set(connects)) == [50, 50]
