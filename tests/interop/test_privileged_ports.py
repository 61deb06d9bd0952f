"""Ports below net.ipv4.ip_unprivileged_port_start take CAP_NET_BIND_SERVICE, as on the kernel."""

import os

import pytest

# Prints the outcome of bind() for sockets of every kind, as root and as somebody else.
PROGRAM = """
import errno, os, socket, sys
first = int(sys.argv[1])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
def outcome(family, kind, address, port):
    with socket.socket(family, kind) as s:
        try: s.bind((address, port))
        except OSError as e: return errno.errorcode[e.errno]
    return "ok"
def report(who):
    for family, any_address in (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"):
        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
            for port in 0, 1, first - 1, first:
                print(who, family.name, kind.name, port, outcome(family, kind, any_address, port))
    print(who, "foreign", outcome(socket.AF_INET, socket.SOCK_STREAM, "1.2.3.4", first - 1))
report("root")
os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
report("user")
raw.bind(("0.0.0.0", first - 1))
print("raw ok")
"""


@pytest.fixture(autouse=True)
def only_root():
    if os.getuid() != 0:
        pytest.skip("becomes another user: needs root")


@pytest.mark.no_capture
@pytest.mark.parametrize("first", [1024, 90])
def test_low_ports_are_refused_as_on_the_kernel(net, first):
    net.host.run(["sh", "-c", f"echo {first} > /proc/sys/net/ipv4/ip_unprivileged_port_start"]).check()
    command = ["/usr/bin/python3", "-c", PROGRAM, str(first)]
    kernel = net.host.run(command).check().text
    assert f"user AF_INET SOCK_STREAM {first - 1} EACCES" in kernel
    assert f"user AF_INET6 SOCK_DGRAM {first} ok" in kernel and "user foreign EADDRNOTAVAIL" in kernel
    assert net.stack.run(command).check().text == kernel


def test_a_stack_of_an_ordinary_users_own_has_all_ports(start):
    program = "import socket; socket.create_server(('', 80)); print('bound')"
    done = start("run", "--", "python3", "-c", program, user=65534).wait().check()
    assert done.text == "bound\n"
