"""Interfaces, routes and sockets."""

from ..row import Row

OWN = {"server": "it looks at the side that it runs on, which is the kernel's there"}
ECHO = ["socat", "TCP{4|6}-LISTEN:6543,fork,reuseaddr", "EXEC:cat"]
PING = "ping -c1 {neighbour} > /dev/null; "
LINKS = "links are of no family"
CONNECTED = "exec 3<>/dev/tcp/{server}/6543; "  # of bash, which keeps it while the tool looks


def looks(tool: str, does: str, command: str, want: str, **more) -> Row:
    """A tool that looks while its parent has a connection."""
    return Row(tool, does, ["bash", "-c", CONNECTED + command], ECHO, port=6543, want=want, needs=(tool,),
               **{"without": OWN, **more})  # fmt: skip


ROWS = [
    looks("ip", "addresses", "ip -o -{4|6} address show dev ts0", "inet{|6} {client}/{24|64} "),
    looks("ip", "links", "ip -o link show", r"ts0(@if\d+)?: <.*UP.*mtu 1500", four_only=LINKS),
    looks("ip", "routes", "ip -{4|6} route show", r"{10\.10\.10\.0/24|fd10:10:10::/64} dev ts0 {.*src\s{client}|proto}"),
    looks("ip", "the way to a host", "ip route get {server}", "{server} .*src {client}"),
    looks("ip", "neighbours", PING + "ip neigh show", "{neighbour} dev ts0 lladdr ([0-9a-f]{2}:){5}"),
    looks("ip", "sets the MTU", "ip link set dev ts0 mtu 1400 && ip link show dev ts0; ip link set dev ts0 mtu 1500",
        "mtu 1400",
          root="it changes an interface", four_only=LINKS),
    looks("ip", "adds and removes a route",
        "ip route add {192.0.2.0/24|2001:db8:7::/48} via {10.10.10.1|fd10:10:10::1} && ip route get {192.0.2.7|2001:db8:7::7}; "
        "ip route del {192.0.2.0/24|2001:db8:7::/48}; ip -{4|6} route",
          "{192.0.2.7|2001:db8:7::7} .*via {10.10.10.1|fd10:10:10::1} (\n|.)*{10.10.10.0/24|fd10:10:10::/64}", root="it changes routes"),
    looks("ss", "connections", "ss -Htn", "ESTAB .*{[client]}:[0-9]+ +{[server]}:6543"),
    looks("ss", "listeners, with their programs",
        "nc.openbsd -{4|6} -lk 6544 & until ss -{4|6} -Htlnp | grep 6544.*nc.openbsd; do sleep 0.05; done; kill $!",
          'LISTEN .*:6544.*"nc.openbsd",pid='),
    looks("netstat", "connections", "netstat -tn", "{client}:[0-9]+ +{server}:6543 +ESTABLISHED"),
    looks("netstat", "interfaces", "netstat -i", "^ts0 +1500", four_only=LINKS),
    looks("ifconfig", "an interface", "ifconfig ts0", "inet{|6} {client} "),
    looks("route", "routes", "route {|-6} -n", r"^{10\.10\.10\.0\s+0\.0\.0\.0\s+255\.255\.255\.0|fd10:10:10::/64} .*ts0"),
    looks("nl-addr-list", "addresses", "nl-addr-list", "{client}/{24|64} inet{|6} dev ts0"),
    looks("nl-route-list", "routes", "nl-route-list", "{10.10.10.0/24|fd10:10:10::/64} table main type unicast .*ts0"),
    looks("nl-neigh-list", "neighbours", PING + "nl-neigh-list", "{neighbour} dev ts0 lladdr ([0-9a-f]{2}:){5}"),
    looks("nstat", "counters", PING + "nstat -asz Icmp{|6}InEchoRep{s|lies}", "InEchoRep(s|lies) +[1-9]"),
    looks("arp", "neighbours", PING + "arp -n", "{neighbour} +ether", four_only="IPv6 has no ARP"),
]  # fmt: skip
