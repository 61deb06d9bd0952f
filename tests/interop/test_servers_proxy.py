"""haproxy in front of a server: as a daemon that another replaces, and as master and worker."""

import os
import pathlib
import signal
import time

import pytest

from tapstack_interop import wait_until

pytestmark = [
    pytest.mark.needs("haproxy", "curl"),
    pytest.mark.skipif(os.getuid() != 0, reason="becomes another user in an empty root folder: needs root"),
]

CONFIGURATION = """
global
    stats socket {folder}/haproxy.sock level admin expose-fd listeners
    chroot {folder}/empty
    user nobody
    group nogroup
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend front
    bind :::8080 v4v6
    http-request return status 200 content-type text/plain string "{generation}" if {{ path /generation }}
    default_backend back
backend back
    server one {upstream}
"""

ONE_FILE = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200); self.send_header('Content-Length', len(body)); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    address_family = int(sys.argv[1])
Server(('', 8000), Handler).serve_forever()
"""


class Haproxy:
    """Its files and how it is called."""

    def __init__(self, net) -> None:
        self._net = net
        self._file: pathlib.Path = net.folder / "haproxy.cfg"
        self._pid_file: pathlib.Path = net.folder / "haproxy.pid"
        self.command = ["/usr/sbin/haproxy", "-f", self._file, "-p", self._pid_file]
        (net.folder / "empty").mkdir()
        self.configure(1)

    def configure(self, generation: int) -> None:
        """What it answers to /generation from now on, or after a reload."""
        self._file.write_text(
            CONFIGURATION.format(folder=self._net.folder, generation=generation, upstream=f"{self._net.in_url(self._net.host_addr)}:8000")
        )

    @property
    def pid(self) -> int:
        """The daemon."""
        return int(self._pid_file.read_text().split()[0])

    def is_at(self, generation: int) -> bool:
        """Whether that configuration is in force."""
        done = self._net.host.run(["curl", "-sS", f"{url_of(self._net)}/generation"])
        return done.text == str(generation)


    def reload(self, master, generation: int) -> None:
        """A master that executes itself anew may miss the signal, on the kernel as well."""
        self.configure(generation)
        for _ in range(5):
            master.signal(signal.SIGUSR2)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                if self.is_at(generation):
                    return
                time.sleep(0.02)
        raise AssertionError(f"no worker with configuration {generation}")


def url_of(net) -> str:
    return f"http://{net.in_url(net.stack_addr)}:8080"


def is_gone(net) -> bool:
    return not net.leftovers() and "ts0" not in net.host_ip("link", "show")


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
def test_a_daemon_passes_on_what_it_gets_and_is_replaced(net):
    net.host.start(["/usr/bin/python3", "-c", ONE_FILE, net.socket_family])
    net.wait_for_host_listener(8000)
    haproxy = Haproxy(net)
    net.stack.run([*haproxy.command, "-D"]).check()
    net.host_connect(8080).close()
    body = bytes(range(256)) * 4000
    post = ["curl", "-sSf", "-H", "Expect:", "--data-binary", "@-", url_of(net)]
    assert net.host.run(post, stdin=body).check().stdout == body
    haproxy.configure(2)
    net.stack.run([*haproxy.command, "-D", "-sf", haproxy.pid]).check()
    wait_until(lambda: haproxy.is_at(2), what="the new process")
    assert net.host.run(post, stdin=body).check().stdout == body
    os.kill(haproxy.pid, signal.SIGTERM)
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
def test_a_master_gets_new_workers_under_load_without_a_lost_request(net):
    """The listeners pass from worker to worker by SCM_RIGHTS; the master executes itself anew."""
    haproxy = Haproxy(net)
    master = net.stack.start([*haproxy.command, "-W", "-S", net.folder / "master.sock"])
    net.host_connect(8080).close()
    client = net.host.start(
        ["curl", "-sS", "--fail-early", "-f", "-Z", "--parallel-max", "20", "-H", "Connection: close",
         "-o", "/dev/null", f"{url_of(net)}/generation?[1-6000]"]
    )  # fmt: skip
    for generation in range(2, 5):
        haproxy.reload(master, generation)
    client.wait(60).check()
    master.stop().check()
    wait_until(lambda: is_gone(net), what="the end of all")
