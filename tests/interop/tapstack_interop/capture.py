"""A capture file that can be asked questions, by tshark."""

import pathlib
import subprocess

_CHECKSUMS = [
    "-o", "ip.check_checksum:TRUE",
    "-o", "tcp.check_checksum:TRUE",
    "-o", "udp.check_checksum:TRUE",
]  # fmt: skip

_BROKEN = (
    "_ws.malformed or ip.checksum.status == 0 or tcp.checksum.status == 0"
    " or udp.checksum.status == 0 or icmp.checksum.status == 0 or icmpv6.checksum.status == 0"
)
# What a sender shows tshark on a path that loses nothing and keeps the order only if it errs: text
# that goes twice or in the wrong order, text left out, an ACK of what never came.
# "Window full" is none of them: a sender may use all it was offered.
_OUR_MAKING = " or ".join(
    f"tcp.analysis.{name}"
    for name in (
        "retransmission",
        "fast_retransmission",
        "spurious_retransmission",
        "out_of_order",
        "lost_segment",
        "ack_lost_segment",
    )
)

_SILENCE_S = 0.010  # the shortest time after which a tail loss probe goes out


def _source_of(address: str) -> str:
    return f"{'ipv6' if ':' in address else 'ip'}.src == {address}"


class Capture:
    """The frames that one stack saw, in the order it saw them."""

    def __init__(self, path: pathlib.Path, settings: dict[str, str] | None = None) -> None:
        self.path = path
        self._settings = settings if settings is not None else {}

    @property
    def is_impaired(self) -> bool:
        """Whether the stack had a bad link between it and the device."""
        return "TAPSTACK_IMPAIR" in self._settings

    @property
    def has_frames(self) -> bool:
        """Whether a stack has written anything behind the file's header of 24 octets."""
        return self.path.exists() and self.path.stat().st_size > 24

    def count(self, display_filter: str = "") -> int:
        """Number of frames that match a Wireshark display filter."""
        return len(self.fields(display_filter, "frame.number"))

    def fields(self, display_filter: str, *names: str) -> list[list[str]]:
        """The named fields of each matching frame."""
        command = ["tshark", "-n", "-r", str(self.path), *_CHECKSUMS, "-T", "fields"]
        for name in names:
            command += ["-e", name]
        if display_filter:
            command += ["-Y", display_filter]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0 and "cut short" not in done.stderr:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def faults(self) -> list[str]:
        """Malformed frames and wrong checksums: what must never be in a capture of ours."""
        return [": ".join(row) for row in self.fields(_BROKEN, "frame.number", "_ws.col.Info")]

    def faults_without_loss(self, *senders: str) -> list[str]:
        """The same, and what the senders of these addresses must not do on a path that loses nothing.

        A peer that says nothing for so long that a probe or a time-out is due is the peer's making.
        """
        ours = [f"({_source_of(sender)} and ({_OUR_MAKING}))" for sender in senders]
        if self.count(" or ".join([_BROKEN, *ours])) == 0:
            return []
        return self.faults() + [fault for sender in senders for fault in self._faults_of(sender)]

    def _faults_of(self, sender: str) -> list[str]:
        suspects = self.fields(
            f"{_source_of(sender)} and ({_OUR_MAKING})",
            "tcp.stream", "frame.time_relative", "frame.number", "_ws.col.Info",
        )  # fmt: skip
        to_it = _source_of(sender).replace(".src", ".dst")
        found = []
        for stream, when, number, info in suspects:
            heard = self.fields(f"tcp.stream == {stream} and {to_it}", "frame.time_relative")
            before = [float(row[0]) for row in heard if float(row[0]) < float(when)]
            if float(when) - max(before, default=0.0) < _SILENCE_S:
                found.append(f"{number}: {info}")
        return found

    def expert(self, severity: str = "warn") -> list[list[str]]:
        """Frames with an expert information of at least `severity`: number, message."""
        levels = {"note": "0x400000", "warn": "0x600000", "error": "0x800000"}
        return self.fields(
            f"_ws.expert.severity >= {levels[severity]}", "frame.number", "_ws.expert.message"
        )
