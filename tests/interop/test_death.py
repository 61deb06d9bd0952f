"""SIGKILL at random moments: whoever is left loses nothing, and nothing is left of who is gone.

A round starts programs that transfer data among each other and with the host, over IPv4 or IPv6, kills one or two
of all their processes, and compares what the others have to say. A round depends on its seed only (and
on the machine's timing): TAPSTACK_DEATH_SEED=N begins with the round that failed.
"""

import contextlib
import dataclasses
import os
import pathlib
import random
import signal
import time

import pytest

from tapstack_interop import Network, Program, wait_until
from tapstack_interop.paths import build_dir

TALK_MS = 200
HOST_PORT = 6000
END_S = 6
TALKERS = ["talk", "talk", "leave", "become", "pass"]


def mortal(*words) -> list[str]:
    path = build_dir() / "tests" / "mortal"
    if not path.exists():
        pytest.skip(f"{path} is not built: make interop builds it")
    return [str(path), *map(str, words)]


def environment(family: int) -> dict[str, int]:
    return {"CHECK_FAMILY": family}


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:  # it has just ended by itself
        pass


@dataclasses.dataclass
class Mortal:
    """A program of a round; its processes are those of its session."""

    program: Program
    on_stack: bool
    server: "Mortal | None" = None  # of a talker
    has_lost_one: bool = False  # one of its processes was killed

    def lines(self, kind: str) -> list[list[str]]:
        """The words behind `kind` in what it and its children have said so far."""
        text = self.program.stdout_now().decode()
        words = [line.split() for line in text.splitlines()]
        return [line[1:] for line in words if line and line[0] == kind]

    def processes(self) -> list[int]:
        """Those that have not ended; a server's children outlive it."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                stat = pathlib.Path(f"/proc/{name}/stat").read_text()
            except OSError:
                continue
            state, _, _, session = stat.rpartition(")")[2].split()[:4]
            if int(session) == self.program.pid and state != "Z":
                found.append(int(name))
        return found

    def kill(self) -> None:
        for pid in self.processes():
            kill(pid)
        self.program.popen.wait(5)

    def has_reported(self) -> bool:
        return any(self.lines(kind) for kind in ("whole", "lost", "wrong"))


class Witness:
    """A server that outlives a round, and with it the keeper: does that keep what belonged to the dead?"""

    def __init__(self, server: Mortal, net: Network) -> None:
        self.server = server
        wait_until(lambda: server.lines("listens"), what="the witness")
        start_keeper(net)
        (self.keeper,) = keepers(net)
        self.before = self.settled()

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.keeper}/fd"))

    def settled(self) -> int:
        """Their number when what has just ended is gone from there."""
        count, since = self.descriptors(), time.monotonic()
        while time.monotonic() - since < 0.05:
            time.sleep(0.005)
            now = self.descriptors()
            if now != count:
                count, since = now, time.monotonic()
        return count

    def check(self) -> None:
        wait_until(lambda: self.descriptors() == self.before, END_S, f"{self.before} descriptors in the keeper")


def start_keeper(net: Network) -> None:
    """One more program beside those that run, so that there is one whatever TAPSTACK_ENGINE says."""
    net.stack.run(mortal("talk", net.host_addr, HOST_PORT, 1, 1), env=environment(net.family)).check()


def keepers(net: Network) -> list[int]:
    found = []
    for pid in net.leftovers():
        with contextlib.suppress(OSError):  # it has just ended
            if pathlib.Path(f"/proc/{pid}/comm").read_text() == "tapstack-keeper\n":
                found.append(pid)
    return found


class Round:
    """Programs that are started, of which some are killed, and what becomes of the others."""

    def __init__(self, net: Network, seed: int, host_servers: dict[int, Mortal]) -> None:
        self.net = net
        self.random = random.Random(seed)
        self.killed: set[int] = set()
        self.servers: list[Mortal] = []
        self.talkers: list[Mortal] = []
        self.host_servers = host_servers
        self.witness: Witness | None = None
        net.settings["TAPSTACK_ENGINE"] = self.random.choice(["inside", "keeper"])
        net.family = self.random.choice([4, 6])

    def start(self, *words, on_stack: bool, server: Mortal | None = None) -> Mortal:
        side = self.net.stack if on_stack else self.net.host
        wrapped = ["sh", "-c", '"$@"; exit $?', "sh"] if self.random.random() < 0.2 else []
        program = side.start([*wrapped, *mortal(*words)], env=environment(self.net.family))
        return Mortal(program, on_stack, server)

    def start_all(self) -> None:
        """Any of them may be the first on the stack: who talks waits until somebody listens."""
        kinds = self.random.choice([["serve"], ["gather"], ["serve", "gather"]])
        starts = [lambda port=7000 + n, kind=kind: self.start_server(kind, port) for n, kind in enumerate(kinds)]
        host_server = self.host_servers[self.net.family]
        starts += [lambda: self.start_talker(host_server, self.net.host_addr, HOST_PORT)]
        self.random.shuffle(starts)
        for start in starts:
            start()
            time.sleep(self.random.choice([0, 0, 0.02, 0.05]))
        for _ in range(self.random.randint(2, 3)):
            server = self.random.choice(self.servers)
            port = server.program.args[-1]
            if self.random.random() < 0.6:
                address = self.random.choice([self.net.loopback, self.net.stack_addr])
                self.start_talker(server, address, port)
            else:
                self.start_talker(server, self.net.stack_addr, port, on_stack=False)

    def start_server(self, kind: str, port: int) -> None:
        self.servers.append(self.start(kind, port, on_stack=True))

    def start_talker(self, server: Mortal, address: str, port: int, on_stack: bool = True) -> None:
        words = (self.random.choice(TALKERS), address, port, TALK_MS, self.random.randrange(1 << 30))
        self.talkers.append(self.start(*words, on_stack=on_stack, server=server))

    def kill_some(self) -> None:
        for _ in range(self.random.choice([1, 1, 2])):
            time.sleep(self.random.uniform(0, TALK_MS / 1000))
            family = self.random.choice(self.servers + self.talkers)
            victims = family.processes()
            if victims:
                victim = self.random.choice(victims)
                family.has_lost_one = True
                self.killed.add(victim)
                kill(victim)

    def partner_of(self, talker: Mortal) -> int | None:
        """The process that echoes to it, if it came that far."""
        said = talker.lines("talks")
        found = [pid for pid, peer in talker.server.lines("echoes") if said and peer == said[0][1]]
        return int(found[-1]) if found else None

    def may_lose(self, talker: Mortal) -> bool:
        """Its partner was killed; or it had nothing yet to lose, and somebody on the way there was."""
        if self.partner_of(talker) in self.killed:
            return True
        has_bytes = any(int(line[1]) > 0 for line in talker.lines("lost"))
        return not has_bytes and (talker.has_lost_one or talker.server.has_lost_one)

    def is_dead(self, talker: Mortal) -> bool:
        said = talker.lines("talks")
        return int(said[0][0]) in self.killed if said else talker.has_lost_one

    def check_talker(self, talker: Mortal) -> None:
        if self.is_dead(talker):
            return
        if not talker.on_stack and self.may_lose(talker):
            return  # whose stack has gone with its only program hears nothing any more
        wait_until(talker.has_reported, END_S, f"the end of {talker.program.args}")
        assert not talker.lines("wrong"), talker.program.stdout_now()
        if talker.lines("lost"):
            assert self.may_lose(talker), f"{talker.program.args}: {talker.program.stdout_now()}"

    def end(self) -> None:
        """Ends what is still there and sees that nothing stays."""
        for one in self.servers + self.talkers:
            one.kill()
        if self.witness is not None:
            self.witness.check()
            self.witness.server.kill()
        host = {self.net.namespace.pid, *(pid for one in self.host_servers.values() for pid in one.processes())}
        wait_until(lambda: not set(self.net.namespace.processes()) - host, END_S, "the end of the keeper")
        assert "ts0" not in self.net.host_ip("link", "show")

    def report(self) -> str:
        """All that was said, for a failure."""
        lines = [f"IPv{self.net.family}, killed {sorted(self.killed)}"]
        for one in [*self.servers, *self.talkers]:
            said = one.program.stdout_now() + one.program.stderr_now()
            lines.append(f"{one.program.pid} {one.program.args[1:]}: {said.decode()}")
        return "\n".join(lines)

    def kill_keeper(self) -> None:
        """Whoever is on the stack hears of it at once; nobody is told wrong bytes, and all talkers end.

        A keeper may die before it is in charge, and servers that start later have another one.
        """
        if is_settled := self.random.random() < 0.7:
            wait_until(lambda: all(one.lines("listens") for one in self.servers), what="the servers")
            start_keeper(self.net)
        (keeper,) = wait_until(lambda: keepers(self.net), what="a keeper")
        time.sleep(self.random.uniform(0, TALK_MS / 1000))
        os.kill(keeper, signal.SIGKILL)
        for one in self.servers if is_settled else []:
            wait_until(lambda one=one: not one.processes(), 2, f"the end of {one.program.args}")
        for one in self.talkers:
            if one.on_stack:
                wait_until(lambda one=one: not one.processes(), END_S, f"the end of {one.program.args}")
            assert not one.lines("wrong"), one.program.stdout_now()


def run_rounds(net: Network, count: int, course) -> None:
    first = int(os.environ.get("TAPSTACK_DEATH_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"TAPSTACK_DEATH_SEED={first}")
    host_servers = {
        family: Mortal(net.host.start(mortal("serve", HOST_PORT), env=environment(family)), on_stack=False)
        for family in (4, 6)
    }
    for seed in range(first, first + count):
        one = Round(net, seed, host_servers)
        try:
            course(one)
        except AssertionError as error:
            raise AssertionError(f"TAPSTACK_DEATH_SEED={seed}: {error}\n{one.report()}") from error


def some_die(one: Round) -> None:
    if one.random.random() < 0.3:
        one.witness = Witness(one.start("gather", 7009, on_stack=True), one.net)
    one.start_all()
    one.kill_some()
    for talker in one.talkers:
        one.check_talker(talker)
    one.end()


def the_keeper_dies(one: Round) -> None:
    one.start_all()
    one.kill_keeper()
    one.end()


@pytest.mark.engines("inside")  # a round chooses
@pytest.mark.no_capture
@pytest.mark.parametrize("rounds", [20, pytest.param(500, marks=pytest.mark.nightly)])
def test_sudden_death_harms_nobody_else(net, rounds):
    run_rounds(net, rounds, some_die)


@pytest.mark.engines("inside")
@pytest.mark.no_capture
@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.nightly)])
def test_death_of_the_keeper_is_heard_by_all_at_once(net, rounds):
    run_rounds(net, rounds, the_keeper_dies)
