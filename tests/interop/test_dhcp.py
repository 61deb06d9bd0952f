"""Addresses from a DHCP server: dnsmasq on the host's side of the wire, in the test's namespace."""

import time

import pytest

from tapstack_interop.network import Network

pytestmark = [pytest.mark.needs("dnsmasq"), pytest.mark.xdist_group("dhcp")]

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

# It makes itself an identifier of an interface's address otherwise, and there may be none yet.
ROUTER = ["--enable-ra", "--dhcp-duid=32473,00:01:02:03:04:05"]


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
        return report["peer"].rsplit(":", 1)[0].strip("[]")

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

    def net(engine: str = "inside", family: int = 4) -> Network:
        nets.append(Network(tmp_path_factory.mktemp("dhcp"), {"TAPSTACK_ENGINE": engine}, family))
        return nets[-1]

    taken, remembering, managed, silent = net(), net(), net(family=6), net()
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
        "slaac": Case(net(family=6), *ROUTER, "--dhcp-range=fd10:10:10::,ra-only,64", TAPSTACK_ADDR="slaac"),
        "managed": Case(
            managed, *ROUTER, "--dhcp-range=fd10:10:10::100,fd10:10:10::1ff,64,10m", TAPSTACK_ADDR="slaac",
            TAPSTACK_STATE=managed.folder / "state", TAPSTACK_MAC=REMEMBERED_MAC,
        ),
        "named": Case(
            net(), TAPSTACK_DHCP_HOST_NAME="box-7", TAPSTACK_DHCP_CLIENT_ID="01:02:03", TAPSTACK_GW="none"
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


def test_without_other_addresses_the_first_socket_waits_for_an_advertised_prefix(cases):
    address = cases["slaac"].address()
    assert address.startswith("fd10:10:10:0:"), address


def test_an_ipv6_address_is_asked_for_where_a_router_says_so_and_confirmed_by_the_next_process(cases):
    case = cases["managed"]
    first = case.address()
    assert first.startswith("fd10:10:10::1") and f"DHCPREPLY(ts0) {first}" in case.log()
    case.net.wait_device_gone()
    case.start()
    assert case.address() == first
    assert "DHCPCONFIRM(ts0)" in case.log()


def test_the_server_is_told_the_name_and_the_identifier_of_the_settings(cases):
    cases["named"].address()
    assert "client provides name: box-7" in cases["named"].log()
    assert "01:02:03" in (cases["named"].net.folder / "leases").read_text()
