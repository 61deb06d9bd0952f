"""Databases, caches and brokers."""

import shutil
import subprocess

from tapstack_interop.postgres import AS_POSTGRES, programs

from ..place import Place
from ..row import Row

# A few thousand keys go in by one connection and are asked for by others.
REDIS = ["redis-server", "--port", "6379", "--bind", "{0.0.0.0|::}", "--protected-mode", "no", "--dir", "{dir}", "--save",
""]
FILL = "for n in $(seq 3000); do echo SET key$n value$n; done | redis-cli -h {server} --pipe >/dev/null && "
REPLICA = ("redis-server --port 6380 --bind {0.0.0.0|::} --protected-mode no --dir {dir} --save '' --dbfilename replica.rdb --replicaof {server} 6379 >/dev/null & "
           "trap 'kill $!' EXIT; until [ \"$(redis-cli -h {127.0.0.1|::1} -p 6380 get key3000 2>/dev/null)\" = value3000 ]; do sleep 0.1; done; redis-cli -h {127.0.0.1|::1} -p 6380 dbsize")  # fmt: skip
BGSAVE = "redis-cli -h {server} bgsave; until redis-cli -h {server} info persistence | grep -q 'rdb_bgsave_in_progress:0'; do sleep 0.05; done; redis-cli -h {server} info persistence | grep last_bgsave_status; redis-cli -h {server} get key77"

MEMCACHED = """
import socket, sys
c = socket.create_connection((sys.argv[1], 11211))
text = open(sys.argv[2], 'rb').read()
c.sendall(b'set data 0 0 %d\\r\\n%s\\r\\nget data\\r\\n' % (len(text), text))
got = b''
while not got.endswith(b'END\\r\\n'): got += c.recv(65536)
print('equal' if got == b'STORED\\r\\nVALUE data 0 %d\\r\\n%s\\r\\nEND\\r\\n' % (len(text), text) else 'differs')
"""

SQL = "create table t (n int primary key, v text); insert into t values (1, 'one'), (2, 'two'); select v from t order by n; drop table t;"


def mariadb_data(place: Place) -> None:
    """The tables that a server of MariaDB wants to find."""
    done = subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={place.path('db')}", "--user=root",
         "--auth-root-authentication-method=normal", "--skip-test-db"], capture_output=True, text=True
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def postgres_data(place: Place) -> None:
    """The same of PostgreSQL, which insists on a user of its own."""
    folder = place.path("db")
    folder.mkdir(mode=0o700)
    shutil.chown(folder, "postgres", "postgres")
    place.path("as_postgres").write_text(AS_POSTGRES)
    initdb = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", programs() / "initdb", "--auth=trust",
              "--no-sync", "--username=postgres", "-D", folder]  # fmt: skip
    subprocess.run(initdb, cwd=place.folder, check=True, capture_output=True)
    with open(folder / "pg_hba.conf", "a", encoding="ascii") as rules:
        rules.write("host all all all trust\n")


def postgres() -> list[Row]:
    folder = programs()
    server = ["unshare", "--mount", "sh", "{dir}/as_postgres", f"{folder}/postgres", "-D", "{dir}/db", "-c",
    "listen_addresses=*",
              "-c", "unix_socket_directories={dir}/db", "-c", "fsync=off"]  # fmt: skip
    # The client is the user postgres too: a keeper is for one user.
    client = ["unshare", "--mount", "sh", "{dir}/as_postgres", "psql"]
    return [
        Row("postgresql", "psql makes and asks a table", [*client, "-h", "{server}", "-U", "postgres", "-d", "postgres",
            "-At", "-c", SQL],
            server, port=5432, want="^one\ntwo$", before=postgres_data, root="the server insists on a user of its own",
            needs=(f"{folder}/postgres", "psql")),
    ]  # fmt: skip


MOSQUITTO = "listener 1883 {0.0.0.0|::}\nallow_anonymous true\nuser root\n"
SUBSCRIBE = ("mosquitto_sub -h {server} -t topic -C 3 > {dir}/heard & until grep -q 'Received SUBSCRIBE' {dir}/log; do sleep 0.05; done; "
             "for n in 1 2 3; do mosquitto_pub -h {server} -t topic -q 1 -m message$n; done; wait; cat {dir}/heard; rm {dir}/log")  # fmt: skip

ROWS = [
    Row("redis", "commands and a save in a child", ["sh", "-c", FILL + BGSAVE], REDIS, port=6379,
        want="last_bgsave_status:ok(\n|.)*value77", needs=("redis-cli",)),
    Row("redis", "replication", ["sh", "-c", FILL + REPLICA], REDIS, port=6379, want="^3000$", needs=("redis-cli",)),
    Row("redis", "a daemon", "redis-cli -h {server} set key value",
        [*REDIS, "--daemonize", "yes", "--pidfile", "{dir}/redis.pid"], port=6379, pid_file="redis.pid", want="^OK$"),
    Row("memcached", "a large value there and back", "/usr/bin/python3 {dir}/client.py {server} {dir}/data",
        "memcached -u root -p 11211 -U 0", port=11211, want="^equal$", files={"client.py": MEMCACHED}),
    Row("memcached", "a daemon", "/usr/bin/python3 {dir}/client.py {server} {dir}/data",
        "memcached -u root -p 11211 -d -P {dir}/memcached.pid", port=11211, pid_file="memcached.pid",
        want="^equal$", files={"client.py": MEMCACHED}),
    *postgres(),
    Row("mariadb", "makes and asks a table", ["mariadb", "--no-defaults", "-h", "{server}", "-u", "root", "--skip-ssl",
        "-N", "-e", "create or replace database d; use d; " + SQL],
        "mariadbd --no-defaults --datadir={dir}/db --socket={dir}/mariadb.sock --user=root --bind-address={0.0.0.0|::} --skip-grant-tables --skip-name-resolve --pid-file={dir}/mariadb.pid",
        port=3306, want="^one\ntwo$", before=mariadb_data,
        needs=("mariadb-install-db",)),
    Row("mosquitto", "publish and subscribe", ["sh", "-c", SUBSCRIBE],
        ["sh", "-c", "exec mosquitto -v -c {dir}/mosquitto.conf > {dir}/log 2>&1"], port=1883,
        want="message1\nmessage2\nmessage3",
        files={"mosquitto.conf": MOSQUITTO}, needs=("mosquitto", "mosquitto_sub", "mosquitto_pub")),
]  # fmt: skip
