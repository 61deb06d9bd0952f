#!/usr/bin/env python3
"""Every call in every state, both families: a line a case, "family state: call = answer".

The same lines are demanded of the kernel and of the stack. With --move the socket under test is
built by a process that forks before it asks, so that the engine moves between state and call.
"""

import os
import socket
import sys

import calls
import states

FAMILIES = {"ip4": socket.AF_INET, "ip6": socket.AF_INET6}


def answer(world, build, call) -> str:
    try:
        sock = build(world)
        world.kept.append(sock)
    except OSError as error:
        return f"no such state: {error}"
    sock.setblocking(False)
    return calls.errno_of(lambda: call(world, sock))


def run(only: str) -> None:
    for family_name, family in FAMILIES.items():
        for build in states.STREAMS + states.DATAGRAMS:
            for name, call in calls.CALLS.items():
                case = f"{family_name} {build.__name__}: {name}"
                if only not in case:
                    continue
                world = states.World(family)
                print(f"{case} = {answer(world, build, call)}", flush=True)
                world.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    run(sys.argv[1] if len(sys.argv) > 1 else "")
