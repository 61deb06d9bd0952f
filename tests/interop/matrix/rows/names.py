"""Names and time."""

from ..row import Row

UNBOUND = """
server:
    directory: {dir}
    chroot: ""
    username: ""
    pidfile: {dir}/unbound.pid
    interface: 0.0.0.0
    interface: ::0
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    do-daemonize: no
    use-syslog: no
    logfile: ""
    module-config: iterator
    local-zone: example. static
    local-data: "www.example. A 192.0.2.7"
    local-data: "www.example. AAAA 2001:db8::7"
remote-control:
    control-enable: no
"""

CHRONYD = """
local stratum 8
allow all
cmdport 0
bindcmdaddress /
pidfile {dir}/chronyd.pid
user root
"""


def unbound(tool: str, does: str, client: list[str] | str, want: str, **more) -> Row:
    return Row(tool, does, client, "unbound -d -c {dir}/unbound.conf", port=53, want=want,
               files={"unbound.conf": UNBOUND}, **more)  # fmt: skip


DNSMASQ = ["--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--address=/www.example/192.0.2.7", "--user=root",
           "--pid-file={dir}/dnsmasq.pid"]  # fmt: skip

ROWS = [
    unbound("dig", "an address, by UDP", "dig +short @{server} www.example A", "^192.0.2.7$"),
    unbound("dig", "an address, by TCP", "dig +tcp +short @{server} www.example AAAA", "^2001:db8::7$"),
    unbound("host", "both addresses", "host www.example {server}",
        "has address 192.0.2.7(\n|.)*IPv6 address 2001:db8::7"),
    unbound("unbound", "answers a hundred questions at once",
            ["sh", "-c", "for n in $(seq 100); do echo www.example A; done > {dir}/questions; dig +short @{server} -f {dir}/questions | sort | uniq -c"],
            "^ *100 192.0.2.7$", needs=("dig",)),
    Row("dnsmasq", "answers", "dig +short @{server} www.example A", ["dnsmasq", "-k", *DNSMASQ], port=53,
        want="^192.0.2.7$", core=(4, 6)),
    Row("dnsmasq", "a daemon, reloaded", ["sh", "-c",
        "kill -HUP $(cat {dir}/dnsmasq.pid); dig +short @{server} www.example A"],
        ["dnsmasq", *DNSMASQ], port=53, pid_file="dnsmasq.pid", want="^192.0.2.7$", needs=("dig",)),
    Row("chrony", "a question to a server", ["chronyd", "-f", "/dev/null", "-Q", "-t", "10", "-U",
        "server {server} iburst maxsamples 2"],
        "chronyd -d -x -U -f {dir}/chrony.conf", ready="Disabled control", seconds=30,
        want="System clock wrong by -?0.00", files={"chrony.conf": CHRONYD}, root="chronyd insists on root"),
]  # fmt: skip
