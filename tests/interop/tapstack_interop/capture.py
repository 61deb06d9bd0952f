"""A capture file that can be asked questions, by tshark."""

import pathlib
import subprocess

_CHECKSUMS = [
    "-o", "ip.check_checksum:TRUE",
    "-o", "tcp.check_checksum:TRUE",
    "-o", "udp.check_checksum:TRUE",
]  # fmt: skip


class Capture:
    """The frames that one stack saw, in the order it saw them."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

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
        rows = self.fields(
            "_ws.malformed or ip.checksum.status == 0 or tcp.checksum.status == 0"
            " or udp.checksum.status == 0 or icmp.checksum.status == 0",
            "frame.number", "_ws.col.Info",
        )  # fmt: skip
        return [": ".join(row) for row in rows]

    def expert(self, severity: str = "warn") -> list[list[str]]:
        """Frames with an expert information of at least `severity`: number, message."""
        levels = {"note": "0x400000", "warn": "0x600000", "error": "0x800000"}
        return self.fields(
            f"_ws.expert.severity >= {levels[severity]}", "frame.number", "_ws.expert.message"
        )
