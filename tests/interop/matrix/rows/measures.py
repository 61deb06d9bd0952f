"""Measuring."""

from ..row import Row

SOCKPERF_SERVER = ["sockperf", "server", "-i", "0.0.0.0", "-p", "11111"]


def iperf3(does: str, *options: str, want: str = "iperf Done") -> Row:
    return Row("iperf3", does, ["iperf3", "-c", "{server}", "-t1", *options], "iperf3 -s --forceflush",
    ready="listening",
               want=want, captured=False)  # fmt: skip


ROWS = [
    iperf3("sends"),
    iperf3("receives, four streams", "-R", "-P4"),
    iperf3("both ways", "--bidir"),
    iperf3("datagrams", "-u", "-b20M", want=r"0/\d+ \(0%\)"),
    # Connections that ask whether it listens would be clients of it.
    Row("iperf3", "a daemon", ["sh", "-c",
        "for n in 1 2 3 4 5; do iperf3 -c {server} -t1 && exit; sleep 0.3; done; exit 1"],
        "iperf3 -s -D -I {dir}/iperf3.pid", pid_file="iperf3.pid", want="iperf Done", captured=False,
        needs=("iperf3",)),
    Row("iperf", "sends, two streams", "iperf {|-V} -c {server} -t1 -P2", "iperf {|-V} -s", port=5001, want=r"SUM.*bits/sec",
        captured=False),
    Row("iperf", "datagrams", "iperf {|-V} -u -c {server} -t1 -b10M", "iperf {|-V} -u -s", ready="Server listening",
        want=r" 0/ *\d+ \(0%\)", captured=False),
    Row("sockperf", "ping-pong over UDP", "sockperf ping-pong -i {server} -p 11111 -t 1", SOCKPERF_SERVER,
        ready="rate_limit|blocked|Warmup|listen",
        want="# dropped messages = 0; # duplicated messages = 0; # out-of-order messages = 0", captured=False,
        four_only="it knows only IPv4"),
    Row("sockperf", "ping-pong over TCP", "sockperf ping-pong --tcp -i {server} -p 11111 -t 1", [*SOCKPERF_SERVER,
        "--tcp"],
        port=11111, want="# dropped messages = 0; # duplicated messages = 0; # out-of-order messages = 0",
        captured=False, four_only="it knows only IPv4"),
]  # fmt: skip
