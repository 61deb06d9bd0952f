#!/usr/bin/env python3
"""Every call in every state, both families: a line a case, "family state: call = answer".

The same lines are demanded of the kernel and of the stack. With --fork the process forks between
state and call, and the child asks: so an engine inside moves there, in the first case with whatever
sockets there are, and from then on every case has sockets that two processes hold.
"""

import os
import socket
import sys

import calls
import states

FAMILIES = {"ip4": socket.AF_INET, "ip6": socket.AF_INET6}


def in_a_child(ask) -> str:
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(theirs, ask().encode())
        os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as told:
        text = told.read().decode()
    os.waitpid(pid, 0)
    return text


def answer(world, build, call, forks: bool) -> str:
    try:
        sock = build(world)
        world.kept.append(sock)
    except OSError as error:
        return f"no such state: {error}"
    sock.setblocking(False)

    def ask() -> str:
        return calls.errno_of(lambda: call(world, sock))

    return in_a_child(ask) if forks else ask()


def run(only: str, forks: bool) -> None:
    for family_name, family in FAMILIES.items():
        for build in states.STREAMS + states.DATAGRAMS:
            for name, call in calls.CALLS.items():
                case = f"{family_name} {build.__name__}: {name}"
                if only not in case:
                    continue
                world = states.World(family)
                print(f"{case} = {answer(world, build, call, forks)}", flush=True)
                world.close()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--fork"]
    run(words[0] if words else "", "--fork" in sys.argv)
