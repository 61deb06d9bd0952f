"""Plain connections."""

from ..row import Row, brings, data

NETCATS = {
    "nc (traditional)": (["nc.traditional", "-nv", "-l", "-p", "6543"], ["nc.traditional", "-q1", "{server}", "6543"]),
    "nc (OpenBSD)": (["nc.openbsd", "-{4|6}", "-nv", "-l", "6543"], ["nc.openbsd", "-N", "{server}", "6543"]),
    "ncat": (["ncat", "-v", "-l", "6543"], ["ncat", "--send-only", "{server}", "6543"]),
}  # fmt: skip


INETD = "inetd becomes the user of each service"


def netcat_rows() -> list[Row]:
    rows = []
    for tool, (server, client) in NETCATS.items():
        receive = ["sh", "-c", " ".join(server) + " > {dir}/got"]
        rows.append(
            Row(tool, "a file to a listener", client, receive, ready="[Ll]istening", stdin="data",
                want=brings("got"), server_ends=True, needs=(server[0],),
                four_only="it knows only IPv4" if tool == "nc (traditional)" else "")
        )  # fmt: skip
    return rows


ROWS = [
    *netcat_rows(),
    Row("nc (OpenBSD)", "a datagram and its answer", ["sh", "-c",
        "(echo hello; sleep 0.5) | nc.openbsd -u -W1 {server} 6543"],
        "socat -d -d UDP{4|6}-LISTEN:6543,fork EXEC:cat", ready="listening", want="^hello$",
        needs=("nc.openbsd",)),
    Row("ncat", "--exec serves a file", "ncat --recv-only {server} 6543",
        ["ncat", "-l", "-k", "6543", "--exec", "/bin/cat {dir}/data"], port=6543, want=data),
    Row("ncat", "TLS", "ncat --ssl --recv-only {server} 6543",
        ["ncat", "--ssl", "-l", "-k", "6543", "--sh-exec", "cat {dir}/data"], port=6543, want=data),
    Row("socat", "a child for each connection", "socat -u TCP:{[server]}:6543 -",
        ["socat", "TCP{4|6}-LISTEN:6543,fork,reuseaddr", "EXEC:cat {dir}/data"], port=6543, want=data, core=(4, 6)),
    Row("socat", "datagrams there and back", ["sh", "-c", "echo hello | socat -t1 - UDP:{[server]}:6543"],
        "socat -d -d UDP{4|6}-RECVFROM:6543,fork EXEC:cat", ready="receiving on|starting data|N ", want="^hello$"),
    Row("bash", "/dev/tcp there and back",
        ["bash", "-c", "exec 3<>/dev/tcp/{server}/6543; cat {dir}/data >&3 & head -c 300000 <&3"],
        "socat TCP{4|6}-LISTEN:6543,fork,reuseaddr EXEC:cat", port=6543, want=data),
    Row("bash", "/dev/udp", ["bash", "-c", "exec 3<>/dev/udp/{server}/6543; echo hello >&3; head -1 <&3"],
        "socat -d -d UDP{4|6}-RECVFROM:6543,fork EXEC:cat", ready="receiving on|N ", want="^hello$"),
    Row("inetd", "cat for each connection", "ncat --recv-only {server} 6543",
        "inetd -d -i {dir}/inetd.conf", port=6543, want=data,
        files={"inetd.conf": "6543 stream tcp{|6} nowait root /bin/cat cat {dir}/data\n"}, root=INETD),
    Row("telnet", "a session with a server of inetd", ["sh", "-c",
        "(sleep 0.3; echo hello; sleep 0.3) | telnet {server} 6543"],
        "inetd -d -i {dir}/inetd.conf", port=6543, want="^you said hello", needs=("telnet",),
        files={"inetd.conf": "6543 stream tcp{|6} nowait root /bin/sh sh {dir}/session\n",
               "session": "read word; echo you said $word\n"}, root=INETD),
    Row("busybox (dynamic)", "nc to its own nc", ["sh", "-c", "busybox nc {server} 6543 < /dev/null"],
        "busybox nc -ll -p 6543 -e cat {dir}/data", port=6543, want=data),
    Row("busybox (dynamic)", "wget from its own httpd", "busybox wget -q -O - http://{[server]}:8000/data",
        "busybox httpd -f -p 8000 -h {dir}", port=8000, want=data),
]  # fmt: skip
