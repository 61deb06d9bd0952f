"""Names of hosts: the stack's resolver against dnsmasq on the host's side of the wire."""

import json
import time

import pytest

# Of the server's address; names have addresses of both.
pytestmark = [pytest.mark.needs("dnsmasq"), pytest.mark.families(4, 6, by_night=(6,))]
NO_FAMILY = pytest.mark.families(4)  # nobody is asked, or who the test names

MANY = [f"10.99.{n // 50}.{n % 50 + 1}" for n in range(100)]
WEB = ["10.10.10.77", "fd10:10:10::77"]

# Prints what getaddrinfo() has to say about each argument: addresses, or the number of an error.
LOOK_UP = """
import json, socket, sys
def find(text):
    try:
        return sorted({a[4][0] for a in socket.getaddrinfo(text, 80)})
    except socket.gaierror as error:
        return error.errno
print(json.dumps([find(text) for text in sys.argv[1:]]))
"""

# Has res_query() ask for records of a type, and prints the octets of the answer.
RES_QUERY = """
import ctypes, sys
room = ctypes.create_string_buffer(4096)
length = ctypes.CDLL(None).res_query(sys.argv[1].encode(), 1, int(sys.argv[2]), room, len(room))
print(length, room.raw[:max(length, 0)])
"""


def dnsmasq(net, *options: str):
    """A server of the zone example.test, once it serves."""
    hosts = net.folder / "hosts"
    lines = [f"{address} web.example.test" for address in WEB] + ["10.10.10.1 host.example.test", "fd10:10:10::1 host.example.test"]
    lines += [f"{address} many.example.test" for address in MANY]
    hosts.write_text("\n".join(lines) + "\n")
    program = net.host.start(
        [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            f"--addn-hosts={hosts}", "--user=root", "--pid-file", "--log-queries=extra",
            "--log-facility=-", "--local=/test/", "--cname=www.example.test,web.example.test",
            "--txt-record=example.test,hello", *options,
        ]
    )
    end = time.monotonic() + 10
    while "addresses" not in log_of(program):  # it has read its names, the last thing that it does
        assert time.monotonic() < end, log_of(program)
        time.sleep(0.02)
    return program


def log_of(server) -> str:
    return server.stderr_path.read_text()


def look_up(net, *names: str, **env):
    """What a program on the stack finds under the names, one after the other."""
    env = {"TAPSTACK_DNS": net.host_addr, **env}
    return json.loads(net.stack.run(["python3", "-c", LOOK_UP, *names], env=env).check().text)


def test_addresses_of_both_families_aliases_and_what_does_not_exist(net):
    dnsmasq(net)
    names = ["web.example.test", "www.example.test", "nope.example.test", "WEB.example.test."]
    assert look_up(net, *names) == [WEB, WEB, -2, WEB]


@NO_FAMILY
@pytest.mark.engines("inside")
def test_nobody_is_asked_for_an_invalid_name(net):
    """RFC 6761 6.4; nobody serves at the address of the server."""
    assert look_up(net, "host.invalid", "invalid.") == [-2, -2]
    assert net.capture.count("dns") == 0


@NO_FAMILY
def test_localhost_has_an_address_of_each_family(net):
    """RFC 6761 6.3, whatever /etc/hosts leaves out."""
    find = "import socket\nfor family in (2, 10): print(socket.getaddrinfo('localhost', 80, family)[0][4][0])"
    done = net.stack.run(["python3", "-c", find], env={"TAPSTACK_DNS": "none"}).check()
    assert done.text.split() == ["127.0.0.1", "::1"]


@pytest.mark.engines("inside")
def test_what_is_known_is_not_asked_for_again(net):
    server = dnsmasq(net, "--local-ttl=60", "--neg-ttl=60")
    assert look_up(net, "web.example.test", "web.example.test") == [WEB, WEB]
    assert log_of(server).count("query[A] web.example.test") == 1
    assert log_of(server).count("query[AAAA] web.example.test") == 1


@pytest.mark.engines("inside")
def test_an_answer_that_a_datagram_cannot_hold_comes_over_tcp(net):
    server = dnsmasq(net)
    assert look_up(net, "many.example.test") == [sorted(MANY)]
    assert log_of(server).count("query[A] many.example.test") == 2


@pytest.mark.engines("inside")
def test_short_names_are_looked_for_in_the_search_list(net):
    server = dnsmasq(net)
    assert look_up(net, "web", LOCALDOMAIN="other.test example.test") == [WEB]
    assert "query[A] web.other.test" in log_of(server)


@pytest.mark.engines("inside")
def test_the_second_server_answers_when_the_first_is_down(net):
    dnsmasq(net)
    begin = time.monotonic()
    servers = f"{net.absent_addr},{net.host_addr}"
    assert look_up(net, "web.example.test", TAPSTACK_DNS=servers, RES_OPTIONS="timeout:1") == [WEB]
    assert time.monotonic() - begin > 1


@NO_FAMILY
@pytest.mark.engines("inside")
@pytest.mark.parametrize("options", ["use-vc", "edns0", "timeout:1 attempts:5"])
def test_options_of_resolv_conf_and_an_ipv6_server(net, options):
    dnsmasq(net)
    env = {"TAPSTACK_DNS": "fd10:10:10::1", "RES_OPTIONS": f"timeout:2 {options}"}
    assert look_up(net, "web.example.test", **env) == [WEB]


@NO_FAMILY
@pytest.mark.engines("inside")
def test_without_name_servers_a_name_is_unknown_at_once(net):
    begin = time.monotonic()
    unknown, own = look_up(net, "web.example.test", "localhost", TAPSTACK_DNS="none")
    assert unknown == -2 and "127.0.0.1" in own
    assert time.monotonic() - begin < 3


@NO_FAMILY
@pytest.mark.engines("inside")
def test_a_loopback_resolver_that_is_not_there_says_what_to_do(net):
    net.settings["TAPSTACK_LOG"] = "warn"
    done = net.stack.run(
        ["python3", "-c", LOOK_UP, "web.example.test"], env={"TAPSTACK_DNS": "127.0.0.53"}
    )
    assert json.loads(done.check().text) == [-3]  # EAI_AGAIN
    assert done.seconds < 5
    assert "no answer from 127.0.0.53" in done.errors


@pytest.mark.engines("inside")
def test_addresses_have_names(net):
    dnsmasq(net)
    net.settings["TAPSTACK_DNS"] = net.host_addr
    for address in WEB:
        done = net.stack.run(["getent", "hosts", address]).check()
        assert done.text.split() == [address, "web.example.test"]
        net.wait_device_gone()


@pytest.mark.engines("inside")
def test_programs_ask_for_other_records_by_res_query(net):
    dnsmasq(net)
    net.settings["TAPSTACK_DNS"] = net.host_addr
    done = net.stack.run(["python3", "-c", RES_QUERY, "example.test", "16"]).check()
    assert "hello" in done.text
    net.wait_device_gone()
    assert net.stack.run(["python3", "-c", RES_QUERY, "nope.test", "16"]).check().text.startswith("-1 ")


@pytest.mark.engines("inside")
@pytest.mark.needs("curl")
def test_curl_reaches_a_server_by_its_name(net):
    dnsmasq(net)
    (net.folder / "page").write_text("found by name\n")
    server = net.host.start(["python3", "-um", "http.server", "-b", "::", "8000", "--directory", net.folder])
    while "Serving" not in server.stdout_path.read_text():
        assert server.is_running()
        time.sleep(0.02)
    net.settings["TAPSTACK_DNS"] = net.host_addr
    done = net.stack.run(["curl", f"-{net.family}", "-sS", "-m", "10", "http://host.example.test:8000/page"]).check()
    assert done.text == "found by name\n"


@NO_FAMILY
@pytest.mark.engines("inside")
def test_name_servers_and_domains_of_dhcp_and_routers_are_asked(net):
    server = dnsmasq(
        net, "--bind-dynamic", "--interface=ts0", "--dhcp-range=10.10.10.50,10.10.10.60,10m",
        "--dhcp-authoritative", "--no-ping", f"--dhcp-leasefile={net.folder}/leases",
        "--dhcp-option=option:dns-server,10.10.10.1", "--domain=example.test",
    )
    assert look_up(net, "web", TAPSTACK_ADDR="dhcp", TAPSTACK_DNS="learnt") == [WEB]
    assert "query[A] web.example.test" in log_of(server)
