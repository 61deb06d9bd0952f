"""What calls on packet sockets answer, a line each: the same on the kernel and on the stack.

Run as: packet_survey.py <interface>. Calls go to the C library by ctypes, as they are: Python's own
module would look at arguments first.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import select
import socket
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
INDEX = socket.if_nametoindex(sys.argv[1])
ETH_P_ALL, ETH_P_IP, ETH_P_TEST = 3, 0x0800, 0x88B5
SOL_PACKET = 263
ADD, DROP, RX_RING, STATISTICS, COPY_THRESH, AUXDATA, ORIGDEV, VERSION, HDRLEN, RESERVE = 1, 2, 5, 6, 7, 8, 9, 10, 11, 12
LOSS, TIMESTAMP, TX_HAS_OFF, QDISC_BYPASS, IGNORE_OUTGOING = 14, 17, 19, 20, 23
SO_ATTACH_FILTER, SO_DETACH_FILTER, SO_LOCK_FILTER, SO_GET_FILTER = 26, 27, 44, 26


def answer(value):
    """The number that a call returned, or its error's name."""
    return value if value >= 0 else errno.errorcode[ctypes.get_errno()]


def say(what, *answers):
    print(f"{what}: {' '.join(str(a) for a in answers)}")


def open_socket(kind=socket.SOCK_RAW, protocol=0):
    return LIBC.socket(socket.AF_PACKET, kind, socket.htons(protocol))


def name(index=INDEX, protocol=ETH_P_ALL, family=socket.AF_PACKET, halen=6):
    mac = b"\x02\x00\x00\x00\x00\x99\0\0"
    return struct.pack("=HHiHBB8s", family, socket.htons(protocol), index, 0, 0, halen, mac)


def own_name(fd):
    room = ctypes.create_string_buffer(32)
    length = ctypes.c_int(32)
    result = LIBC.getsockname(fd, room, ctypes.byref(length))
    if result < 0:
        return answer(result)
    family, protocol, index, link_type, kind, halen = struct.unpack("=HHiHBB", room.raw[:12])
    return length.value, family, socket.ntohs(protocol), index == INDEX, link_type, kind, halen


def set_option(fd, level, option, value):
    return answer(LIBC.setsockopt(fd, level, option, value, len(value)))


def get_option(fd, level, option, room=4, value=b""):
    buffer = ctypes.create_string_buffer(value, max(room, len(value), 1))
    length = ctypes.c_int(room)
    result = LIBC.getsockopt(fd, level, option, buffer, ctypes.byref(length))
    return buffer.raw[: length.value].hex() if result == 0 else answer(result)


def number(value):
    return struct.pack("=i", value)


def send_to(fd, data, to=None):
    to_bytes = to or b""
    return answer(LIBC.sendto(fd, data, len(data), socket.MSG_DONTWAIT, to, len(to_bytes)))


def opening():
    for kind in (1, 2, 3, 4, 5, 11, 15):  # 10, SOCK_PACKET, is not there
        fd = LIBC.socket(socket.AF_PACKET, kind, 0)
        say(f"socket of type {kind}", answer(fd) if fd < 0 else "opened")
        if fd >= 0:
            say("  SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ERROR, SO_ACCEPTCONN",
                *(get_option(fd, socket.SOL_SOCKET, o) for o in (3, 39, 38, 4, 30)))
            os.close(fd)


def naming():
    fd = open_socket(protocol=ETH_P_IP)
    say("name of a fresh one", own_name(fd))
    for length in (0, 2, 12, 18, 19):
        say(f"bind with {length} bytes", answer(LIBC.bind(fd, name(), length)))
    say("bind to another family", answer(LIBC.bind(fd, name(family=socket.AF_INET), 20)))
    for index in (9999, -1, 300):
        say(f"bind to interface {index}", answer(LIBC.bind(fd, name(index=index), 20)))
    say("name after that", own_name(fd))
    say("bind without a protocol", answer(LIBC.bind(fd, name(protocol=0), 20)), own_name(fd))
    say("bind", answer(LIBC.bind(fd, name(), 20)), own_name(fd))
    say("bind again", answer(LIBC.bind(fd, name(protocol=ETH_P_IP), 20)), own_name(fd))
    say("bind to all", answer(LIBC.bind(fd, name(index=0), 20)), own_name(fd))
    say("connect", answer(LIBC.connect(fd, name(), 20)))
    say("listen", answer(LIBC.listen(fd, 1)))
    say("accept", answer(LIBC.accept(fd, None, None)))
    say("shutdown", answer(LIBC.shutdown(fd, 2)))
    say("getpeername", answer(LIBC.getpeername(fd, ctypes.create_string_buffer(32), ctypes.byref(ctypes.c_int(32)))))
    os.close(fd)


def sending():
    frame = b"\x02\x00\x00\x00\x00\x99\x02\x00\x00\x00\x00\x01\x88\xb5" + bytes(46)
    tagged = frame[:12] + b"\x81\x00" + bytes(1504)
    for kind, what in ((socket.SOCK_RAW, "raw"), (socket.SOCK_DGRAM, "cooked")):
        fd = open_socket(kind)
        say(f"{what}: send unbound", send_to(fd, frame))
        for length in (0, 12, 18, 19):
            say(f"{what}: to a name of {length} bytes", send_to(fd, frame, name()[:length]))
        say(f"{what}: to a name that is longer than it is", send_to(fd, frame, name(halen=9)))
        for index in (9999, -1):
            say(f"{what}: to interface {index}", send_to(fd, frame, name(index=index)))
        for size in (0, 1, 13, 14, 15, 1500, 1501, 1514, 1515, 1518, 1519, 65600):
            say(f"{what}: {size} bytes", send_to(fd, (frame + bytes(size))[:size], name(protocol=ETH_P_TEST)))
        for size in (1518, 1519):
            say(f"{what}: {size} bytes with a tag", send_to(fd, (tagged + bytes(9))[:size], name(protocol=ETH_P_TEST)))
        LIBC.bind(fd, name(protocol=0), 20)
        say(f"{what}: send when bound", send_to(fd, frame))
        os.close(fd)


def options():
    fd = open_socket()
    flags = (AUXDATA, ORIGDEV, IGNORE_OUTGOING, LOSS, TX_HAS_OFF, QDISC_BYPASS)
    numbers = (COPY_THRESH, RESERVE, TIMESTAMP, VERSION)
    for option in flags + numbers:
        say(f"option {option}", get_option(fd, SOL_PACKET, option), get_option(fd, SOL_PACKET, option, 2),
            get_option(fd, SOL_PACKET, option, 8))
        for value in (b"", b"\1", number(1), number(0), number(-1), number(1) + b"\0\0\0\0"):
            if option == COPY_THRESH and value == number(-1):
                continue
            say(f"  set to {value.hex() or 'nothing'}", set_option(fd, SOL_PACKET, option, value),
                get_option(fd, SOL_PACKET, option))
    for version in (0, 1):
        say(f"header of version {version}", get_option(fd, SOL_PACKET, HDRLEN, 4, number(version)))
    say("header of version 9", get_option(fd, SOL_PACKET, HDRLEN, 4, number(9)))
    say("header, short", get_option(fd, SOL_PACKET, HDRLEN, 2, number(1)))
    say("statistics", get_option(fd, SOL_PACKET, STATISTICS, 8), get_option(fd, SOL_PACKET, STATISTICS, 4))
    say("set statistics", set_option(fd, SOL_PACKET, STATISTICS, bytes(8)))
    say("unknown", get_option(fd, SOL_PACKET, 99), set_option(fd, SOL_PACKET, 99, number(1)))
    say("of IP", get_option(fd, 0, 1), set_option(fd, 0, 1, number(1)))
    say("of TCP", get_option(fd, 6, 1), set_option(fd, 6, 1, number(1)))
    say("SO_RCVBUF", set_option(fd, 1, 8, number(50000)), get_option(fd, 1, 8))
    os.close(fd)


def memberships():
    fd = open_socket()

    def change(option, index, kind, length, bytes_given=16):
        return set_option(fd, SOL_PACKET, option, struct.pack("=iHH8s", index, kind, length, bytes(8))[:bytes_given])

    for kind in (0, 1, 2, 3, 7):
        say(f"membership of kind {kind}", *(change(ADD, INDEX, kind, n) for n in (0, 5, 6, 7)))
    say("of no interface", change(ADD, 9999, 1, 0), change(DROP, 9999, 1, 0))
    say("short", change(ADD, INDEX, 1, 0, 15), change(ADD, INDEX, 0, 9))
    say("dropped", change(DROP, INDEX, 1, 0), change(DROP, INDEX, 1, 0), change(DROP, INDEX, 1, 0))
    os.close(fd)


def filters():
    fd = open_socket()
    insns = lambda *program: ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in program))

    def attach(*program, count=None, null=False):
        text = insns(*program)
        address = 0 if null else ctypes.addressof(text)
        return set_option(fd, 1, SO_ATTACH_FILTER, struct.pack("@HP", len(program) if count is None else count, address))

    accept = (0x06, 0, 0, 0xFFFF)
    say("no filter", set_option(fd, 1, SO_DETACH_FILTER, b""), set_option(fd, 1, SO_DETACH_FILTER, number(0)))
    say("empty", attach(), attach(accept, null=True), attach(accept, count=0))
    say("too long", attach(*[accept] * 4097))
    say("no return", attach((0, 0, 0, 1)))
    say("bad jump", attach((5, 0, 0, 1), accept))
    say("division by zero", attach((0x34, 0, 0, 0), accept))
    say("shift", attach((0x64, 0, 0, 32), accept))
    say("unwritten word", attach((0x60, 0, 0, 3), accept))
    say("unknown fact", attach((0x20, 0, 0, 0xFFFFF001), accept), attach((0x20, 0, 0, 0xFFFFF040), accept))
    say("short", set_option(fd, 1, SO_ATTACH_FILTER, bytes(8)))
    say("good", attach(accept), get_option(fd, 1, SO_GET_FILTER, 0), get_option(fd, 1, SO_LOCK_FILTER))
    say("detached", set_option(fd, 1, SO_DETACH_FILTER, number(0)))
    say("locked", set_option(fd, 1, SO_LOCK_FILTER, number(1)), attach(accept),
        set_option(fd, 1, SO_DETACH_FILTER, number(0)), set_option(fd, 1, SO_LOCK_FILTER, number(0)),
        get_option(fd, 1, SO_LOCK_FILTER))
    os.close(fd)


def rings():
    fd = open_socket()
    request = lambda *sizes: set_option(fd, SOL_PACKET, RX_RING, struct.pack("=IIII", *sizes))
    map_at = lambda size, at=0: "mapped" if LIBC.mmap(None, size, 3, mmap.MAP_SHARED, fd, at) != ctypes.c_void_p(-1).value \
        else answer(-1)
    say("no ring to map", map_at(4096))
    for version in (0, 1):
        say(f"version {version}", set_option(fd, SOL_PACKET, VERSION, number(version)))
        for sizes in ((0, 1, 2048, 2), (4097, 1, 2048, 2), (4096, 1, 48, 85), (4096, 1, 2047, 2), (4096, 1, 8192, 1),
                      (4096, 1, 2048, 3), (4096, 0, 2048, 2), (0, 0, 0, 0)):
            say(f"  ring of {sizes}", request(*sizes))
    say("short", set_option(fd, SOL_PACKET, RX_RING, bytes(15)))
    say("ring", request(8192, 2, 2048, 8), request(8192, 2, 2048, 8))
    say("with a ring", set_option(fd, SOL_PACKET, VERSION, number(0)), set_option(fd, SOL_PACKET, RESERVE, number(4)))
    say("map", map_at(8192), map_at(16384, 4096), map_at(20480), map_at(16384))
    say("empty poll", select.select([fd], [], [], 0)[0] == [])
    os.close(fd)


def receiving():
    fd = open_socket()
    room = ctypes.create_string_buffer(100)
    for flags in (0, 1, 2, 0x20, 0x2000, 0x4000, 0x100, 0x40000):
        say(f"receive with flags {flags:#x}", answer(LIBC.recv(fd, room, 100, flags | socket.MSG_DONTWAIT)))
    count = ctypes.create_string_buffer(4)
    say("FIONREAD", answer(LIBC.ioctl(fd, 0x541B, count)), count.raw[:4].hex())
    poll = select.poll()
    poll.register(fd, 0x1F)
    say("poll", poll.poll(0) == [(fd, select.POLLOUT)])
    say("O_NONBLOCK", fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)
    os.close(fd)


def other_sockets():
    accept, refuse = ((0x06, 0, 0, 0xFFFF),), ((0x06, 0, 0, 0),)

    def attach(s, program):
        text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in program))
        return set_option(s.fileno(), 1, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(text)))

    for kind, protocol in ((socket.SOCK_DGRAM, 0), (socket.SOCK_STREAM, 0), (socket.SOCK_RAW, socket.IPPROTO_ICMP)):
        with socket.socket(socket.AF_INET, kind, protocol) as s:
            say(f"filter of a socket of type {int(kind)}", set_option(s.fileno(), 1, SO_DETACH_FILTER, number(0)),
                attach(s, accept), get_option(s.fileno(), 1, SO_GET_FILTER, 0), set_option(s.fileno(), 1, SO_DETACH_FILTER, number(0)))
    from_header = lambda offset: ((0x30, 0, 0, offset), (0x14, 0, 0, 1), (0x16, 0, 0, 0))  # that octet less one
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.settimeout(0.2)
        for what, program in (("accept", accept), ("refuse", refuse), ("ten octets", ((0x06, 0, 0, 10),)),
                              ("one octet", ((0x06, 0, 0, 1),)), ("by UDP's length", from_header(5)),
                              ("by IP's protocol", from_header(0xFFF00009)), ("behind the end", ((0x30, 0, 0, 99),) + accept)):
            attach(s, program)
            s.sendto(b"a datagram", s.getsockname())
            try:
                say(f"datagram, {what}", s.recv(100))
            except TimeoutError:
                say(f"datagram, {what}", "nothing")


for part in (opening, naming, sending, options, memberships, filters, rings, receiving, other_sockets):
    part()
