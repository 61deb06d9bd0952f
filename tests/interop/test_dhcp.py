"""Addresses from a DHCP server: dnsmasq on the host's side of the wire, in the test's namespace."""

import time

import pytest

from tapstack_interop.network import Network

pytestmark = [pytest.mark.needs("dnsmasq")]

FIRST, LAST = "10.10.10.50", "10.10.10.60"
DECLINED_MAC, REMEMBERED_MAC = "02:00:00:00:00:43", "02:00:00:00:00:42"


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


class Case:
    """A server, and a client on the stack that says hello to a socket of the kernel."""

    def __init__(self, net, *server_options: str, **env) -> None:
        self.net = net
        self.env = {"TAPSTACK_ADDR": "dhcp", **env}
        self.server = dnsmasq(net, *server_options)
        self.start()

    def start(self) -> None:
        self.peer = self.net.host.peer("receive", "--port", "0")
        self.client = self.net.stack.start(
            ["nc.openbsd", "-N", self.net.host_addr, str(self.peer.port)], stdin=b"hello\n", env=self.env
        )

    def address(self) -> str:
        """Where the kernel saw the connection come from, once the client is through."""
        assert self.client.wait(60).check()
        report = self.peer.wait_for("crc32")
        assert report["bytes"] == 6
        return report["peer"].split(":")[0]

    def log(self) -> str:
        return self.server.stderr_path.read_text()


def wait_for(program, text: str, timeout: float = 15) -> None:
    """Until the program has logged `text`."""
    end = time.monotonic() + timeout
    while text not in program.stderr_path.read_text():
        assert time.monotonic() < end, f"no {text} in {program.stderr_path.read_text()[-2000:]}"
        time.sleep(0.02)


def host_part(address: str) -> int:
    assert address.startswith("10.10.10."), address
    return int(address.rsplit(".", 1)[1])


@pytest.fixture(scope="module")
def cases(can_run, tmp_path_factory):
    """All of them at once, each with a wire of its own: a client spends seconds on probing its
    address (RFC 5227 2.1) and ten on waiting after it declined one (RFC 2131 3.1.5)."""
    nets = []

    def net(engine: str = "inside") -> Network:
        nets.append(Network(tmp_path_factory.mktemp("dhcp"), {"TAPSTACK_ENGINE": engine}))
        return nets[-1]

    taken, remembering, silent = net(), net(), net()
    declined = Case(taken, f"--dhcp-host={DECLINED_MAC},{LAST}", TAPSTACK_MAC=DECLINED_MAC)
    taken.wait_for_device()
    taken.host_ip("address", "add", f"{LAST}/32", "dev", "lo")  # the kernel answers for it
    yield {
        "declined": declined,
        "inside": Case(net()),
        "keeper": Case(net("keeper")),
        "remembered": Case(
            remembering, TAPSTACK_STATE=remembering.folder / "state", TAPSTACK_MAC=REMEMBERED_MAC
        ),
        "routes": Case(
            net(), "--dhcp-option=121,0.0.0.0/0,10.10.10.1,10.20.0.0/16,10.10.10.7", TAPSTACK_LOG="info"
        ),
        "silent": silent.stack.start(
            ["nc.openbsd", "-N", "-w", "1", silent.host_addr, "9"], env={"TAPSTACK_ADDR": "dhcp"}
        ),
    }
    for one in nets:
        one.close()


def test_the_first_socket_waits_for_the_address_and_uses_it(cases, engine):
    address = cases[engine].address()
    assert 50 <= host_part(address) <= 60
    assert f"DHCPACK(ts0) {address}" in cases[engine].log()


def test_a_state_file_has_the_next_process_ask_for_the_same_address(cases):
    case = cases["remembered"]
    first = case.address()
    case.net.wait_device_gone()
    before = case.log().count("DHCPDISCOVER")
    case.start()
    assert case.address() == first
    assert case.log().count("DHCPDISCOVER") == before  # INIT-REBOOT


def test_an_address_that_another_host_has_is_declined(cases):
    case = cases["declined"]
    assert case.address() != LAST
    assert f"DHCPACK(ts0) {LAST}" in case.log()
    assert f"DHCPDECLINE(ts0) {LAST}" in case.log()


def test_without_a_server_the_wait_is_bounded_and_one_line_says_why(cases):
    done = cases["silent"].wait(40)
    assert done.returncode != 0
    assert "dhcp: no server has answered on ts0 after 15" in done.errors


def test_routes_and_times_of_the_server_are_told_in_the_log(cases):
    done = cases["routes"].client.wait(40).check()
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
