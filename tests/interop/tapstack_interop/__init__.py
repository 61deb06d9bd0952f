"""Fixtures for testing programs on Tapstack against the host kernel.

A test asks for ``net`` (a network namespace with a stack and a host side) and runs commands:

    def test_ping(net):
        assert net.stack.run(["ping", "-c3", net.host_addr]).returncode == 0

``net.stack`` starts programs under libtapstack.so; ``net.host`` starts them on the kernel's side of
the same wire. Everything a test started is ended with it, and nothing leaves its namespace.
"""

from .capture import Capture
from .namespace import Namespace
from .network import Network, Side
from .paths import build_dir, library, peer_program, tapstack_command
from .peer import Peer
from .process import Finished, Program, ProgramTimeout, wait_until

__all__ = [
    "Capture",
    "Finished",
    "Namespace",
    "Network",
    "Peer",
    "Program",
    "ProgramTimeout",
    "Side",
    "build_dir",
    "library",
    "peer_program",
    "tapstack_command",
    "wait_until",
]
