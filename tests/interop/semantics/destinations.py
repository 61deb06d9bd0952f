"""What sendto() answers to names of every family and length, by kind of socket.

Prints "kind state: family N address port P bytes N = answer" for each case, over loopback.
"""

import ctypes
import errno
import socket
import struct

KINDS = {  # family, type, protocol
    "udp4": (socket.AF_INET, socket.SOCK_DGRAM, 0),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM, 0),
    "ping4": (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP),
    "ping6": (socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6),
    "raw4 of 254": (socket.AF_INET, socket.SOCK_RAW, 254),
    "raw6 of 254": (socket.AF_INET6, socket.SOCK_RAW, 254),
    "raw4 with its header": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
    "raw6 with its header": (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
}
ECHO_REQUESTS = {"ping4": 8, "ping6": 128}
FAMILIES = (socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, 77)
ADDRESSES = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
PORTS = (0, 1, 254, 300)
LENGTHS = (0, 1, 2, 8, 15, 16, 20, 24, 27, 28)

libc = ctypes.CDLL(None, use_errno=True)


def name(family: int, address: str, port: int) -> bytes:
    if ":" in address:
        return struct.pack("=HHI", family, socket.htons(port), 0) + socket.inet_pton(socket.AF_INET6, address) + bytes(4)
    return struct.pack("=HH", family, socket.htons(port)) + socket.inet_pton(socket.AF_INET, address) + bytes(20)


def answer(kind: str, is_connected: bool, to: bytes) -> str:
    data = struct.pack("!BBHHH", ECHO_REQUESTS.get(kind, 0), 0, 0, 1, 1)
    with socket.socket(*KINDS[kind]) as s:
        if is_connected:
            s.connect(("::1" if s.family == socket.AF_INET6 else "127.0.0.1", 9))
        if libc.sendto(s.fileno(), data, len(data), 0, to, len(to)) >= 0:
            return "sent"
        return errno.errorcode[ctypes.get_errno()]


for kind in KINDS:
    for is_connected in (False, True):
        for family in FAMILIES:
            for address in ADDRESSES:
                for port in PORTS:
                    for length in LENGTHS:
                        case = f"family {family} {address} port {port} bytes {length}"
                        got = answer(kind, is_connected, name(family, address, port)[:length])
                        print(f"{kind} {'connected' if is_connected else 'free'}: {case} = {got}")
