"""Packets."""

from ..row import Row
from .paths import RAW

ECHO = ["socat", "TCP{4|6}-LISTEN:6543,fork,reuseaddr", "EXEC:cat"]
EXCHANGE = "exec 3<>/dev/tcp/{server}/6543; echo hello >&3; head -1 <&3 >/dev/null; exec 3>&-; "
# The device is there as long as somebody has a socket: the first line keeps one.
INSIDE = "exec 4<>/dev/udp/{server}/9; "
LO = {"both": "what goes to an own address does not pass ts0, on the kernel neither"}

ROWS = [
    Row("tcpdump", "sees a connection", ["bash", "-c",
        INSIDE + "tcpdump -c4 -nni ts0 tcp port 6543 2>{dir}/got.err & p=$!; "
        "until grep -q listening {dir}/got.err; do sleep 0.05; done; " + EXCHANGE + "wait $p"], ECHO, port=6543,
        want=r"Flags \[S\](.|\n)*Flags \[S\.\]", without=LO, root=RAW, needs=("tcpdump",)),
    Row("tcpdump", "writes a file that it reads", ["bash", "-c",
        INSIDE + "tcpdump -U -c4 -nni ts0 -w {dir}/got.pcap tcp port 6543 2>{dir}/got.err & p=$!; "
        "until grep -q listening {dir}/got.err; do sleep 0.05; done; " + EXCHANGE + "wait $p; tcpdump -nnr {dir}/got.pcap"],
        ECHO, port=6543,
        want=r"Flags \[S\](.|\n)*Flags \[S\.\]", without=LO, root=RAW, needs=("tcpdump",)),
    Row("tshark", "sees a connection", ["bash", "-c",
        INSIDE + "tshark -c4 -ni ts0 -f 'tcp port 6543' 2>{dir}/got.err & p=$!; "
        "until grep -q Capturing {dir}/got.err; do sleep 0.1; done; sleep 0.5; " + EXCHANGE + "wait $p"], ECHO,
        port=6543,
        want=r"\[SYN\](.|\n)*\[SYN, ACK\]", without=LO, root=RAW, needs=("tshark",)),
    Row("arping", "asks a neighbour", ["bash", "-c", INSIDE + "arping -c2 -I ts0 {server}"],
        want=r"Received 2 response", without=LO, root=RAW,
        needs=("arping",), four_only="IPv6 has no ARP"),
    Row("nmap", "half-open connections (-sS)", "nmap {|-6} -n -Pn -sS -p6500-6599 {server}", ECHO, port=6543,
        want="6543/tcp open",
        captured=False, root=RAW),
]  # fmt: skip
