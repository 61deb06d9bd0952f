"""Runs one exchange where it is started: what `tapstack run` is given for the place "user".

usage: driver.py FILE: JSON with server, address, port, ready, client, stdin, env and pid_file; the client's output goes to
FILE.out and FILE.err, the server's to FILE.server, the name of the network namespace to FILE.net; the client's exit
status is printed.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time


def listens(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        return probe.connect_ex((address, port)) == 0


def await_server(row: dict, server: subprocess.Popen, log: pathlib.Path) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if row["ready"] and re.search(row["ready"], log.read_text(errors="replace")):
            return
        if not row["ready"] and (not row["port"] or listens(row["address"], row["port"])):
            return
        if server.poll() not in (None, 0):
            break
        time.sleep(0.05)
    sys.exit(f"the server is not ready: {log.read_text(errors='replace')}")


def daemon(pid_file: str) -> int:
    path = pathlib.Path(pid_file)
    words = path.read_text().strip("\0\n ").split() if path.exists() else []
    return int(words[0]) if words else 0


def end(row: dict, server: subprocess.Popen) -> None:
    if row["pid_file"] and (pid := daemon(row["pid_file"])):
        os.kill(pid, signal.SIGTERM)
        while pathlib.Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        pathlib.Path(row["pid_file"]).unlink(missing_ok=True)
    elif server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
    server.wait(15)


def exchange(row: dict, name: str) -> int:
    log = pathlib.Path(f"{name}.server")
    server = None
    if row["server"]:
        with open(log, "wb") as out:
            server = subprocess.Popen(row["server"], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        await_server(row, server, log)
    given = open(row["stdin"], "rb") if row["stdin"] else subprocess.DEVNULL
    with open(f"{name}.out", "wb") as out, open(f"{name}.err", "wb") as err:
        done = subprocess.run(row["client"], stdin=given, stdout=out, stderr=err, env={**os.environ, **row["env"]}, check=False)
    if server is not None:
        end(row, server)
    return done.returncode


if __name__ == "__main__":
    pathlib.Path(f"{sys.argv[1]}.net").write_text(os.readlink("/proc/self/ns/net"))  # all that it starts is there
    with open(sys.argv[1], encoding="utf-8") as file:
        ROW = json.load(file)
    print(exchange(ROW, sys.argv[1]))
