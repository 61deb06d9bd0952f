"""What the calls on netlink sockets answer, a line each: the same on the kernel and on the stack."""

import errno
import os
import socket
import struct

NETLINK, SOL_NETLINK = socket.AF_NETLINK, 270
RTM_NEWLINK, RTM_GETLINK, RTM_SETLINK, RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 16, 18, 19, 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE, RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 24, 25, 26, 28, 29, 30
REQUEST, ACK, DUMP, REPLACE, EXCL, CREATE = 1, 4, 0x300, 0x100, 0x200, 0x400
TS0 = socket.if_nametoindex("ts0")


def say(what, call):
    try:
        answer = call()
    except OSError as error:
        answer = errno.errorcode.get(error.errno, error.errno)
    print(what, answer)


def opened(kind=socket.SOCK_RAW, protocol=0):
    made = socket.socket(NETLINK, kind, protocol)
    made.settimeout(5)
    return made


def attribute(kind, value):
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def message(kind, flags, body):
    return struct.pack("=IHHII", 16 + len(body), kind, flags | REQUEST, 7, 0) + body


def answers(on, request):
    """Types of the answers until an error, an end, or the only one; an error with its number."""
    on.send(request)
    goes_on = struct.unpack_from("=H", request, 6)[0] & (DUMP | ACK)
    seen = []
    while True:
        data, at = on.recv(65536), 0
        while at < len(data):
            size, kind = struct.unpack_from("=IH", data, at)
            if kind in (2, 3):
                code = -struct.unpack_from("=i", data, at + 16)[0]
                return seen + [kind, errno.errorcode.get(code, code), struct.unpack_from("=H", data, at + 6)[0], size]
            seen = [kind]
            at += (size + 3) & ~3
        if not goes_on:
            return seen


def survey_sockets():
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET, 11, 0x1000):
        say(f"socket {kind}", lambda kind=kind: bool(opened(kind)))
    for protocol in (-1, 0, 32, 100):
        say(f"protocol {protocol}", lambda protocol=protocol: bool(opened(protocol=protocol)))
    fresh = opened()
    say("getsockname", fresh.getsockname)
    say("getpeername", fresh.getpeername)
    fresh.bind((0, 0))
    say("own port", lambda: fresh.getsockname() == (os.getpid(), 0))
    say("bind again", lambda: fresh.bind((0, 0)))
    say("bind another", lambda: fresh.bind((77, 0)))
    say("bind the same", lambda: fresh.bind((os.getpid(), 5)))
    say("groups", lambda: fresh.getsockname()[1])
    say("port taken", lambda: opened().bind((os.getpid(), 0)))
    say("second port", lambda: opened().bind((0, 0)))
    say("connect", lambda: fresh.connect((0, 0)))
    say("peer", fresh.getpeername)
    say("listen", lambda: fresh.listen(1))
    say("shutdown", lambda: fresh.shutdown(socket.SHUT_RDWR))
    say("send nothing", lambda: fresh.send(b""))
    say("send to a port", lambda: opened().sendto(message(RTM_GETLINK, 0, bytes(16)), (4_000_000, 0)))
    say("out of band", lambda: opened().send(message(RTM_GETLINK, 0, bytes(16)), socket.MSG_OOB))
    fresh.settimeout(0)
    say("nothing to read", lambda: fresh.recv(10))


def survey_options():
    one = opened()
    for name in (socket.SO_TYPE, socket.SO_DOMAIN, socket.SO_PROTOCOL, socket.SO_ERROR, socket.SO_ACCEPTCONN,
                 socket.SO_PASSCRED):
        say(f"SOL_SOCKET {name}", lambda name=name: one.getsockopt(socket.SOL_SOCKET, name))
    for name in (*range(1, 13), 99):
        say(f"get {name}", lambda name=name: one.getsockopt(SOL_NETLINK, name))
        say(f"get short {name}", lambda name=name: len(one.getsockopt(SOL_NETLINK, name, 2)))
        if name != 8:  # needs CAP_NET_BROADCAST to hear other namespaces
            say(f"set {name}", lambda name=name: one.setsockopt(SOL_NETLINK, name, 1))
            say(f"set short {name}", lambda name=name: one.setsockopt(SOL_NETLINK, name, b"\1"))
            say(f"get {name} then", lambda name=name: one.getsockopt(SOL_NETLINK, name))
    for group in (0, 1, 31, 32, 33, 1000, -1):
        say(f"join {group}", lambda group=group: one.setsockopt(SOL_NETLINK, 1, group))
    say("joined", lambda: one.getsockname()[1])
    say("memberships", lambda: one.getsockopt(SOL_NETLINK, 9, 4))
    say("another level", lambda: one.getsockopt(socket.IPPROTO_IP, 1))
    say("set at another level", lambda: one.setsockopt(socket.IPPROTO_IP, 1, 1))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 5000)
    for name in (socket.SO_REUSEADDR, socket.SO_BROADCAST, socket.SO_KEEPALIVE, socket.SO_PRIORITY,
                 socket.SO_MARK):
        say(f"SOL_SOCKET {name} at first", lambda name=name: one.getsockopt(socket.SOL_SOCKET, name))
        say(f"set SOL_SOCKET {name}", lambda name=name: one.setsockopt(socket.SOL_SOCKET, name, 1))
        say(f"SOL_SOCKET {name} then", lambda name=name: one.getsockopt(socket.SOL_SOCKET, name))
    say("still joined", lambda: one.getsockname()[1])
    say("SO_RCVBUF", lambda: one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))


def survey_requests():
    link = struct.pack("=BxHiII", 0, 0, TS0, 0, 0)
    address = struct.pack("=BBBBI", 2, 24, 0, 0, TS0)
    route = struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, 3, 0, 1, 0)
    neighbour = struct.pack("=BxxxiHBB", 2, TS0, 0x80, 0, 0)
    gateway, ours = attribute(5, bytes((10, 10, 10, 9))), attribute(2, bytes((192, 0, 2, 1)))
    there = attribute(1, bytes((198, 51, 100, 0)))
    someone = attribute(1, bytes((10, 10, 10, 200)))
    mac = attribute(2, b"\2\0\0\0\0\7")
    cases = [
        ("link", RTM_GETLINK, 0, link), ("link and acknowledgement", RTM_GETLINK, ACK, link),
        ("no link", RTM_GETLINK, 0, bytes(16)), ("missing link", RTM_GETLINK, 0, struct.pack("=BxHiII", 0, 0, 99, 0, 0)),
        ("links", RTM_GETLINK, DUMP, bytes(16)), ("short links", RTM_GETLINK, DUMP, b"\0"),
        ("addresses", RTM_GETADDR, DUMP, bytes(8)), ("one address", RTM_GETADDR, 0, address),
        ("routes", RTM_GETROUTE, DUMP, bytes(12)),
        ("rules", 34, DUMP, bytes(12)), ("rule", 34, 0, bytes(12)), ("beyond the types", 3000, 0, bytes(16)),
        ("no type", 127, 0, bytes(16)), ("control", 1, ACK, b""), ("nothing", 3, 0, b""),
        ("mtu of none", RTM_NEWLINK, 0, struct.pack("=BxHiII", 0, 0, 99, 0, 0) + attribute(4, struct.pack("=I", 1400))),
        ("mtu too small", RTM_NEWLINK, 0, link + attribute(4, struct.pack("=I", 20))),
        ("new link", RTM_NEWLINK, CREATE | EXCL, bytes(16) + attribute(3, b"new0\0")),
        ("existing link", RTM_NEWLINK, CREATE | EXCL, link), ("remove none", 17, 0, bytes(16) + attribute(3, b"none\0")),
        ("remove lo", 17, 0, struct.pack("=BxHiII", 0, 0, 1, 0, 0)),
        ("address without one", RTM_NEWADDR, CREATE | ACK, address), ("address", RTM_NEWADDR, CREATE | EXCL | ACK, address + ours),
        ("address again", RTM_NEWADDR, CREATE | EXCL | ACK, address + ours),
        ("address replaced", RTM_NEWADDR, CREATE | REPLACE | ACK, address + ours),
        ("address too long", RTM_NEWADDR, CREATE, struct.pack("=BBBBI", 2, 33, 0, 0, TS0) + ours),
        ("address of none", RTM_NEWADDR, CREATE, struct.pack("=BBBBI", 2, 24, 0, 0, 99) + ours),
        ("other address removed", RTM_DELADDR, ACK, address + attribute(2, bytes((192, 0, 2, 9)))),
        ("address removed", RTM_DELADDR, ACK, address + ours), ("address removed again", RTM_DELADDR, ACK, address + ours),
        ("route", RTM_NEWROUTE, CREATE | EXCL | ACK, route + there + gateway),
        ("route again", RTM_NEWROUTE, CREATE | EXCL | ACK, route + there + gateway),
        ("route added to", RTM_NEWROUTE, CREATE | ACK, route + there + gateway),
        ("route replaced", RTM_NEWROUTE, CREATE | REPLACE | ACK, route + there + gateway),
        ("route changed", RTM_NEWROUTE, REPLACE | ACK, route + attribute(1, bytes((203, 0, 113, 0))) + gateway),
        ("route not made", RTM_NEWROUTE, ACK, route + attribute(1, bytes((203, 0, 113, 0))) + gateway),
        ("gateway afar", RTM_NEWROUTE, CREATE, route + attribute(1, bytes((203, 0, 113, 0))) + attribute(5, bytes((9, 9, 9, 9)))),
        ("host bits", RTM_NEWROUTE, CREATE, route + attribute(1, bytes((203, 0, 113, 1))) + gateway),
        ("no way", RTM_NEWROUTE, CREATE, route + attribute(1, bytes((203, 0, 113, 0)))),
        ("route removed", RTM_DELROUTE, ACK, route + there + gateway), ("route removed again", RTM_DELROUTE, ACK, route + there),
        ("way to a neighbour", RTM_GETROUTE, 0, struct.pack("=BBBBBBBBI", 2, 32, 0, 0, 0, 0, 0, 0, 0) + attribute(1, bytes((10, 10, 10, 9)))),
        ("neighbour changed", RTM_NEWNEIGH, REPLACE | ACK, neighbour + someone + mac),
        ("neighbour", RTM_NEWNEIGH, CREATE | EXCL | ACK, neighbour + someone + mac),
        ("neighbour again", RTM_NEWNEIGH, CREATE | EXCL | ACK, neighbour + someone + mac),
        ("neighbour without address", RTM_NEWNEIGH, CREATE, neighbour + attribute(1, bytes((10, 10, 10, 201)))),
        ("nobody", RTM_NEWNEIGH, CREATE, neighbour), ("neighbour there", RTM_GETNEIGH, 0, neighbour[:8] + bytes(4) + someone),
        ("neighbour not there", RTM_GETNEIGH, 0, neighbour[:8] + bytes(4) + attribute(1, bytes((10, 10, 10, 202)))),
        ("neighbour removed", RTM_DELNEIGH, ACK, neighbour + someone),
        ("neighbour removed again", RTM_DELNEIGH, ACK, neighbour + someone),
    ]
    on = opened()
    for cap, explained in ((0, 0), (1, 0), (1, 1)):
        on.setsockopt(SOL_NETLINK, 10, cap)
        on.setsockopt(SOL_NETLINK, 11, explained)
        for what, kind, flags, body in cases:
            if what in ("control", "nothing"):
                flags |= ACK
            # Explanations differ in their words, and so in their length; some answers have none.
            found = answers(on, message(kind, flags, body))
            print(what, cap, explained, found[:2] if explained else found)


survey_sockets()
survey_options()
survey_requests()
