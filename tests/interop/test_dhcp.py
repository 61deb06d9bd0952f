"""Addresses from a DHCP server: dnsmasq on the host's side of the wire, in the test's namespace."""

import time

import pytest

pytestmark = [pytest.mark.needs("dnsmasq")]

FIRST, LAST = "10.10.10.50", "10.10.10.60"


def dnsmasq(net, *options: str):
    """A server that waits for the device to come."""
    return net.host.start(
        [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv",
            "--port=0", "--user=root", "--pid-file", "--bind-dynamic", "--interface=ts0",
            "--log-dhcp", "--log-facility=-", f"--dhcp-leasefile={net.folder}/leases",
            f"--dhcp-range={FIRST},{LAST},255.255.255.0,10m", "--dhcp-authoritative", "--no-ping",
            "--dhcp-option=option:router,10.10.10.1", "--dhcp-option=option:dns-server,10.10.10.1",
            *options,
        ]
    )


def start_client(net, **env):
    """A client on the stack that says hello, and the kernel's socket that hears it."""
    peer = net.host.peer("receive", "--port", "0")
    client = net.stack.start(
        ["nc.openbsd", "-N", net.host_addr, str(peer.port)],
        stdin=b"hello\n",
        env={"TAPSTACK_ADDR": "dhcp", **env},
    )
    return client, peer


def address_of(client, peer) -> str:
    """Where the kernel saw the connection come from."""
    assert client.wait(40).check()
    report = peer.wait_for("crc32")
    assert report["bytes"] == 6
    return report["peer"].split(":")[0]


def address_of_client(net, **env) -> str:
    return address_of(*start_client(net, **env))


def wait_for(program, text: str, timeout: float = 15) -> None:
    """Until the program has logged `text`."""
    end = time.monotonic() + timeout
    while text not in program.stderr_path.read_text():
        assert time.monotonic() < end, f"no {text} in {program.stderr_path.read_text()[-2000:]}"
        time.sleep(0.02)


def host_part(address: str) -> int:
    assert address.startswith("10.10.10."), address
    return int(address.rsplit(".", 1)[1])


def test_the_first_socket_waits_for_the_address_and_uses_it(net):
    server = dnsmasq(net)
    address = address_of_client(net)
    assert 50 <= host_part(address) <= 60
    log = server.stderr_path.read_text()
    assert f"DHCPACK(ts0) {address}" in log


@pytest.mark.engines("inside")
def test_a_state_file_has_the_next_process_ask_for_the_same_address(net):
    server = dnsmasq(net)
    state = net.folder / "state"
    first = address_of_client(net, TAPSTACK_STATE=state, TAPSTACK_MAC="02:00:00:00:00:42")
    net.wait_device_gone()
    before = server.stderr_path.read_text().count("DHCPDISCOVER")
    second = address_of_client(net, TAPSTACK_STATE=state, TAPSTACK_MAC="02:00:00:00:00:42")
    assert second == first
    assert server.stderr_path.read_text().count("DHCPDISCOVER") == before  # INIT-REBOOT


@pytest.mark.engines("inside")
def test_an_address_that_another_host_has_is_declined(net):
    mac = "02:00:00:00:00:43"
    server = dnsmasq(net, f"--dhcp-host={mac},{LAST}")
    client, peer = start_client(net, TAPSTACK_MAC=mac)
    wait_for(server, f"DHCPACK(ts0) {LAST}")
    # From now on the kernel answers the probes, as another host would.
    net.host_ip("address", "add", f"{LAST}/32", "dev", "ts0")
    wait_for(server, f"DHCPDECLINE(ts0) {LAST}")
    net.host_ip("address", "del", f"{LAST}/32", "dev", "ts0")
    assert address_of(client, peer) != LAST


@pytest.mark.engines("inside")
def test_without_a_server_the_wait_is_bounded_and_one_line_says_why(net):
    done = net.stack.run(
        ["nc.openbsd", "-N", "-w", "1", net.host_addr, "9"], env={"TAPSTACK_ADDR": "dhcp"}, timeout=40
    )
    assert done.returncode != 0
    assert 14 < done.seconds < 25
    assert "dhcp: no server has answered on ts0 after 15" in done.errors


@pytest.mark.engines("inside")
def test_routes_and_times_of_the_server_are_told_in_the_log(net):
    dnsmasq(net, "--dhcp-option=121,0.0.0.0/0,10.10.10.1,10.20.0.0/16,10.10.10.7")
    done = net.stack.run(
        ["nc.openbsd", "-z", "-w", "1", net.host_addr, "9"],
        env={"TAPSTACK_ADDR": "dhcp", "TAPSTACK_LOG": "info"},
        timeout=40,
    )
    assert "2 route(s), 1 name server(s)" in done.errors


@pytest.mark.engines("inside")
def test_a_router_that_says_so_has_an_ipv6_address_asked_for(net):
    net.settings["TAPSTACK_HOST_ADDR"] = "10.10.10.1/24,fd10:10:10::1/64"
    # It makes itself an identifier of an interface's address otherwise, and there may be none yet.
    identifier = "--dhcp-duid=32473,00:01:02:03:04:05"
    server = dnsmasq(
        net, "--enable-ra", "--dhcp-range=fd10:10:10::100,fd10:10:10::1ff,64,10m", identifier
    )
    program = net.stack.start(
        ["nc.openbsd", "-u", "-l", "5000"],
        env={"TAPSTACK_ADDR": "10.10.10.2/24,slaac", "TAPSTACK_LOG": "info"},
    )
    wait_for(server, "DHCPREPLY(ts0) fd10:10:10::1")
    wait_for(program, "dhcpv6: fd10:10:10::1")
    program.kill()
