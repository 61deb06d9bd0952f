"""An nginx with a configuration of its own, as the daemon that it is."""

import os
import pathlib
import signal

from .network import Side
from .process import wait_until

CONFIGURATION = """
user root;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; multi_accept on; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 100000;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen 80 backlog=511{listen};
        listen [::]:80 backlog=511{listen};
        root {folder}/www;
        location /generation {{ return 200 "{generation}\\n"; }}
        location /upstream/ {{ proxy_pass http://{upstream}/; }}
    }}
}}
"""


class Nginx:
    """Two workers on port 80 of `side`, serving the files of `www`."""

    def __init__(self, folder: pathlib.Path, side: Side, *, upstream: str = "127.0.0.1:81", listen: str = "") -> None:
        self._folder = folder
        self._side = side
        self._upstream = upstream
        self._listen = listen
        self.www = folder / "www"
        self.www.mkdir(exist_ok=True)
        self.pid_file = folder / "nginx.pid"
        self.configure(1)

    def configure(self, generation: int) -> None:
        """Writes the configuration; /generation tells clients which one a worker has."""
        text = CONFIGURATION.format(
            folder=self._folder, generation=generation, upstream=self._upstream, listen=self._listen
        )
        (self._folder / "nginx.conf").write_text(text)

    def start(self) -> None:
        """Starts the daemon and waits until its parent has ended."""
        command = ["/usr/sbin/nginx", "-p", self._folder, "-c", self._folder / "nginx.conf"]
        self._side.run(command).check()
        wait_until(self.pid_file.exists, what="nginx")

    @property
    def pid(self) -> int:
        """The master."""
        return int(self.pid_file.read_text())

    def signal(self, number: int) -> None:
        """Tells the master something."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """Ends it at once."""
        self.signal(signal.SIGTERM)
        wait_until(lambda: not self.pid_file.exists(), what="the end of nginx")

    @property
    def errors(self) -> str:
        """What is in its log."""
        return (self._folder / "nginx-error.log").read_text()
