"""The web."""

from ..row import Row, brings, data

PYTHON = "/usr/bin/python3"
PYTHON_SERVER = [PYTHON, "-m", "http.server", "-b", "{0.0.0.0|::}", "-d", "{dir}", "8000"]

# Each server serves the folder at port 8000 and is asked by `ask`; what comes is compared.
GET = ["curl", "-sSf", "http://{[server]}:8000/data"]
HUNDRED = ("curl -sSf -Z --parallel-max 100 -o '{dir}/got#1' 'http://{[server]}:8000/data?[1-100]' &&"
           "for n in $(seq 100); do cmp {dir}/data {dir}/got$n || exit 1; done; echo all equal")  # fmt: skip
# A certificate, then a server of TLS with it.
CERTIFICATE = ("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=server -addext subjectAltName=IP:{server} "
               "-keyout {dir}/key.pem -out {dir}/cert.pem 2>/dev/null; cat {dir}/key.pem {dir}/cert.pem > {dir}/both.pem; ")  # fmt: skip
OPENSSL = ["sh", "-c",
CERTIFICATE + "cd {dir} && exec openssl s_server -{4|6} -accept 8443 -cert cert.pem -key key.pem -WWW -quiet"]

ECHO = """
import http.server
class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200); self.send_header('Content-Length', len(body)); self.end_headers()
        self.wfile.write(body)
class Server(http.server.ThreadingHTTPServer): address_family = http.server.socketserver.socket.AF_INET{|6}
Server(('', 8000), Echo).serve_forever()
"""

NGINX = """
user root; worker_processes 2; daemon on; pid {dir}/nginx.pid; error_log {dir}/nginx.log;
events { worker_connections 1024; }
http {
    access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
    uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
    server { listen 8000; listen [::]:8000; root {dir}; location /generation { return 200 "first\\n"; } }
}
"""
RELOAD = ("until curl -sf http://{[server]}:8000/generation | grep -q first; do sleep 0.05; done; "
          "sed -i s/first/second/ {dir}/CONF; kill -SIGNAL $(cat {dir}/PID); "
          "until curl -sf http://{[server]}:8000/generation | grep second; do sleep 0.05; done; "
          "sed -i s/second/first/ {dir}/CONF; curl -sSf -o {dir}/got http://{[server]}:8000/data")  # fmt: skip
UPGRADE = ("old=$(cat {dir}/nginx.pid); kill -USR2 $old; until [ -s {dir}/nginx.pid.oldbin ] && [ -s {dir}/nginx.pid ]; do sleep 0.05; done; "
           "kill -QUIT $old; while [ -e /proc/$old ]; do sleep 0.05; done; curl -sSf -o {dir}/got http://{[server]}:8000/data")  # fmt: skip

APACHE = """
ServerRoot {dir}
PidFile {dir}/apache.pid
ErrorLog {dir}/apache.log
ServerName server
Listen 8000
LoadModule mpm_MPM_module /usr/lib/apache2/modules/mod_mpm_MPM.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
DocumentRoot {dir}
User nobody
Group nogroup
Redirect "/generation" "http://first/"
"""
APACHE_RELOAD = ("curl -s http://{[server]}:8000/generation | grep -q first || exit 1; sed -i s/first/second/ {dir}/apache.conf; "
                 "kill -USR1 $(cat {dir}/apache.pid); until curl -s http://{[server]}:8000/generation | grep second; do sleep 0.05; done; "
                 "sed -i s/second/first/ {dir}/apache.conf; curl -sSf -o {dir}/got http://{[server]}:8000/data")  # fmt: skip

LIGHTTPD = """
server.document-root = "{dir}"
server.bind = "{0.0.0.0|[::]}"
server.port = 8000
server.pid-file = "{dir}/lighttpd.pid"
server.errorlog = "{dir}/lighttpd.log"
"""

HAPROXY = """
global
    user root
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend front
    bind :::8000 v4v6
    http-request return status 200 content-type text/plain string "first" if { path /generation }
    default_backend back
backend back
    server one {[client]}:8001
"""
# A master that executes itself anew may miss the signal, on the kernel as well: it is told again each second.
HAPROXY_RELOAD = ("sed -i s/first/second/ {dir}/haproxy.cfg; n=0; "
                  "until curl -sf http://{[server]}:8000/generation | grep second; do "
                  "[ $((n % 20)) -gt 0 ] || kill -USR2 $(cat {dir}/haproxy.pid); n=$((n + 1)); sleep 0.05; done; "
                  "sed -i s/second/first/ {dir}/haproxy.cfg; curl -sSf -o {dir}/got http://{[server]}:8000/data")  # fmt: skip


def apache(mpm: str) -> list[Row]:
    """The server with one of its ways to divide the work, in the foreground and as a daemon that is reloaded."""
    files = {"apache.conf": APACHE.replace("MPM", mpm)}
    command = ["apache2", "-d", "{dir}", "-f", "{dir}/apache.conf", "-k", "start"]
    return [
        Row(f"apache ({mpm})", "a hundred at once", ["sh", "-c", HUNDRED], [*command, "-DFOREGROUND"],
            port=8000, files=files, want="all equal", needs=("curl",), captured=False),
        Row(f"apache ({mpm})", "a daemon, reloaded", ["sh", "-c", APACHE_RELOAD], command, port=8000,
            pid_file="apache.pid",
            files=files, want=brings("got"), needs=("curl",)),
    ]  # fmt: skip


def benchmark(tool: str, client: list[str] | str, want: str) -> Row:
    server = ["lighttpd", "-D", "-f", "{dir}/lighttpd.conf"]
    return Row(tool, "many requests", client, server, port=8000, files={"lighttpd.conf": LIGHTTPD}, want=want,
               captured=False)


ROWS = [
    Row("curl", "HTTP", GET, PYTHON_SERVER, port=8000, want=data),
    Row("curl", "a hundred at once", ["sh", "-c", HUNDRED], "lighttpd -D -f {dir}/lighttpd.conf", port=8000,
        files={"lighttpd.conf": LIGHTTPD}, want="all equal", needs=("curl",), captured=False),
    Row("curl", "HTTPS", "curl -sSf --cacert {dir}/cert.pem https://{[server]}:8443/data", OPENSSL, port=8443,
        want=data, needs=("openssl",)),
    Row("curl", "posts and gets back", "curl -sSf --data-binary @{dir}/data http://{[server]}:8000/",
        [PYTHON, "{dir}/echo.py"], port=8000, want=data, files={"echo.py": ECHO}),
    Row("wget", "HTTP", "wget -q -O - http://{[server]}:8000/data", PYTHON_SERVER, port=8000, want=data),
    Row("wget", "a tree", "wget -q -r -nH -P {dir}/got.d http://{[server]}:8000/one/", PYTHON_SERVER,
        port=8000, want=brings("got.d/one/two/data"), before=lambda place: place.copy_data("one/two/data")),
    Row("lftp", "HTTP", ["lftp", "-c", "get http://{[server]}:8000/data -o {dir}/got"], PYTHON_SERVER, port=8000,
        want=brings("got")),
    Row("lighttpd", "a file", GET, "lighttpd -D -f {dir}/lighttpd.conf", port=8000, want=data,
        files={"lighttpd.conf": LIGHTTPD}, core=(4,)),
    Row("lighttpd", "a daemon, restarted gracefully",
        ["sh", "-c", "kill -USR1 $(cat {dir}/lighttpd.pid); sleep 0.3; curl -sSf --retry 5 --retry-connrefused http://{[server]}:8000/data"],
        "lighttpd -f {dir}/lighttpd.conf", port=8000, want=data, pid_file="lighttpd.pid",
        files={"lighttpd.conf": LIGHTTPD}, needs=("curl",)),
    Row("nginx", "workers, a hundred at once", ["sh", "-c", HUNDRED], ["/usr/sbin/nginx", "-p", "{dir}", "-c",
        "{dir}/nginx.conf", "-g", "daemon off;"],
        port=8000, files={"nginx.conf": NGINX.replace("daemon on;", "")}, want="all equal", needs=("curl",),
        captured=False),
    Row("nginx", "a daemon, reloaded", ["sh", "-c", RELOAD.replace("CONF", "nginx.conf").replace("PID",
        "nginx.pid").replace("SIGNAL", "HUP")],
        "/usr/sbin/nginx -p {dir} -c {dir}/nginx.conf", port=8000, pid_file="nginx.pid", files={"nginx.conf": NGINX},
        want=brings("got"), needs=("curl",)),
    Row("nginx", "a daemon, replaced by a new binary", ["sh", "-c", UPGRADE],
        "/usr/sbin/nginx -p {dir} -c {dir}/nginx.conf", port=8000, pid_file="nginx.pid", files={"nginx.conf": NGINX},
        want=brings("got"), needs=("curl",)),
    *apache("prefork"),
    *apache("event"),
    Row("haproxy", "a daemon, reloaded", ["sh", "-c",
        "python3 -m http.server -b {0.0.0.0|::} -d {dir} 8001 >/dev/null 2>&1 & trap 'kill $!' EXIT; " + HAPROXY_RELOAD],
        "haproxy -f {dir}/haproxy.cfg -p {dir}/haproxy.pid -W -D", port=8000, pid_file="haproxy.pid",
        files={"haproxy.cfg": HAPROXY}, want=brings("got"), needs=("curl",)),
    benchmark("ab", "ab -q -n 300 -c 10 http://{[server]}:8000/data", "Failed requests: +0$"),
    benchmark("wrk", "wrk -t2 -c20 -d1s http://{[server]}:8000/data", "requests in 1"),
]  # fmt: skip
