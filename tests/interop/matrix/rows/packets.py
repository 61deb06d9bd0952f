"""Packets."""

from ..row import Row

# It says that it listens: who would ask by a connection would be seen by the tools.
ECHO = ["socat", "-d", "-d", "TCP{4|6}-LISTEN:6543,fork,reuseaddr", "EXEC:cat"]
LISTENS = "listening on"
EXCHANGE = "exec 3<>/dev/tcp/{server}/6543; echo hello >&3; head -1 <&3 >/dev/null; exec 3>&-; "
# The device is there as long as somebody has a socket: the first line keeps one.
INSIDE = "exec 4<>/dev/udp/{server}/9; "
LO = {place: "what goes to an own address does not pass ts0, on the kernel neither" for place in ("both", "user")}

ROWS = [
    Row("tcpdump", "sees a connection", ["bash", "-c",
        INSIDE + "tcpdump -c4 -nni ts0 tcp port 6543 2>{dir}/got.err & p=$!; "
        "until grep -q listening {dir}/got.err; do sleep 0.05; done; " + EXCHANGE + "wait $p"], ECHO, ready=LISTENS,
        want=r"Flags \[S\](.|\n)*Flags \[S\.\]", without=LO, needs=("tcpdump",)),
    Row("tcpdump", "writes a file that it reads", ["bash", "-c",
        INSIDE + "tcpdump -U -c4 -nni ts0 -w {dir}/got.pcap tcp port 6543 2>{dir}/got.err & p=$!; "
        "until grep -q listening {dir}/got.err; do sleep 0.05; done; " + EXCHANGE + "wait $p; tcpdump -nnr {dir}/got.pcap"],
        ECHO, ready=LISTENS,
        want=r"Flags \[S\](.|\n)*Flags \[S\.\]", without=LO, needs=("tcpdump",)),
    Row("tshark", "sees a connection", ["bash", "-c",
        INSIDE + "tshark -c4 -ni ts0 -f 'tcp port 6543' 2>{dir}/got.err & p=$!; "
        "until grep -q Capturing {dir}/got.err; do sleep 0.1; done; sleep 0.5; " + EXCHANGE + "wait $p"], ECHO,
        ready=LISTENS,
        want=r"\[SYN\](.|\n)*\[SYN, ACK\]", without=LO, needs=("tshark",)),
    Row("tcpdump", "sees echoes", ["bash", "-c",
        INSIDE + "tcpdump -c2 -nni ts0 '{icmp|ip6[6]==58&&ip6[40]>>1==64}' 2>{dir}/got.err & p=$!; "
        "until grep -q listening {dir}/got.err; do sleep 0.05; done; ping -c1 {neighbour} >/dev/null; wait $p"],
        want=r"echo request(.|\n)*echo reply", needs=("tcpdump", "ping")),
    Row("arping", "asks a neighbour", ["bash", "-c", INSIDE + "arping -c2 -I ts0 {neighbour}"],
        want=r"Received 2 response",
        needs=("arping",), four_only="IPv6 has no ARP"),
    Row("ndisc6", "asks a neighbour", ["bash", "-c", INSIDE + "ndisc6 -1 {neighbour} ts0"],
        want="Target link-layer address: ([0-9A-F]{2}:){5}", six_only="it is IPv6's own", needs=("ndisc6",)),
    Row("nmap", "half-open connections (-sS)", "nmap --privileged {|-6} -n -Pn -sS -p6500-6599 {server}", ECHO, ready=LISTENS,
        want="6543/tcp open",
        captured=False),
]  # fmt: skip
