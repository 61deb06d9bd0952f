"""curl, wget, iperf3, python's http.server and redis give the same results as on the kernel."""

import concurrent.futures
import hashlib
import json
import re

import pytest

from tapstack_interop import wait_until
from tapstack_interop.plugin import data_file

TEN_MB = 10_000_000


pytestmark = pytest.mark.families(4, 6)


@pytest.fixture
def web(net, tmp_path):
    """A web server on the host with a file of 10 MB; it hashes what is posted to it."""
    folder = tmp_path / "www"
    folder.mkdir()
    data_file(folder, TEN_MB)
    script = tmp_path / "server.py"
    script.write_text(
        "import hashlib, http.server, socket, socketserver, sys\n"
        "class H(http.server.SimpleHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        body = self.rfile.read(int(self.headers['Content-Length']))\n"
        "        answer = hashlib.sha256(body).hexdigest().encode()\n"
        "        self.send_response(200)\n"
        "        self.send_header('Content-Length', str(len(answer)))\n"
        "        self.end_headers()\n"
        "        self.wfile.write(answer)\n"
        "socketserver.TCPServer.address_family = socket.AF_INET6\n"
        "http.server.ThreadingHTTPServer(('::', 8000), lambda *a: H(*a, directory=sys.argv[1])).serve_forever()\n"
    )
    server = net.host.start(["/usr/bin/python3", script, folder])
    net.wait_for_host_listener(8000)
    yield folder
    server.kill()


def test_curl_gets_ten_megabytes(net, web):
    got = net.folder / "got"
    net.stack.run(["curl", "-sSf", "-o", got, f"http://{net.in_url(net.host_addr)}:8000/data-{TEN_MB}"]).check()
    assert got.read_bytes() == (web / f"data-{TEN_MB}").read_bytes()


def test_curl_posts_ten_megabytes(net, web):
    path = web / f"data-{TEN_MB}"
    done = net.stack.run(
        ["curl", "-sSf", "--data-binary", f"@{path}", f"http://{net.in_url(net.host_addr)}:8000/"]
    )
    assert done.check().text == hashlib.sha256(path.read_bytes()).hexdigest()


def test_curl_to_a_refused_port(net):
    done = net.stack.run(["curl", "-sv", f"http://{net.in_url(net.host_addr)}:9/"], timeout=10)
    assert done.returncode == 7 and "Connection refused" in done.errors, done.report()


@pytest.mark.engines("inside")
def test_curl_to_an_unreachable_address(net):
    done = net.stack.run(["curl", "-sv", f"http://{net.in_url(net.absent_addr)}/"], timeout=15)
    assert done.returncode == 7 and "No route to host" in done.errors, done.report()


def test_curl_connect_timeout(net):
    done = net.stack.run(["curl", "-sS", "--connect-timeout", "1", f"http://{net.in_url(net.absent_addr)}/"], timeout=10)
    assert done.returncode == 28, done.report()
    assert done.seconds < 3


def test_wget_gets_ten_megabytes(net, web):
    got = net.folder / "got"
    net.stack.run(["wget", "-q", "-O", got, f"http://{net.in_url(net.host_addr)}:8000/data-{TEN_MB}"]).check()
    assert got.read_bytes() == (web / f"data-{TEN_MB}").read_bytes()


IPERF = ["-t1", "-i0", "-J"]


def iperf_bits(text: str, bidir: bool = False) -> list[float]:
    """Received bits a second of each direction of the test."""
    end = json.loads(text)["end"]
    names = ["sum_received"] + (["sum_received_bidir_reverse"] if bidir else [])
    return [end[name]["bits_per_second"] for name in names]


@pytest.mark.no_capture
@pytest.mark.parametrize("options", [[], ["-R"], ["--bidir"], ["-u", "-b50M"], ["-P4"]], ids=" ".join)
def test_iperf3_client_twice_in_a_row(net, options):
    net.host.start(["iperf3", "-s"])
    net.wait_for_host_listener(5201)
    for _ in range(2):
        done = net.stack.run(["iperf3", "-c", net.host_addr, *IPERF, *options], timeout=20).check()
        if "-u" not in options:
            assert all(rate > 1e8 for rate in iperf_bits(done.text, "--bidir" in options)), done.report()


@pytest.mark.no_capture
@pytest.mark.parametrize("options", [[], ["-R"], ["--bidir"], ["-u", "-b50M"]], ids=" ".join)
def test_iperf3_server_twice_in_a_row(net, options):
    server = net.stack.start(["iperf3", "-s", "--forceflush"])
    wait_until(lambda: b"listening" in server.stdout_now(), what="the iperf3 server")
    for _ in range(2):
        done = net.host.run(["iperf3", "-c", net.stack_addr, *IPERF, *options], timeout=20).check()
        if "-u" not in options:
            assert all(rate > 1e8 for rate in iperf_bits(done.text, "--bidir" in options)), done.report()
    server.stop()


def test_python_http_server_with_twenty_parallel_clients(net, tmp_path):
    folder = tmp_path / "www"
    folder.mkdir()
    path = data_file(folder, 500_000)
    net.stack.start(["/usr/bin/python3", "-m", "http.server", "-d", folder, "-b", net.stack_addr, "8000"])
    net.host_connect(8000).close()

    def fetch(n):
        url = f"http://{net.in_url(net.stack_addr)}:8000/{path.name}?{n}"
        return net.host.run(["curl", "-sSf", url], timeout=20).check().stdout

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        for body in pool.map(fetch, range(60)):
            assert body == path.read_bytes()


@pytest.mark.needs("redis-server", "redis-cli", "redis-benchmark")
class TestRedis:
    SERVER = ["redis-server", "--port", "6379", "--save", "", "--bind", "0.0.0.0", "::", "--protected-mode", "no"]

    def test_server_on_the_stack(self, net):
        net.stack.start([*self.SERVER, "--dir", net.folder])
        net.host_connect(6379).close()
        cli = ["redis-cli", "-h", net.stack_addr]
        assert net.host.run([*cli, "set", "key", "value"]).check().text == "OK\n"
        assert net.host.run([*cli, "get", "key"]).check().text == "value\n"
        done = net.host.run(
            ["redis-benchmark", "-h", net.stack_addr, "-q", "-n", "5000", "-t", "set,get"], timeout=60
        ).check()
        assert len(re.findall(r"requests per second", done.text)) == 2, done.report()

    def test_clients_on_the_stack(self, net):
        net.host.start([*self.SERVER, "--dir", net.folder])
        net.wait_for_host_listener(6379)
        cli = ["redis-cli", "-h", net.host_addr]
        assert net.stack.run([*cli, "set", "key", "value"]).check().text == "OK\n"
        assert net.stack.run([*cli, "get", "key"]).check().text == "value\n"
        done = net.stack.run(
            ["redis-benchmark", "-h", net.host_addr, "-q", "-n", "5000", "-t", "set,get"], timeout=60
        ).check()
        assert len(re.findall(r"requests per second", done.text)) == 2, done.report()
