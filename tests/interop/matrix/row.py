"""A row of the matrix: a tool, what it does, and what must come of it."""

import dataclasses
import re
import shlex
from typing import Callable

from tapstack_interop import Finished

from .place import Place

DATA_BYTES = 300_000  # in the file `data` that every place has


@dataclasses.dataclass(frozen=True)
class Row:
    """One exchange. A server is started unless there is none (then the other end is the kernel or the stack
    itself), the client is run, what it brought is judged, and the server is ended: twice in a row.

    In all words and files, and in `want`, "{server}" is the server's address, "{client}" the client's, "{neighbour}"
    that of the other end of the client's wire (the server's unless it is on the client's own stack), "{[server]}" and
    "{[client]}" the same as they stand before a port, with brackets in IPv6. "{a|b}", without spaces, is a over
    IPv4 and b over IPv6. "{dir}" is a folder for files, which holds `data`: 300,000 bytes that differ everywhere.
    """

    tool: str  # as in the table of the README; several rows may be about one
    does: str
    client: list[str] | str  # a command: words, or one text for a shell's rules of quoting
    server: list[str] | str = ""
    port: int = 0  # where the server listens for TCP; 0: what `ready` says, or nothing is awaited
    ready: str = ""  # a regular expression for what the server prints when it is ready
    want: "str | Callable[[Place, Finished], None]" = ""  # a regular expression for the client's output, or a check
    files: dict[str, str] = dataclasses.field(default_factory=dict)  # written before, by name
    before: Callable[[Place], None] | None = None  # what else is to be prepared
    stdin: str = ""  # the client's input: a name in the folder
    status: int = 0  # the client's
    server_ends: bool = False  # by itself when the client has; otherwise it is told to
    pid_file: str = ""  # the server becomes a daemon, which writes this; the name in the folder
    root: str = ""  # why a user cannot do this on the kernel either; "" if he can
    needs: tuple[str, ...] = ()  # programs beyond the first words of the commands
    four_only: str = ""  # why it is not run over IPv6; "" if it is
    six_only: str = ""  # why it is not run over IPv4
    # By place, or by place and family ("both6"):
    without: dict[str, str] = dataclasses.field(default_factory=dict)  # where it is left out, and why
    differs: dict[str, str] = dataclasses.field(default_factory=dict)  # where it fails, and why that stays
    core: tuple[int, ...] = ()  # the families over which it is in `make test` too
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    captured: bool = True  # its frames are looked through for faults; False: heavy traffic
    seconds: float = 20  # the most that the client may take

    def __post_init__(self) -> None:
        for end in ("client", "server"):
            words = getattr(self, end)
            object.__setattr__(self, end, shlex.split(words) if isinstance(words, str) else words)

    @property
    def name(self) -> str:
        return re.sub(r"[^A-Za-z0-9.]+", "-", f"{self.tool} {self.does}").strip("-")

    def left_out(self, place: str, family: int) -> str:
        """Why the row is not run there; "" if it is."""
        said = self.four_only if family == 6 else self.six_only
        return said or _told(self.without, place, family) or (self.root if place == "user" else "")

    def different(self, place: str, family: int) -> str:
        """Why the row fails there and must; "" if it has to succeed."""
        return _told(self.differs, place, family)

    def programs(self) -> list[str]:
        """What must be installed."""
        return [command[0] for command in (self.server, self.client) if command] + list(self.needs)

    def run(self, place: Place) -> None:
        """All of it, twice; raises AssertionError where something else comes of it."""
        for name, text in self.files.items():
            place.path(name).write_text(place.fill(text))
        if self.before:
            self.before(place)
        for _ in range(2):
            done, said = place.exchange(self)
            try:
                assert done.returncode == self.status, f"exit status {done.returncode}"
                self._judge(place, done)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{done.report()}\n  the server: {said}") from error
            place.forget_results()
        place.check_that_all_is_gone()

    def _judge(self, place: Place, done: Finished) -> None:
        if callable(self.want):
            self.want(place, done)
        else:
            wanted = place.fill(self.want, re.escape)
            assert re.search(wanted, done.text + done.errors, re.MULTILINE), f"{wanted!r} is not in the output"


def _told(reasons: dict[str, str], place: str, family: int) -> str:
    return reasons.get(f"{place}{family}", reasons.get(place, ""))


def data(place: Place, done: Finished) -> None:
    """The client printed `data`, byte for byte."""
    assert done.stdout == place.data, f"{len(done.stdout)} bytes came, which are not the {len(place.data)} of data"


def brings(*names: str) -> Callable[[Place, Finished], None]:
    """These files, which were not there before, are equal to `data`."""

    def check(place: Place, _: Finished) -> None:
        for name in names:
            assert place.awaits(name), f"{name} is not data"

    return check
