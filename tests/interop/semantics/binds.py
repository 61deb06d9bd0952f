#!/usr/bin/env python3
"""Who may share a port: every claim beside every other, a line a pair, "held: wanted = bind [listen]".

What holds the port: a bound socket, a listener, a connection, a connection in TIME-WAIT, with each
address of either family and each of SO_REUSEADDR (a) and SO_REUSEPORT (p).
"""

import errno
import itertools
import socket

HOSTS = {  # family, address, IPV6_V6ONLY
    "0.0.0.0": (socket.AF_INET, "0.0.0.0", None),
    "127.0.0.1": (socket.AF_INET, "127.0.0.1", None),
    "127.0.0.2": (socket.AF_INET, "127.0.0.2", None),
    ":: of both": (socket.AF_INET6, "::", 0),
    ":: of IPv6": (socket.AF_INET6, "::", 1),
    "::1": (socket.AF_INET6, "::1", None),
    "mapped 127.0.0.1": (socket.AF_INET6, "::ffff:127.0.0.1", None),
}
OPTIONS = {
    "-": (),
    "a": (socket.SO_REUSEADDR,),
    "p": (socket.SO_REUSEPORT,),
    "ap": (socket.SO_REUSEADDR, socket.SO_REUSEPORT),
}
CLAIMS = [(host, option) for host in HOSTS for option in OPTIONS]


def made(kind: int, host: str, option: str) -> socket.socket:
    family, _, only = HOSTS[host]
    sock = socket.socket(family, kind)
    if only is not None:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    for name in OPTIONS[option]:
        sock.setsockopt(socket.SOL_SOCKET, name, 1)
    return sock


def answer(call) -> str:
    try:
        call()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "0"


def free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET6, kind) as sock:
        sock.bind(("::", 0))
        return sock.getsockname()[1]


def connect(listener: socket.socket) -> tuple:
    """The client and what was accepted."""
    family, address = listener.family, listener.getsockname()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])
    client = socket.socket(family)
    client.connect((host, address[1]))
    return client, listener.accept()[0]


def held_by_a_connection(listener: socket.socket) -> list:
    client, accepted = connect(listener)
    listener.close()
    return [client, accepted]


def held_by_time_wait(listener: socket.socket) -> list:
    client, accepted = connect(listener)
    listener.close()
    accepted.shutdown(socket.SHUT_WR)
    client.recv(1)
    client.shutdown(socket.SHUT_WR)
    accepted.recv(1)
    accepted.close()
    return [client]


HOLDERS = {
    "bound": None,
    "listening": lambda listener: [listener],
    "connected": held_by_a_connection,
    "waiting": held_by_time_wait,
}


def case(kind: int, how: str, held: tuple, wanted: tuple) -> str:
    port = free_port(kind)
    first, second = made(kind, *held), made(kind, *wanted)
    kept = [first]
    first.bind((HOSTS[held[0]][1], port))
    if HOLDERS[how]:
        first.listen(2)
        kept = HOLDERS[how](first)
    said = [answer(lambda: second.bind((HOSTS[wanted[0]][1], port)))]
    if kind == socket.SOCK_STREAM and said == ["0"]:
        said.append(answer(lambda: second.listen(2)))
    for sock in [second, *kept]:
        sock.close()
    return " ".join(said)


def run() -> None:
    kinds = [("TCP", socket.SOCK_STREAM, how) for how in HOLDERS] + [("UDP", socket.SOCK_DGRAM, "bound")]
    for (name, kind, how), held, wanted in itertools.product(kinds, CLAIMS, CLAIMS):
        print(f"{name} {how} {' '.join(held)}: {' '.join(wanted)} = {case(kind, how, held, wanted)}")


if __name__ == "__main__":
    run()
