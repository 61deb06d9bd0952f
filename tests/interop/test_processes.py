"""Threads, fork, exit, two programs, and what the program must not notice."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest

from tapstack_interop import wait_until

pytestmark = pytest.mark.families(4, 6, by_night=(6,))
NO_FAMILY = pytest.mark.families(4)  # nothing depends on it


def python(text: str) -> list[str]:
    return ["/usr/bin/python3", "-c", text]


def test_four_threads_with_sockets_of_their_own(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, threading\n"
        "bad = []\n"
        "def work(n):\n"
        "    d = bytes([n]) * 300000\n"
        f"    c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "    threading.Thread(target=c.sendall, args=(d,)).start()\n"
        "    g = b''\n"
        "    while len(g) < len(d): g += c.recv(65536)\n"
        "    if g != d: bad.append(n)\n"
        "t = [threading.Thread(target=work, args=(n,)) for n in range(4)]\n"
        "[x.start() for x in t]; [x.join() for x in t]; print(bad)\n"
    )
    assert net.stack.run(python(text)).check().text == "[]\n"


def test_two_threads_on_one_socket(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, threading\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "d = bytes(range(256)) * 8000\n"
        "t = threading.Thread(target=lambda: (c.sendall(d), c.shutdown(socket.SHUT_WR))); t.start()\n"
        "g = b''\n"
        "while p := c.recv(65536): g += p\n"
        "t.join(); print(g == d)\n"
    )
    assert net.stack.run(python(text)).check().text == "True\n"


LAST_WORDS = """
import socket, sys
socket.socket(int(sys.argv[2]), socket.SOCK_DGRAM).sendto(b'farewell', (sys.argv[1], 7009))
"""


@pytest.mark.parametrize("impairment", ["", "delay=30ms"])
def test_a_datagram_that_waits_for_its_neighbour_outlives_the_program(net, impairment):
    net.settings["TAPSTACK_IMPAIR"] = impairment
    with net.host_socket(socket.SOCK_DGRAM) as server:
        server.bind(("", 7009))
        net.stack.run(["/usr/bin/python3", "-c", LAST_WORDS, net.host_addr, net.socket_family]).check()
        server.settimeout(2)
        assert server.recv(100) == b"farewell"


def test_exit_while_the_host_sends_resets_the_connection(net):
    server = (
        "import socket, os\n"
        f"s = socket.create_server(('', 7001), family={net.socket_family}); c = s.accept()[0]\n"
        "c.recv(100); c.shutdown(socket.SHUT_WR)\n"
        "for _ in range(20): c.recv(100)\n"
    )
    program = net.stack.start(python(server))
    with net.host_connect(7001) as connection, pytest.raises(ConnectionError):
        for _ in range(200):
            connection.sendall(b"more")
            time.sleep(0.01)
    program.wait(5).check()


def test_shutdown_wakes_a_thread_that_reads(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, threading, time\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "r = []\n"
        "t = threading.Thread(target=lambda: r.append(c.recv(10))); t.start()\n"
        "time.sleep(0.2); c.shutdown(socket.SHUT_RDWR); t.join(5); print(r)\n"
    )
    assert net.stack.run(python(text)).check().text == "[b'']\n"


def test_close_while_another_thread_reads_harms_nobody(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, threading, time, os\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "def read():\n"
        "    try: c.recv(10)\n"
        "    except OSError: pass\n"
        "t = threading.Thread(target=read, daemon=True); t.start()\n"
        "time.sleep(0.2); c.close()\n"
        f"d = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "d.sendall(b'x'); print(d.recv(1)); os._exit(0)\n"
    )
    assert net.stack.run(python(text)).check().text == "b'x'\n"


def test_connections_live_on_in_parent_and_child_after_fork(net):
    """With the engine inside it moves to a keeper in the middle; with a keeper it is there already."""
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import os, socket\n"
        f"a, c = [socket.create_connection(('{net.host_addr}', {peer.port})) for _ in range(2)]\n"
        "a.sendall(b'1' * 100000); c.sendall(b'2' * 100000)\n"
        "def rest(s):\n"
        "    n = 0\n"
        "    while n < 100000: n += len(s.recv(65536))\n"
        "    s.sendall(b'x'); return n, s.recv(1)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        f"    d = socket.create_connection(('{net.host_addr}', {peer.port})); d.sendall(b'y')\n"
        "    os._exit(0 if (rest(a), d.recv(1)) == ((100000, b'x'), b'y') else 1)\n"
        "_, status = os.waitpid(pid, 0)\n"
        "print(rest(c), os.waitstatus_to_exitcode(status))\n"
    )
    assert net.stack.run(python(text)).check().text == "(100000, b'x') 0\n"
    wait_until(lambda: not net.leftovers(), what="the end of the keeper")


DAEMON = """
import os, socket, sys, time
c = socket.create_connection(('{host}', {port})); c.set_inheritable(True)
l = socket.create_server(('', 7000), family=c.family)
c.sendall(b'begun ')
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
l.accept()[0].sendall(b'from the daemon')
os.execv('/usr/bin/python3', ['python3', '-c',
    f"import socket; c = socket.socket(fileno={{c.fileno()}}); c.sendall(b'after exec'); print(c.getsockname()[0])"])
"""


def test_a_daemon_serves_after_its_parents_have_ended_and_after_exec(net):
    peer = net.host.peer("receive", "--port", "0")
    daemon = net.stack.start(python(DAEMON.format(host=net.host_addr, port=peer.port)))
    wait_until(lambda: not daemon.is_running(), what="the end of the parent")
    with net.host_connect(7000) as caller:
        assert caller.recv(100) == b"from the daemon"
    assert peer.wait_for("crc32")["bytes"] == len("begun after exec")
    wait_until(lambda: not net.leftovers(), what="the end of the keeper")


def test_a_second_program_shares_address_ports_and_loopback_with_the_first(net):
    first = net.stack.start(["nc", f"-{net.family}", "-l", "7000"])
    net.wait_for_device()
    taken = f"import socket\ns = socket.socket({net.socket_family})\ntry: s.bind(('', 7000))\nexcept OSError as e: print(e.errno)"
    shared = {"TAPSTACK_PCAP": None}
    assert net.stack.run(python(taken), env=shared).check().text == "98\n"
    net.stack.run(["nc", "-N", net.loopback, "7000"], stdin=b"over loopback", env=shared).check()
    assert first.wait().check().text == "over loopback"
    wait_until(lambda: not net.leftovers(), what="the end of the keeper")


@NO_FAMILY
def test_shell_without_sockets_starts_nothing(net):
    shell = net.stack.start(["sh", "-c", "ls /proc/$$/task | wc -l; cat /etc/hosts; echo end; read line"],
                            stdin=subprocess.PIPE)
    wait_until(lambda: b"end" in shell.stdout_now(), what="the end of its work")
    assert shell.stdout_now().split()[0] == b"1"
    assert "ts0" not in net.host_ip("link", "show")
    shell.stdin.close()
    shell.wait(timeout=10)


@NO_FAMILY
def test_unix_sockets_stay_with_the_kernel(net):
    text = (
        "import socket\n"
        "a, b = socket.socketpair(); a.sendall(b'x'); print(b.recv(1))\n"
        "s = socket.socket(socket.AF_UNIX); s.bind('\\0tapstack-test'); s.listen()\n"
        "c = socket.socket(socket.AF_UNIX); c.connect('\\0tapstack-test'); d, _ = s.accept()\n"
        "c.sendall(b'y'); print(d.recv(1))\n"
    )
    assert net.stack.run(python(text)).check().text == "b'x'\nb'y'\n"
    assert "ts0" not in net.host_ip("link", "show")


@pytest.mark.families(4)  # SIOCGIFADDR has no address of IPv6 (netdevice(7))
def test_interfaces_are_the_stacks(net):
    text = (
        "import socket, fcntl, struct\n"
        "print(socket.if_nameindex())\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "a = fcntl.ioctl(s, 0x8915, struct.pack('256s', b'ts0'))\n"
        "print(socket.inet_ntoa(a[20:24]))\n"
    )
    lines = net.stack.run(python(text)).check().text.splitlines()
    assert [name for _, name in eval(lines[0])] == ["lo", "ts0"]
    assert lines[1] == net.stack_addr


def voluntary_switches(pid: int) -> int:
    total = 0
    import pathlib

    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.M)[1])
    return total


@pytest.mark.engines("inside")
def test_idle_process_does_not_wake_up(net):
    program = net.stack.start(["nc", f"-{net.family}", "-l", "7000"])
    net.wait_for_device()
    net.host.run(["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
    time.sleep(2)
    before = voluntary_switches(program.pid)
    time.sleep(3)
    assert voluntary_switches(program.pid) - before <= 2


@pytest.mark.engines("keeper")
def test_keeper_ends_with_its_program_and_is_no_child_of_it(net):
    text = (
        "import os, socket\n"
        f"s = socket.socket({net.socket_family}); s.connect_ex(('{net.host_addr}', 9))\n"
        "try: os.waitpid(-1, os.WNOHANG); print('has a child')\n"
        "except ChildProcessError: print('no child')\n"
    )
    assert net.stack.run(python(text)).check().text == "no child\n"
    wait_until(lambda: not net.leftovers(), what="the end of the keeper")


def test_exit_right_after_send_loses_nothing(net):
    peer = net.host.peer("receive", "--port", "0")
    text = (
        "import os, socket\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "c.sendall(b'z' * 2000000)\n"
    )
    net.stack.run(python(text)).check()
    assert peer.wait_for("crc32")["bytes"] == 2_000_000


def test_loops_over_every_file_descriptor_do_not_hurt(net):
    """Programs that close all descriptors they do not know must not close the engine's."""
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import os, socket\n"
        f"s = socket.socket({net.socket_family})\n"
        "os.closerange(s.fileno() + 1, 20000)\n"
        f"s.connect(('{net.host_addr}', {peer.port})); s.sendall(b'x'); print(s.recv(1))\n"
    )
    assert net.stack.run(python(text)).check().text == "b'x'\n"


KEEPER_KILLED = """
import errno, select, socket, struct, sys, threading
def error_of(call):
    try: return repr(call())
    except OSError as e: return errno.errorcode[e.errno]
host, port = sys.argv[1], int(sys.argv[2])
c = socket.create_connection((host, port))
u = socket.socket(c.family, socket.SOCK_DGRAM); u.bind(('', 5000))
l = socket.create_server(('', 7000), family=c.family)
p = socket.create_connection((host, port))
poll = select.poll(); poll.register(p, select.POLLIN)
copies = l.dup(), u.dup()  # an epoll set knows what is open anywhere
watched = select.epoll()
for s in (l, u):
    watched.register(s, select.EPOLLIN)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 10, 0))
got = {}
calls = {'recv': lambda: c.recv(1), 'datagram': lambda: u.recv(1), 'accept': l.accept,
         'poll': lambda: poll.poll(10000)[0][1] & select.POLLHUP}
threads = [threading.Thread(target=lambda n=n, f=f: got.update({n: error_of(f)})) for n, f in calls.items()]
for t in threads: t.start()
print('up', flush=True)
for t in threads: t.join(10)
print(sorted(got.items()))
print(error_of(lambda: c.send(b'x')), error_of(lambda: u.sendto(b'x', (host, 9))),
      error_of(socket.socket), error_of(lambda: p.recv(1)))
print(watched.poll(0.2), select.select([l, u], [], [], 0)[0])
for s in (l, u): s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 0, 100000))
print(error_of(l.accept), error_of(lambda: u.recv(1)), error_of(lambda: u.sendto(b'x', (host, 9))))
watched.modify(l, select.EPOLLIN); watched.unregister(u)
print(watched.poll(0))
"""


@pytest.mark.engines("keeper")
def test_killed_keeper_is_an_error_at_once_and_no_end_of_file(net):
    peer = net.host.peer("echo", "--port", "0")
    client = net.stack.start(["/usr/bin/python3", "-c", KEEPER_KILLED, net.host_addr, str(peer.port)])
    wait_until(lambda: b"up" in client.stdout_now(), what="the connections")
    time.sleep(0.3)
    (keeper,) = net.leftovers()
    os.kill(keeper, signal.SIGKILL)
    done = client.wait().check()
    told = [("accept", "ENETDOWN"), ("datagram", "ENETDOWN"), ("poll", "16"), ("recv", "ENETDOWN")]
    silence = "[] []\nEAGAIN EAGAIN ENETDOWN\n[]\n"  # who waits for strangers is told once
    assert done.text == f"up\n{told}\nENETDOWN ENETDOWN ENETDOWN ENETDOWN\n{silence}"
    assert done.errors.count("keeper has ended") == 1


@NO_FAMILY
def test_value_that_a_setting_cannot_have_is_refused(net):
    done = net.stack.run(python("import socket; socket.socket()"), env={"TAPSTACK_LOOPBACK": "host"})
    assert done.returncode != 0 and "TAPSTACK_LOOPBACK=host: want stack" in done.errors, done.report()


def test_exit_with_a_vanished_peer_is_bounded_and_keeps_its_status(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, sys, time\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "print('up', flush=True); sys.stdin.readline()\n"
        "c.sendall(b'lost'); sys.exit(7)\n"
    )
    client = net.stack.start(python(text), stdin=subprocess.PIPE, env={"TAPSTACK_EXIT_DRAIN_MS": "1000"})
    wait_until(lambda: b"up" in client.stdout_now(), what="the connection")
    net.take_host_addr_away()
    started = time.monotonic()
    client.stdin.write(b"go\n")
    client.stdin.close()
    assert client.wait(10).returncode == 7
    assert time.monotonic() - started < 3
    wait_until(lambda: not net.leftovers(), timeout=5, what="the end of the keeper")


@pytest.mark.engines("keeper")
def test_a_keeper_that_sends_its_last_bytes_lets_new_programs_in(net):
    peer = net.host.peer("echo", "--port", "0")
    text = (
        "import socket, sys\n"
        f"c = socket.create_connection(('{net.host_addr}', {peer.port}))\n"
        "print('up', flush=True); sys.stdin.readline(); c.sendall(b'lost')\n"
    )
    client = net.stack.start(python(text), stdin=subprocess.PIPE, env={"TAPSTACK_EXIT_DRAIN_MS": "20000"})
    wait_until(lambda: b"up" in client.stdout_now(), what="the connection")
    net.take_host_addr_away()
    client.stdin.close()
    client.wait(10).check()
    (keeper,) = net.leftovers()
    time.sleep(0.3)  # it has seen that nobody is left
    net.stack.run(python("import socket; socket.create_server(('', 7000))"), env={"TAPSTACK_PCAP": None}, timeout=5).check()
    assert net.leftovers() == [keeper]


@NO_FAMILY
def test_the_keeper_holds_no_pipe_terminal_or_directory_of_the_program(net):
    """Started by the first socket, or by the fork: then it has inherited everything for a moment."""
    text = (
        "import os, socket, sys\n"
        "a, b = os.pipe(); os.set_inheritable(a, True); os.set_inheritable(b, True)\n"
        "s = socket.create_server(('', 7000)); os.dup2(b, 300)\n"
        "if os.fork() == 0: os._exit(0)\n"
        "os.wait(); print('up', flush=True); sys.stdin.readline()\n"
    )
    program = net.stack.start(python(text), stdin=subprocess.PIPE, env={"TAPSTACK_PCAP": None})
    wait_until(lambda: b"up" in program.stdout_now(), what="the program")
    (keeper,) = net.leftovers()
    held = {fd: os.readlink(f"/proc/{keeper}/fd/{fd}") for fd in os.listdir(f"/proc/{keeper}/fd")}
    assert [held[fd] for fd in "012"] == ["/dev/null"] * 3
    assert not [what for fd, what in held.items() if what.startswith("pipe:") or str(net.folder) in what], held
    assert os.readlink(f"/proc/{keeper}/cwd") == "/"
    assert os.getsid(keeper) not in (os.getsid(program.pid), os.getsid(0))
    program.stdin.close()
    program.wait().check()
