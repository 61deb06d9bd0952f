"""nginx and haproxy: workers, files, connections kept, reload and upgrade under load, and what is left."""

import os
import signal
import time

import pytest

from tapstack_interop import wait_until
from tapstack_interop.nginx import Nginx
from tapstack_interop.plugin import data_file

pytestmark = [
    pytest.mark.needs("nginx", "curl"),
    pytest.mark.skipif(os.getuid() != 0, reason="listens on port 80 and starts workers of its own: needs root"),
]


def url_of(net, address=None) -> str:
    return f"http://{net.in_url(address or net.stack_addr)}"


def is_gone(net) -> bool:
    return not net.leftovers() and "ts0" not in net.host_ip("link", "show")


def answers_with(net, generation: int) -> bool:
    return net.host.run(["curl", "-sS", f"{url_of(net)}/generation"]).text == f"{generation}\n"


@pytest.mark.families(4, 6, by_night=(6,))
def test_nginx_serves_reloads_and_leaves_nothing(net):
    nginx = Nginx(net.folder, net.stack)
    file = data_file(nginx.www, 2_000_000)
    for _ in range(2):
        nginx.start()
        urls = [f"{url_of(net)}/{file.name}?[1-3]"]
        net.host.run(["curl", "-sSf", "-o", net.folder / "got#1", *urls]).check()
        assert all((net.folder / f"got{n}").read_bytes() == file.read_bytes() for n in (1, 2, 3))
        nginx.configure(2)
        nginx.signal(signal.SIGHUP)
        wait_until(lambda: answers_with(net, 2), what="the new configuration")
        nginx.stop()
        wait_until(lambda: is_gone(net), what="the end of all")
        nginx.configure(1)


def load(net, requests: int):
    """curl making `requests` requests, a connection each, twenty at a time; fails if one is lost."""
    return net.host.start(
        ["curl", "-sS", "--fail-early", "-f", "-Z", "--parallel-max", "20", "-H", "Connection: close",
         "-o", "/dev/null", f"{url_of(net)}/generation?[1-{requests}]"]
    )  # fmt: skip


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
def test_nginx_reloads_five_times_under_load_without_a_lost_request(net):
    nginx = Nginx(net.folder, net.stack)
    nginx.start()
    net.host_connect(80).close()
    client = load(net, 8_000)
    for generation in range(2, 7):
        nginx.configure(generation)
        nginx.signal(signal.SIGHUP)
        time.sleep(0.1)
    assert client.is_running(), "the load was over before the last reload"
    client.wait(60).check()
    wait_until(lambda: answers_with(net, 6), what="the last configuration")
    nginx.stop()
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
def test_nginx_is_replaced_by_a_new_binary_under_load_without_a_lost_request(net):
    """USR2 executes nginx anew with the listeners and next to nothing in its environment."""
    nginx = Nginx(net.folder, net.stack)
    nginx.start()
    net.host_connect(80).close()
    client = load(net, 8_000)
    for _ in range(2):
        old = nginx.pid
        nginx.signal(signal.SIGUSR2)
        wait_until(lambda: nginx.pid_file.exists() and nginx.pid != old, what="the new master")
        os.kill(old, signal.SIGWINCH)
        time.sleep(0.2)
        os.kill(old, signal.SIGQUIT)
        wait_until(lambda: not os.path.exists(f"/proc/{old}"), what="the end of the old master")
    client.wait(60).check()
    assert answers_with(net, 1)
    nginx.stop()
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
def test_nginx_proxies_from_the_stack_to_the_host_and_to_a_hundred_at_once(net):
    """nginx is client and server; curl asks it from the host, and on the stack over loopback."""
    (net.folder / "up").mkdir()
    file = data_file(net.folder / "up", 300_000)
    net.host.start(["/usr/bin/python3", "-m", "http.server", "-d", net.folder / "up", "-b", "::", "81"])
    net.wait_for_host_listener(81)
    nginx = Nginx(net.folder, net.stack, upstream=f"{net.in_url(net.host_addr)}:81")
    nginx.start()
    for side, address in ((net.host, net.stack_addr), (net.stack, "127.0.0.1")):
        done = side.run(
            ["curl", "-sSf", "-Z", "--parallel-max", "100", "-o", net.folder / "many#1",
             f"{url_of(net, address)}/upstream/{file.name}?[1-100]"],
            timeout=60,
        )  # fmt: skip
        done.check()
        for n in range(1, 101):
            assert (net.folder / f"many{n}").read_bytes() == file.read_bytes()
            (net.folder / f"many{n}").unlink()
    nginx.stop()


@pytest.mark.nightly
@pytest.mark.no_capture
@pytest.mark.families(4, 6)
def test_nginx_sends_a_gigabyte(net):
    nginx = Nginx(net.folder, net.stack)
    with open(nginx.www / "big", "wb") as big:
        big.truncate(1 << 30)
    nginx.start()
    net.host_connect(80).close()
    command = ["curl", "-sSf", "-o", "/dev/null", "-w", "%{size_download} %{speed_download}", f"{url_of(net)}/big"]
    size, bytes_a_second = net.host.run(command, timeout=60).check().text.split()
    assert int(size) == 1 << 30
    assert float(bytes_a_second) > 50e6
    nginx.stop()
