"""Servers by what they make of a connection: a process, a thread, a program with it as its standard
input and output. Each echoes; some are started twice in a row on the same port."""

import concurrent.futures
import os
import pathlib
import signal
import socket
import threading

import pytest

from tapstack_interop import wait_until

PYTHON = "/usr/bin/python3"

SOCKETSERVER = """
import socket, socketserver
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while data := self.request.recv(65536): self.request.sendall(data)
class Server(socketserver.{kind}):
    allow_reuse_address = True; address_family = socket.{family}
Server(('', 7000), Echo).serve_forever()
"""

ASYNCIO = """
import asyncio
async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data); await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(echo, '{any}', 7000)
    await server.serve_forever()
asyncio.run(main())
"""

LISTEN = """
import os, signal, socket, subprocess, sys
l = socket.create_server(('{any}', 7000), family=socket.{family}, backlog=64)
"""

# Four processes accept from one listener that they inherited.
MULTIPROCESSING = (
    LISTEN
    + """
import multiprocessing
def work():
    while True:
        c, _ = l.accept()
        while data := c.recv(65536): c.sendall(data)
        c.close()
workers = [multiprocessing.get_context('fork').Process(target=work, daemon=True) for _ in range(4)]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
for w in workers: w.start()
for w in workers: w.join()
"""
)

# A parent that accepts gives each connection to the next of its workers, by SCM_RIGHTS.
PASSING = (
    LISTEN
    + """
import itertools
def work(channel):
    l.close()
    while True:
        _, (fd,), _, _ = socket.recv_fds(channel, 1, 1)
        c = socket.socket(fileno=fd)
        while data := c.recv(65536): c.sendall(data)
        c.close()
channels = []
for _ in range(3):
    ours, theirs = socket.socketpair()
    if os.fork() == 0: work(theirs)
    channels.append(ours)
for channel in itertools.cycle(channels):
    c, _ = l.accept(); socket.send_fds(channel, [b'c'], [c.fileno()]); c.close()
"""
)

SUBPROCESS = (
    LISTEN
    + """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    c, _ = l.accept(); subprocess.Popen(['cat'], stdin=c, stdout=c); c.close()
"""
)

# As inetd does: the connection as descriptors 0, 1 and 2 of a program with nothing in its environment.
INETD = (
    LISTEN
    + """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    c, _ = l.accept()
    if os.fork() == 0:
        for fd in range(3): os.dup2(c.fileno(), fd)
        os.closerange(3, 1000)
        os.execve('/bin/cat', ['cat'], {{}})
    c.close()
"""
)

# A listener that was bound by another program: it is descriptor 3, as systemd passes it.
ACTIVATED = (
    LISTEN
    + """
if l.fileno() == 3: l.set_inheritable(True)
else: os.dup2(l.fileno(), 3)
os.environ['LISTEN_FDS'] = '1'
text = '''
import os, socket
os.environ['LISTEN_PID'] = str(os.getpid()); l = socket.socket(fileno=3)
while True:
    c, _ = l.accept()
    while data := c.recv(65536): c.sendall(data)
    c.close()
'''
os.execv('{python}', ['python3', '-c', text])
"""
)


def python(text: str):
    """A command that depends on the family of addresses."""

    def command(family: int) -> list[str]:
        names = {"any": "::" if family == 6 else "0.0.0.0", "family": "AF_INET6" if family == 6 else "AF_INET"}
        return [PYTHON, "-c", text.format(**names, python=PYTHON)]

    return command


def socketserver(kind: str):
    return lambda family: python(SOCKETSERVER.replace("{kind}", kind))(family)


def socat(to: str):
    return lambda family: ["socat", f"TCP{family}-LISTEN:7000,fork,reuseaddr", to]


def ncat(*options: str):
    return lambda family: ["ncat", f"-{family}", "-k", "-l", "7000", *options]


SERVERS = {
    "socat-exec": socat("EXEC:cat"),
    "socat-system": socat("SYSTEM:cat,pipes"),
    "ncat-exec": ncat("--exec", "/bin/cat"),
    "ncat-sh-exec": ncat("--sh-exec", "cat"),
    "forking": socketserver("ForkingTCPServer"),
    "threading": socketserver("ThreadingTCPServer"),
    "asyncio": python(ASYNCIO),
    "multiprocessing": python(MULTIPROCESSING),
    "passing": python(PASSING),
    "subprocess": python(SUBPROCESS),
    "inetd": python(INETD),
    "activated": python(ACTIVATED),
}
FAST = ("forking", "passing", "inetd")


def is_gone(net) -> bool:
    return not net.leftovers() and "ts0" not in net.host_ip("link", "show")


def text(size: int, seed: int) -> bytes:
    """Lines that differ everywhere."""
    return "".join(f"{seed} {n}\n" for n in range(size)).encode()[:size]


def is_echoed(net, data: bytes) -> bool:
    """Whether the server at port 7000 echoes `data`, and ends when the client has."""
    with net.host_connect(7000) as connection:
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        got = b""
        while len(got) < len(data) and (part := connection.recv(65536)):
            got += part
        sender.join()
        connection.shutdown(socket.SHUT_WR)
        return got == data and connection.recv(1) == b""


def echoes(net, which: str, rounds: int) -> None:
    # ncat writes to its child without looking whether that waits to be read: more would be a deadlock.
    size = 20_000 if which.startswith("ncat") else 200_000
    for _ in range(rounds):
        server = net.stack.start(SERVERS[which](net.family))
        net.host_connect(7000).close()
        with concurrent.futures.ThreadPoolExecutor(4) as callers:
            assert all(callers.map(lambda n: is_echoed(net, text(size, n)), range(4)))
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.needs("socat", "ncat")
@pytest.mark.engines("inside")
@pytest.mark.parametrize("which", FAST)
def test_a_server_echoes(net, which):
    echoes(net, which, rounds=1)


@pytest.mark.nightly
@pytest.mark.needs("socat", "ncat")
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("which", SERVERS)
def test_a_server_echoes_twice_in_a_row(net, which):
    echoes(net, which, rounds=2)


BASH = """
exec 3<>/dev/tcp/$1/$2
cat "$3" >&3 &
head -c $(stat -c %s "$3") <&3
"""

CLIENTS = {
    "bash": lambda address, port, file: ["bash", "-c", BASH, "bash", address, port, file],
    "socat": lambda address, port, file: ["socat", "-t5", f"OPEN:{file}!!STDOUT", f"TCP:{address}:{port}"],
    "ncat": lambda address, port, file: ["sh", "-c", 'ncat $1 $2 < "$3"', "sh", address, port, file],
    "ncat-exec": lambda address, port, file: [
        "ncat", address, port, "--sh-exec", f"cat {file} & head -c $(stat -c %s {file}) > {file}.got",
    ],
}  # fmt: skip


@pytest.mark.nightly
@pytest.mark.needs("socat", "ncat")
@pytest.mark.families(4, 6)
@pytest.mark.parametrize("which", CLIENTS)
def test_a_client_of_an_echo(net, which):
    """Programs whose children send and receive on the connection."""
    peer = net.host.peer("echo", "--port", "0")
    file: pathlib.Path = net.folder / "data"
    file.write_bytes(text(300_000, 1))
    address = net.in_url(net.host_addr) if which == "socat" else net.host_addr
    done = net.stack.run(CLIENTS[which](address, str(peer.port), str(file))).check()
    got = pathlib.Path(f"{file}.got").read_bytes() if which == "ncat-exec" else done.stdout
    assert got == file.read_bytes()


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
@pytest.mark.needs("iperf3")
def test_iperf3_as_a_daemon_twice_in_a_row(net):
    pid_file, log = net.folder / "iperf3.pid", net.folder / "iperf3.log"
    for _ in range(2):
        net.stack.run(["iperf3", "-s", "-D", "-I", pid_file, "--logfile", log, "--forceflush"]).check()
        wait_until(lambda: log.exists() and "listening" in log.read_text(), what="iperf3")
        for options in ([], ["-R"]):
            net.host.run(["iperf3", "-c", net.stack_addr, "-t1", *options]).check()
        os.kill(int(pid_file.read_text().strip("\0\n")), signal.SIGTERM)
        wait_until(lambda: is_gone(net), what="the end of all")
        pid_file.unlink(missing_ok=True)
        log.unlink()
