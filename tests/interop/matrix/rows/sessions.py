"""Several programs in one session."""

from ..row import Row, brings

# Three windows, each with a program of its own on the network; the session ends with the last of them.
TMUX = ("t='tmux -f /dev/null -S {dir}/tmux'; "
        "$t new-session -d \"ncat --recv-only {server} 6543 > {dir}/got1; $t wait-for -S one\"; "
        "$t set-option -g remain-on-exit on; "
        "$t new-window \"socat -u TCP:{[server]}:6543 - > {dir}/got2; $t wait-for -S two\"; "
        "$t new-window \"ping -c2 -i0.2 {server} > {dir}/got.ping; $t wait-for -S three\"; "
        "$t wait-for one; $t wait-for two; $t wait-for three; $t kill-server; grep -q '2 received' {dir}/got.ping")  # fmt: skip

ROWS = [
    Row("tmux", "three programs in its windows", ["sh", "-c", TMUX], ["socat", "TCP{4|6}-LISTEN:6543,fork,reuseaddr",
        "EXEC:cat {dir}/data"],
        port=6543, want=brings("got1", "got2"), needs=("tmux", "ncat", "ping")),
]  # fmt: skip
