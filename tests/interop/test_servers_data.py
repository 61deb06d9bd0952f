"""redis and postgresql: processes forked to save and to serve, replication, and what is left."""

import os
import pathlib

import pytest

from tapstack_interop import wait_until
from tapstack_interop.postgres import Postgres, programs


def is_gone(net) -> bool:
    return not net.leftovers() and "ts0" not in net.host_ip("link", "show")


class Redis:
    """A server on `side`, which has `address`, with files of its own."""

    def __init__(self, net, side, address: str, port: int, *options: str) -> None:
        self._cli = ["redis-cli", "-h", address, "-p", str(port)]
        self.dump: pathlib.Path = net.folder / f"{port}.rdb"
        self.program = side.start(
            ["redis-server", "--port", str(port), "--bind", "0.0.0.0", "::", "--protected-mode", "no",
             "--dir", net.folder, "--dbfilename", self.dump.name, "--save", "", "--repl-diskless-sync-delay", "0",
             *options]
        )  # fmt: skip
        wait_until(lambda: b"Ready to accept" in self.program.stdout_now(), what="redis")

    def ask(self, side, *words: str, stdin=None) -> str:
        """What a client on `side` is answered."""
        return side.run([*self._cli, *words], stdin=stdin).check().text.strip()


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
@pytest.mark.needs("redis-server", "redis-cli")
def test_redis_saves_in_a_child_while_it_serves(net):
    redis = Redis(net, net.stack, net.stack_addr, 6379)
    net.host_connect(6379).close()
    commands = "".join(f"SET key{n} {'v' * 100}{n}\r\n" for n in range(5000)).encode()
    assert "errors: 0, replies: 5000" in redis.ask(net.host, "--pipe", stdin=commands)
    assert redis.ask(net.host, "bgsave") == "Background saving started"
    for n in range(20):
        assert redis.ask(net.host, "get", f"key{n}") == "v" * 100 + str(n)
    wait_until(lambda: b"DB saved on disk" in redis.program.stdout_now(), what="the save")
    assert redis.dump.stat().st_size > 100_000
    redis.program.stop().check()
    wait_until(lambda: is_gone(net), what="the end of all")


@pytest.mark.nightly
@pytest.mark.needs("redis-server", "redis-cli")
@pytest.mark.families(4, 6)
def test_redis_replicates_to_the_host_and_over_loopback(net):
    """A child of the first server sends its data to each replica, then the server goes on with it."""
    first = Redis(net, net.stack, net.stack_addr, 6379)
    net.host_connect(6379).close()
    commands = "".join(f"SET key{n} {'v' * 1000}{n}\r\n" for n in range(5000)).encode()
    first.ask(net.host, "--pipe", stdin=commands)
    on_host = Redis(net, net.host, net.host_addr, 6380, "--replicaof", net.stack_addr, "6379")
    on_stack = Redis(net, net.stack, net.stack_addr, 6381, "--replicaof", net.stack_addr, "6379")
    for replica in (on_host, on_stack):
        wait_until(lambda: replica.ask(net.host, "dbsize") == "5000", what="the data")
    first.ask(net.host, "set", "last", "word")
    for replica in (on_host, on_stack):
        wait_until(lambda: replica.ask(net.host, "get", "last") == "word", what="what came later")
        assert replica.ask(net.host, "get", "key4999") == "v" * 1000 + "4999"
    on_stack.program.stop().check()
    first.program.stop().check()
    wait_until(lambda: not net.host_ip("link", "show", "type", "tun"), what="the end of the stack")


@pytest.fixture
def postgres_folder(tmp_path):
    """The test's folder, open to the user postgres: pytest makes its folders with mode 700."""
    if os.getuid() != 0:
        pytest.skip("becomes the user postgres: needs root")
    if programs() is None:
        pytest.skip("postgresql is not installed (scripts/setup test)")
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o755)
    return tmp_path


def psql(net, side, address: str):
    """A function that runs a statement and gives its output."""
    command = ["psql", "-h", address, "-U", "postgres", "-d", "postgres", "-At", "-f", "-"]
    return lambda statement: side.run(command, stdin=statement.encode()).check().text


MANY_ROWS = "select n, md5(n::text) from generate_series(1, 20000) n;"


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("inside")
@pytest.mark.needs("psql")
def test_psql_on_the_stack_and_on_the_host_see_the_same(net, postgres_folder):
    server = Postgres(postgres_folder, net.host)
    server.start()
    on_stack, on_host = psql(net, net.stack, net.host_addr), psql(net, net.host, net.loopback)
    assert on_stack("select inet_client_addr();") == f"{net.stack_addr}\n"
    assert on_stack(MANY_ROWS) == on_host(MANY_ROWS)
    server.stop()


@pytest.mark.nightly
@pytest.mark.needs("psql")
@pytest.mark.families(4, 6)
def test_a_postgres_on_the_stack_serves_twice_in_a_row_and_leaves_nothing(net, postgres_folder):
    """A process for each session; ten at once, and a table that goes in and out."""
    server = Postgres(postgres_folder, net.stack)
    for n in range(2):
        server.start()
        net.host_connect(5432).close()
        ask = psql(net, net.host, net.stack_addr)
        assert ask("select inet_server_addr();") == f"{net.stack_addr}\n"
        rows = "".join(f"{k}\t{'x' * 500}{k}\n" for k in range(4000))
        ask(f"create table t{n} (k int, v text); copy t{n} from stdin;\n{rows}\\.\n")
        assert ask(f"copy t{n} to stdout;") == rows
        bench = [programs() / "pgbench", "-h", net.stack_addr, "-U", "postgres", "-n", "-c", "10", "-t", "100"]
        script = net.folder / "select.sql"
        script.write_text(f"select v from t{n} where k = 77;\n")
        done = net.host.run([*bench, "-f", script, "postgres"], timeout=60).check()
        assert "1000/1000" in done.text, done.report()
        server.stop()
        wait_until(lambda: is_gone(net), what="the end of all")
