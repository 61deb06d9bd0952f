"""Paths and hosts."""

from ..row import Row

ONE_HOP = r"^ 1 .*{server}"

OWN = "it listens at ts0, where nothing passes of what goes to an own address, on the kernel too"
NO_STAMPS = "the stack answers no ICMP Timestamp, which would tell its clock to anybody (RFC 1122 3.2.2.8: MAY)"
HPING3 = {"four_only": "it knows only IPv4"}

ROWS = [
    Row("ping", "three echoes", "ping -c3 -i0.1 {server}", want="3 received, 0% packet loss", core=(4, 6)),
    Row("ping", "records routes", "ping -c1 -R {server}", want="RR:\\s+{client}", four_only="no option of IPv6 records routes"),
    Row("fping", "three echoes", "fping -{4|6} -c3 -p50 {server}", want="xmt/rcv/%loss = 3/3/0%"),
    Row("fping", "a range", "fping -a -g -r0 -t200 10.10.10.1 10.10.10.5", want="^{server}", status=1,
        four_only="a network of IPv6 has too many addresses for a range"),
    Row("traceroute", "by UDP", "traceroute -{4|6} -n -q1 -N1 {server}", want=ONE_HOP, captured=False),
    Row("traceroute", "by ICMP", "traceroute -{4|6} -n -I {server}", want=ONE_HOP, captured=False),
    Row("traceroute", "by TCP", "traceroute -{4|6} -n -T {server}", want=ONE_HOP, captured=False),
    Row("tracepath", "finds the MTU", "tracepath -{4|6} -n {server}", want=r"pmtu \d+ hops 1", captured=False),
    Row("mtr", "by ICMP", "mtr -{4|6} -n -r -c2 {server}", want=r"{server} +0.0%"),
    Row("mtr", "by UDP", "mtr -{4|6} -n -u -r -c2 {server}", want=r"{server} +0.0%", captured=False),
    Row("mtr", "by TCP", "mtr -{4|6} -n -T -P 6543 -r -c2 {server}",
        "socat TCP{4|6}-LISTEN:6543,fork EXEC:cat", port=6543, want=r"{server} +0.0%", captured=False),
    Row("rltraceroute6", "by UDP", "rltraceroute6 -n {server}", want=ONE_HOP, captured=False,
        six_only="it knows only IPv6"),
    Row("tcptraceroute6", "by TCP", "tcptraceroute6 -n {server}", want=ONE_HOP, captured=False,
        six_only="it knows only IPv6"),
    Row("clockdiff", "by ICMP", "clockdiff {neighbour}", want="^[0-9]+ -?[0-9]+ -?[0-9]+",
        four_only="it knows only IPv4", root="it raises its own priority", differs={"server": NO_STAMPS}),
    Row("nmap", "connects to ports (-sT)", "nmap {|-6} -n -Pn -sT -p6500-6599 {server}",
        "socat TCP{4|6}-LISTEN:6543,fork EXEC:cat", port=6543, want="6543/tcp open", captured=False),
    Row("hping3", "SYN to a port", "hping3 -n -c 2 -i u100000 -S -p 6543 {server}",
        "socat TCP{4|6}-LISTEN:6543,fork EXEC:cat", port=6543, want="flags=SA(\n|.)*2 packets received", captured=False,
        without={"both": OWN, "user": OWN}, **HPING3),
    Row("hping3", "ICMP", "hping3 -n -c 2 -i u100000 -1 {neighbour}", want="icmp_seq=1(\n|.)*2 packets received",
        **HPING3),
    Row("hping3", "UDP to a closed port", "hping3 -n -c 2 -i u100000 -2 -p 6544 {neighbour}", want="Port Unreachable",
        captured=False, **HPING3),
]  # fmt: skip
