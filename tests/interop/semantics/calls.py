"""What is asked of a socket in each state: calls and questions, each with what it answers as text.

None of them blocks. Python's own checks are passed by where they would hide the system's answer:
ctypes calls the C library, which is what the preloaded library stands in for.
"""

import ctypes
import errno
import fcntl
import select
import signal
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
SIOCATMARK, FIONREAD, SIOCOUTQ = 0x8905, 0x541B, 0x5411
BAD = ctypes.c_void_p(16)  # no address of this process
POLL_BITS = {
    select.POLLIN: "IN", select.POLLOUT: "OUT", select.POLLPRI: "PRI", select.POLLERR: "ERR",
    select.POLLHUP: "HUP", select.POLLRDHUP: "RDHUP", select.POLLNVAL: "NVAL",
    select.POLLRDNORM: "RDNORM", select.POLLWRNORM: "WRNORM",
}  # fmt: skip
EVERY_EVENT = sum(POLL_BITS) & ~(select.POLLERR | select.POLLHUP | select.POLLNVAL)


def events_text(events: int) -> str:
    return "|".join(name for bit, name in POLL_BITS.items() if events & bit) or "-"


def raw(name: str, *args) -> str:
    """A call of the C library: its result, or the name of its errno."""
    ctypes.set_errno(0)
    result = getattr(libc, name)(*args)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else str(result)


def number_of(sock, request: int) -> str:
    return str(struct.unpack("i", fcntl.ioctl(sock, request, b"\0\0\0\0"))[0])


def address_of(w, port: int) -> bytes:
    packed = socket.inet_pton(w.family, w.host)
    if w.family == socket.AF_INET:
        return struct.pack("=H", w.family) + struct.pack("!H", port) + packed + bytes(8)
    return struct.pack("=H", w.family) + struct.pack("!HI", port, 0) + packed + bytes(4)


def listener_address(w) -> tuple:
    return w.listener().getsockname()[:2]


def kind_of(sock) -> int:
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)


def peer_address(w, sock) -> tuple:
    """Of somebody who is there, of the socket's own kind."""
    if kind_of(sock) == socket.SOCK_STREAM:
        return listener_address(w)
    other = w.open(socket.SOCK_DGRAM)
    other.bind(w.any_port())
    return other.getsockname()[:2]


def has_port(address: tuple) -> str:
    return f"{address[0]} {'a port' if address[1] else 'no port'}"


def received(got: tuple) -> str:
    data, control, flags, address = got
    return f"{data} {len(control)} {flags:#x} {'from' if address else 'nobody'}"


def epoll_twice(sock, flags: int, again: bool = False) -> str:
    with select.epoll() as poll:
        poll.register(sock, EVERY_EVENT & 0x201F | flags)
        first = poll.poll(0)
        if again:
            poll.modify(sock, EVERY_EVENT & 0x201F | flags)
        return " then ".join(events_text(e[0][1]) if e else "none" for e in (first, poll.poll(0)))


def selected(sock) -> str:
    return "".join("rwx"[i] if ready else "." for i, ready in enumerate(select.select([sock], [sock], [sock], 0)))


def sigpipe(sock) -> str:
    told = []
    before = signal.signal(signal.SIGPIPE, lambda *_: told.append(1))
    try:
        answer = raw("send", sock.fileno(), b"x", 1, socket.MSG_DONTWAIT)
        return f"{answer} signal {len(told)}"
    finally:
        signal.signal(signal.SIGPIPE, before)


def option(level: int, name: int, length: int):
    def ask(w, sock):
        value, size = ctypes.create_string_buffer(64), ctypes.c_int(length)
        answer = raw("getsockopt", sock.fileno(), level, name, value, ctypes.byref(size))
        return f"{answer} length {size.value}"

    return ask


def set_option(level: int, name: int, value: bytes, length: int):
    return lambda w, sock: raw("setsockopt", sock.fileno(), level, name, value, length)


def send_vector(sock, pointer, count: int) -> str:
    header = struct.pack("PIPNPNi4x", 0, 0, pointer or 0, count, 0, 0, 0)
    return raw("sendmsg", sock.fileno(), header, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)


QUIET = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
SOL = socket.SOL_SOCKET

CALLS = {
    # names and connections
    "getsockname": lambda w, s: has_port(s.getsockname()),
    "getpeername": lambda w, s: has_port(s.getpeername()),
    "getsockname to a bad pointer": lambda w, s: raw("getsockname", s.fileno(), BAD, ctypes.byref(ctypes.c_int(28))),
    "getsockname without a length": lambda w, s: raw("getsockname", s.fileno(), ctypes.create_string_buffer(28), None),
    "getsockname with length -1": lambda w, s: raw("getsockname", s.fileno(), ctypes.create_string_buffer(28), ctypes.byref(ctypes.c_int(-1))),
    "getpeername without a length": lambda w, s: raw("getpeername", s.fileno(), ctypes.create_string_buffer(28), None),
    "bind": lambda w, s: s.bind(w.any_port()),
    "bind with a short length": lambda w, s: raw("bind", s.fileno(), address_of(w, 0), 4),
    "bind to a bad pointer": lambda w, s: raw("bind", s.fileno(), BAD, 28),
    "bind to a foreign address": lambda w, s: s.bind(("203.0.113.1" if w.family == socket.AF_INET else "2001:db8::1", 0)),
    "bind with an unknown family": lambda w, s: raw("bind", s.fileno(), struct.pack("H26x", 77), 28),
    "listen": lambda w, s: s.listen(4),
    "listen and poll": lambda w, s: f"{raw('listen', s.fileno(), 4)} {CALLS['poll'](w, s)}",
    "accept": lambda w, s: s.accept() and "a connection",
    "accept4 with bad flags": lambda w, s: raw("accept4", s.fileno(), None, None, 1),
    "accept without a length": lambda w, s: raw("accept", s.fileno(), ctypes.create_string_buffer(28), None),
    "connect": lambda w, s: s.connect(peer_address(w, s)),
    "connect where nobody is": lambda w, s: s.connect(w.closed_port(kind_of(s))),
    "connect again": lambda w, s: f"{s.connect_ex(peer_address(w, s)) and 'error'} {errno.errorcode.get(s.connect_ex(peer_address(w, s)))}" if kind_of(s) == socket.SOCK_DGRAM else errno.errorcode.get(s.connect_ex(listener_address(w))),
    "connect to nothing": lambda w, s: raw("connect", s.fileno(), struct.pack("H14x", 0), 16),
    "connect to nothing, then bind": lambda w, s: f"{raw('connect', s.fileno(), struct.pack('H14x', 0), 16)} {raw('bind', s.fileno(), address_of(w, 0), 28 if w.family == socket.AF_INET6 else 16)}",
    "connect with a short length": lambda w, s: raw("connect", s.fileno(), address_of(w, 9), 3),
    "connect with length 1": lambda w, s: raw("connect", s.fileno(), address_of(w, 9), 1),
    "connect to a bad pointer": lambda w, s: raw("connect", s.fileno(), BAD, 28),
    "connect with an unknown family": lambda w, s: raw("connect", s.fileno(), struct.pack("H26x", 77), 28),
    "shutdown for reading": lambda w, s: f"{raw('shutdown', s.fileno(), 0)} {CALLS['poll'](w, s)}",
    "shutdown for writing": lambda w, s: raw("shutdown", s.fileno(), 1),
    "shutdown both ways": lambda w, s: raw("shutdown", s.fileno(), 2),
    "shutdown of what there is not": lambda w, s: raw("shutdown", s.fileno(), 3),
    "shutdown twice": lambda w, s: f"{raw('shutdown', s.fileno(), 1)} {raw('shutdown', s.fileno(), 1)}",
    # sending
    "send": lambda w, s: raw("send", s.fileno(), b"x", 1, QUIET),
    "send nothing": lambda w, s: raw("send", s.fileno(), b"", 0, QUIET),
    "send with a signal": lambda w, s: sigpipe(s),
    "send twice": lambda w, s: f"{raw('send', s.fileno(), b'x', 1, QUIET)} {raw('send', s.fileno(), b'x', 1, QUIET)}",
    "send urgent": lambda w, s: raw("send", s.fileno(), b"x", 1, QUIET | socket.MSG_OOB),
    "send from a bad pointer": lambda w, s: raw("send", s.fileno(), BAD, 8, QUIET),
    "write": lambda w, s: raw("write", s.fileno(), b"x", 1) if CALLS["send"](w, s) == "1" else "not tried",
    "sendto somebody": lambda w, s: raw("sendto", s.fileno(), b"x", 1, QUIET, address_of(w, peer_address(w, s)[1]), 28 if w.family == socket.AF_INET6 else 16),
    "sendto with a short length": lambda w, s: raw("sendto", s.fileno(), b"x", 1, QUIET, address_of(w, 9), 4),
    "sendto port 0": lambda w, s: raw("sendto", s.fileno(), b"x", 1, QUIET, address_of(w, 0), 28 if w.family == socket.AF_INET6 else 16),
    "sendto a bad pointer": lambda w, s: raw("sendto", s.fileno(), b"x", 1, QUIET, BAD, 16),
    "send too much": lambda w, s: raw("send", s.fileno(), bytes(70000), 70000, QUIET) in ("EMSGSIZE", "70000") or CALLS["send"](w, s),
    "sendmsg of no parts": lambda w, s: send_vector(s, 0, 0),
    "sendmsg of bad parts": lambda w, s: send_vector(s, 16, 1),
    "sendmsg of 1025 parts": lambda w, s: send_vector(s, 16, 1025),
    "sendmsg of nothing at a bad pointer": lambda w, s: raw("sendmsg", s.fileno(), BAD, QUIET),
    # receiving
    "recv": lambda w, s: str(s.recv(100)),
    "recv nothing": lambda w, s: raw("recv", s.fileno(), ctypes.create_string_buffer(1), 0, socket.MSG_DONTWAIT),
    "recv twice": lambda w, s: f"{s.recv(100)} {errno_of(lambda: s.recv(100))}",
    "recv part": lambda w, s: f"{s.recv(2)} {errno_of(lambda: s.recv(100))}",
    "recv by peeking": lambda w, s: f"{s.recv(4, socket.MSG_PEEK)} {errno_of(lambda: s.recv(100))}",
    "recv all": lambda w, s: str(s.recv(4, socket.MSG_WAITALL | socket.MSG_DONTWAIT)),
    "recv truncated": lambda w, s: raw("recv", s.fileno(), ctypes.create_string_buffer(2), 2, socket.MSG_DONTWAIT | socket.MSG_TRUNC),
    "recv urgent": lambda w, s: str(s.recv(1, socket.MSG_OOB)),
    "recv of errors": lambda w, s: errno_of(lambda: s.recvmsg(1, 0, socket.MSG_ERRQUEUE)),
    "recv to a bad pointer": lambda w, s: raw("recv", s.fileno(), BAD, 8, socket.MSG_DONTWAIT),
    "read": lambda w, s: raw("read", s.fileno(), ctypes.create_string_buffer(10), 10),
    "read nothing": lambda w, s: raw("read", s.fileno(), ctypes.create_string_buffer(10), 0),
    "recvfrom": lambda w, s: str(bool(s.recvfrom(100)[1])),
    "recvfrom without a length": lambda w, s: raw("recvfrom", s.fileno(), ctypes.create_string_buffer(10), 10, socket.MSG_DONTWAIT, ctypes.create_string_buffer(28), None),
    "recvmsg": lambda w, s: received(s.recvmsg(3)),
    "recvmsg at a bad pointer": lambda w, s: raw("recvmsg", s.fileno(), BAD, socket.MSG_DONTWAIT),
    # readiness
    "poll": lambda w, s: poll_text(s, EVERY_EVENT),
    "poll for nothing": lambda w, s: poll_text(s, 0),
    "poll for input": lambda w, s: poll_text(s, select.POLLIN),
    "poll after recv": lambda w, s: f"{errno_of(lambda: s.recv(100))} {poll_text(s, EVERY_EVENT)}",
    "poll after send": lambda w, s: f"{CALLS['send'](w, s)} {poll_text(s, select.POLLHUP | select.POLLERR | select.POLLRDHUP)}",
    "select": lambda w, s: selected(s),
    "epoll": lambda w, s: epoll_twice(s, 0),
    "epoll by edge": lambda w, s: epoll_twice(s, select.EPOLLET),
    "epoll once": lambda w, s: epoll_twice(s, select.EPOLLONESHOT),
    "epoll once and armed again": lambda w, s: epoll_twice(s, select.EPOLLONESHOT, True),
    "epoll by edge and modified": lambda w, s: epoll_twice(s, select.EPOLLET, True),
    # questions
    "SO_ERROR": lambda w, s: errno.errorcode.get(s.getsockopt(SOL, socket.SO_ERROR)),
    "SO_ERROR twice": lambda w, s: f"{s.getsockopt(SOL, socket.SO_ERROR)} {s.getsockopt(SOL, socket.SO_ERROR)}",
    "SO_ACCEPTCONN": lambda w, s: s.getsockopt(SOL, socket.SO_ACCEPTCONN),
    "SO_ERROR, 1 octet": option(SOL, socket.SO_ERROR, 1),
    "SO_TYPE, 100 octets": option(SOL, socket.SO_TYPE, 64),
    "SO_LINGER, 4 octets": option(SOL, socket.SO_LINGER, 4),
    "SO_RCVTIMEO, 8 octets": option(SOL, socket.SO_RCVTIMEO, 8),
    "TCP_NODELAY, 2 octets": option(socket.IPPROTO_TCP, socket.TCP_NODELAY, 2),
    "TCP_INFO, 1 octet": option(socket.IPPROTO_TCP, socket.TCP_INFO, 1),
    "TCP_INFO": lambda w, s: f"state {s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]}",
    "an option that is none": option(SOL, 9999, 4),
    "a level that is none": option(9999, 1, 4),
    "SO_KEEPALIVE set with 1 octet": set_option(SOL, socket.SO_KEEPALIVE, b"\1", 1),
    "SO_LINGER set with 4 octets": set_option(SOL, socket.SO_LINGER, b"\1\0\0\0", 4),
    "SO_ERROR set": set_option(SOL, socket.SO_ERROR, b"\1\0\0\0", 4),
    "TCP_NODELAY set": set_option(socket.IPPROTO_TCP, socket.TCP_NODELAY, b"\1\0\0\0", 4),
    "setsockopt from a bad pointer": set_option(SOL, socket.SO_KEEPALIVE, BAD, 4),
    "FIONREAD": lambda w, s: number_of(s, FIONREAD),
    "SIOCOUTQ": lambda w, s: number_of(s, SIOCOUTQ),
    "SIOCATMARK": lambda w, s: number_of(s, SIOCATMARK),
    "an ioctl that is none": lambda w, s: number_of(s, 0x89FE),
    "fstat says a socket": lambda w, s: oct(__import__("os").fstat(s.fileno()).st_mode & 0o170000),
    "lseek": lambda w, s: raw("lseek", s.fileno(), 0, 0),
}  # fmt: skip


def poll_text(sock, events: int) -> str:
    poll = select.poll()
    poll.register(sock, events)
    found = poll.poll(0)
    return events_text(found[0][1]) if found else "none"


def errno_of(call) -> str:
    try:
        return str(call())
    except OSError as error:
        return errno.errorcode[error.errno]
