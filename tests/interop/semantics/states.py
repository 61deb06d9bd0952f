"""Sockets in every state that a program can bring them into, each built afresh for one case.

A state is a function from a `World` to the socket under test; what else lives meanwhile hangs on
the world and ends with it. Everything that takes time is waited for by poll(2), so that a state is
the same on any stack however fast it is.
"""

import contextlib
import errno
import random
import select
import socket
import struct

HOSTS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SETTLE_MS = 3000


class World:
    """What one case needs beside the socket under test."""

    def __init__(self, family: int):
        self.family = family
        self.host = HOSTS[family]
        self.kept = []

    def open(self, kind: int = socket.SOCK_STREAM) -> socket.socket:
        made = socket.socket(self.family, kind)
        self.kept.append(made)
        return made

    def any_port(self) -> tuple:
        return (self.host, 0)

    def listener(self, backlog: int = 8) -> socket.socket:
        made = self.open()
        made.bind(self.any_port())
        made.listen(backlog)
        return made

    def closed_port(self, kind: int = socket.SOCK_STREAM) -> tuple:
        """An address on which nobody listens, below the ports that the system chooses: a socket that
        happened to get this one for itself would connect to itself (RFC 9293 3.5, simultaneous)."""
        while True:
            port = random.randrange(20000, 30000)
            with socket.socket(self.family, kind) as gone, contextlib.suppress(OSError):
                gone.bind((self.host, port))
                return (self.host, port)

    def pair(self) -> tuple:
        """The two ends of a TCP connection: the one that connected, the one that was accepted."""
        listener = self.listener()
        client = self.open()
        client.connect(listener.getsockname()[:2])
        accepted, _ = listener.accept()
        self.kept.append(accepted)
        listener.close()
        return client, accepted

    def close(self) -> None:
        for kept in self.kept:
            with contextlib.suppress(OSError):
                kept.close()


def wait_for(sock: socket.socket, events: int, patience_ms: int = SETTLE_MS) -> None:
    """Until poll shows one of the events; POLLERR and POLLHUP come unasked."""
    poll = select.poll()
    poll.register(sock, events)
    if not poll.poll(patience_ms):
        raise TimeoutError(f"no event of {events:#x}")


def end(sock: socket.socket, peer: socket.socket, how: str) -> None:
    if how == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        peer.close()
        wait_for(sock, 0)
    elif how == "close":
        peer.close()
        wait_for(sock, select.POLLRDHUP)
    else:
        peer.shutdown(socket.SHUT_WR)
        wait_for(sock, select.POLLRDHUP)


# --- TCP


def fresh(w):
    return w.open()


def bound(w):
    sock = w.open()
    sock.bind(w.any_port())
    return sock


def listening(w):
    return w.listener()


def listening_with_a_connection(w):
    listener = w.listener()
    w.open().connect(listener.getsockname()[:2])
    wait_for(listener, select.POLLIN)
    return listener


def listener_shut_down(w):
    listener = w.listener()
    listener.shutdown(socket.SHUT_RD)
    return listener


def refused(w):
    sock = w.open()
    with contextlib.suppress(ConnectionRefusedError):
        sock.connect(w.closed_port())
    return sock


def refused_and_not_asked(w):
    sock = w.open()
    sock.setblocking(False)
    assert sock.connect_ex(w.closed_port()) == errno.EINPROGRESS
    wait_for(sock, select.POLLOUT)
    return sock


def refused_and_asked(w):
    sock = refused_and_not_asked(w)
    sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return sock


def connected(w):
    return w.pair()[0]


def accepted(w):
    return w.pair()[1]


def connected_without_waiting(w):
    listener = w.listener()
    sock = w.open()
    sock.setblocking(False)
    sock.connect_ex(listener.getsockname()[:2])
    wait_for(sock, select.POLLOUT)
    return sock


def with_data(w):
    sock, peer = w.pair()
    peer.sendall(b"abcdef")
    wait_for(sock, select.POLLIN)
    return sock


def with_urgent_data(w):
    sock, peer = w.pair()
    peer.send(b"ab!", socket.MSG_OOB)
    wait_for(sock, select.POLLPRI)
    return sock


def peer_half_closed(w):
    sock, peer = w.pair()
    end(sock, peer, "half")
    return sock


def peer_half_closed_with_data(w):
    sock, peer = w.pair()
    peer.sendall(b"abcdef")
    end(sock, peer, "half")
    return sock


def peer_closed(w):
    sock, peer = w.pair()
    end(sock, peer, "close")
    return sock


def shut_for_reading(w):
    sock, _ = w.pair()
    sock.shutdown(socket.SHUT_RD)
    return sock


def shut_for_reading_with_data(w):
    sock = with_data(w)
    sock.shutdown(socket.SHUT_RD)
    return sock


def shut_for_writing(w):
    sock, peer = w.pair()
    sock.shutdown(socket.SHUT_WR)
    wait_for(peer, select.POLLRDHUP)
    return sock


def shut_both_ways(w):
    sock, peer = w.pair()
    sock.shutdown(socket.SHUT_RDWR)
    wait_for(peer, select.POLLRDHUP)
    return sock


def shut_by_both(w):
    sock, peer = w.pair()
    peer.shutdown(socket.SHUT_WR)
    wait_for(sock, select.POLLRDHUP)
    sock.shutdown(socket.SHUT_WR)
    wait_for(sock, 0)
    return sock


def reset(w):
    sock, peer = w.pair()
    end(sock, peer, "reset")
    return sock


def reset_and_told(w):
    sock = reset(w)
    sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return sock


def reset_after_data(w):
    sock, peer = w.pair()
    peer.sendall(b"abcdef")
    wait_for(sock, select.POLLIN)
    end(sock, peer, "reset")
    return sock


def reset_before_accept(w):
    listener = w.listener()
    client = w.open()
    client.connect(listener.getsockname()[:2])
    wait_for(listener, select.POLLIN)
    client.sendall(b"abcdef")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    client.close()
    sock, _ = listener.accept()
    w.kept.append(sock)
    wait_for(sock, 0)
    return sock


def dissolved(w):
    sock, _ = w.pair()
    sock_connect_unspecified(sock)
    return sock


STREAMS = [
    fresh, bound, listening, listening_with_a_connection, listener_shut_down, refused,
    refused_and_not_asked, refused_and_asked, connected, accepted, connected_without_waiting,
    with_data, with_urgent_data, peer_half_closed, peer_half_closed_with_data, peer_closed,
    shut_for_reading, shut_for_reading_with_data, shut_for_writing, shut_both_ways, shut_by_both,
    reset, reset_and_told, reset_after_data, reset_before_accept, dissolved,
]  # fmt: skip


# --- UDP


def sock_connect_unspecified(sock):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.connect(sock.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)


def datagram_fresh(w):
    return w.open(socket.SOCK_DGRAM)


def datagram_bound(w):
    sock = w.open(socket.SOCK_DGRAM)
    sock.bind(w.any_port())
    return sock


def datagram_connected(w):
    sock, peer = datagram_bound(w), datagram_bound(w)
    sock.connect(peer.getsockname()[:2])
    w.peer = peer
    return sock


def datagram_waiting(w):
    sock, peer = datagram_bound(w), datagram_bound(w)
    peer.sendto(b"abcdef", sock.getsockname()[:2])
    wait_for(sock, select.POLLIN)
    return sock


def datagram_empty_waiting(w):
    sock, peer = datagram_bound(w), datagram_bound(w)
    peer.sendto(b"", sock.getsockname()[:2])
    wait_for(sock, select.POLLIN)
    return sock


def datagram_refused(w):
    sock = datagram_bound(w)
    sock.connect(w.closed_port(socket.SOCK_DGRAM))
    for _ in range(30):  # the port unreachable messages of a host are limited (RFC 1812 4.3.2.8)
        sock.send(b"x")
        with contextlib.suppress(TimeoutError):
            wait_for(sock, select.POLLIN, 200)
            break
    return sock


def datagram_refused_and_told(w):
    sock = datagram_refused(w)
    sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return sock


def datagram_shut_for_reading(w):
    sock = datagram_connected(w)
    sock.shutdown(socket.SHUT_RD)
    return sock


def datagram_shut_for_writing(w):
    sock = datagram_connected(w)
    sock.shutdown(socket.SHUT_WR)
    return sock


def datagram_shut_unconnected(w):
    sock = datagram_bound(w)
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    return sock


def datagram_dissolved(w):
    sock = datagram_connected(w)
    sock_connect_unspecified(sock)
    return sock


DATAGRAMS = [
    datagram_fresh, datagram_bound, datagram_connected, datagram_waiting, datagram_empty_waiting,
    datagram_refused, datagram_refused_and_told, datagram_shut_for_reading,
    datagram_shut_for_writing, datagram_shut_unconnected, datagram_dissolved,
]  # fmt: skip
