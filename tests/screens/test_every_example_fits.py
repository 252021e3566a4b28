"""The examples of every command, writing ones too, on terminals of several widths and locales."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import time_machine
from every_command import every_command
from example_ledger import BEFORE, ITS_OWN_LEDGER, PLAYED_ELSEWHERE, REFUSED, furnish, write_files
from ledgers import SqliteLedgers
from officer import furnished
from terminals import STYLE, Shown, piped, shown
from test_every_command_fits import cut_words, too_wide
from world import NOON

from cli.framework.examples import examples_of

COMMANDS = sorted(
    name
    for name, command in every_command()
    if not command.hidden and name not in {REFUSED, PLAYED_ELSEWHERE}
)
WIDTHS = (40, 80, 120, 200)
LOCALES = ("fa_IR.UTF-8", "C", "POSIX")
LOCALE = {"LC_ALL", "LC_CTYPE", "LANG"}
COLOURS: tuple[dict[str, str], ...] = ({}, {"NO_COLOR": "1"}, {"TERM": ""})
MACHINES = {
    "--man",
    "--json",
    "csv",
    "tsv",
    "ndjson",
    "md",
    "--systemd",
    "--cron",
    "follow",
    "packet",
    "prove",
}
"""Words of an example whose answer programs read, or which is copied into a file: as it is."""
SECONDS = re.compile(r"\d+\.\d{1,3}")
"""What a step of the night took, in every run another time."""
NARROW_WORDS = {"journal list": frozenset({"with"})}
"""Words said on narrow screens only, as in the subject of an entry: N-0001 with O-0001."""
FUND = "ledger-1.db"
"""The name of the ledger: files of such names stay open for the next command."""
ALL = [*product(WIDTHS, LOCALES, COLOURS)]


@pytest.fixture(scope="session")
def exemplary(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a ledger with the records that the examples name."""
    folder = tmp_path_factory.mktemp("exemplary")
    url = furnished(SqliteLedgers(folder, template_ledger), furnish, folder)
    return Path(url.removeprefix("sqlite:///"))


class Stages:
    """Ledgers for one line of one command: made ready once, and a copy for each time it is typed.

    Where the line left every file as it was, the next place gets the same copy.
    """

    def __init__(self, exemplary: Path, folder: Path, command: str) -> None:
        self._ready, self._command = folder / "ready", command
        self._copies, self._last = 0, self._ready
        self._left: dict[str, tuple[int, int]] | None = None
        self._ready.mkdir(parents=True)
        write_files(self._ready)
        (self._ready / FUND).write_bytes(exemplary.read_bytes())
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(self._ready)
            self._do_before(f"sqlite:///{self._ready / FUND}")

    def _do_before(self, url: str) -> None:
        for line in BEFORE.get(self._command, ()):
            piped(url, shlex.split(line))
        if self._command == "db correct-clock":
            with time_machine.travel(NOON + timedelta(days=35), tick=True):
                piped(url, shlex.split("city add Yazd --code YAZ --country IR"))

    @contextlib.contextmanager
    def url(self) -> Iterator[str]:
        """Give the URL of a ledger as it was made ready, in the folder where the line is typed."""
        if self._left is None or _files(self._last) != self._left:
            self._copies += 1
            self._last = self._ready.with_name(f"copy-{self._copies}")
            shutil.copytree(self._ready, self._last)
            self._left = _files(self._last)
        name = "other.db" if self._command in ITS_OWN_LEDGER else FUND
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(self._last)
            yield f"sqlite:///{self._last / name}"


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Give the size of every file, and when it was written; of a log, what waits in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
    return {
        name: state
        for name, state in found.items()
        if not name.endswith("-shm") and (state[0] or not name.endswith("-wal"))
    }


def deviations(
    plain: Shown,
    said: Shown,
    columns: int,
    environment: dict[str, str],
    *,
    is_for_machines: bool = False,
    own_words: AbstractSet[str] = frozenset(),
) -> Iterator[object]:
    """Give what is wrong with an answer on a terminal, beside what a pipe gets."""
    if said.code != plain.code or "Traceback" in said.text:
        yield said, plain
    if not is_for_machines:
        yield from too_wide(said, columns)
        cut = {word for word in cut_words(said, plain) if not SECONDS.fullmatch(word)}
        yield from sorted(cut - own_words)
    is_plain = "NO_COLOR" in environment or environment.get("TERM") == ""
    if is_plain and STYLE.search(said.text):
        yield f"styled: {said.text!r}"


Place = tuple[int, str, dict[str, str]]


def _play(exemplary: Path, folder: Path, command: str, places: dict[int, list[Place]]) -> None:
    """Type the examples of a command into a pipe and on terminals, on ledgers of their own."""
    wrong = []
    for number, line in enumerate(examples_of(command)):
        words = shlex.split(line.removeprefix("cityfund "))
        stages = Stages(exemplary, folder / str(number), command)
        with stages.url() as url:
            plain = piped(url, words)
        assert plain.code in {0, 1}, plain
        alike: list[Place] = []
        for columns, locale, colours in places[number]:
            if (columns, "", colours) in alike:
                continue
            environment = {"LC_ALL": locale, **colours}
            with stages.url() as url:
                said = shown(url, words, columns, **environment)
            if not LOCALE & said.asked:  # then every locale gets the same answer
                alike.append((columns, "", colours))
            found = deviations(
                plain,
                said,
                columns,
                environment,
                is_for_machines=bool(MACHINES & {*words}),
                own_words=NARROW_WORDS.get(command, frozenset()),
            )
            wrong += [(line, columns, environment, one) for one in found]
    assert wrong == []


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_fit_a_terminal(exemplary: Path, tmp_path: Path, command: str) -> None:
    first, second = (ALL[step * COMMANDS.index(command) % len(ALL)] for step in (7, 11))
    _play(exemplary, tmp_path, command, {0: [(40, *first[1:])], 1: [second]})


@pytest.mark.soak
@pytest.mark.parametrize("command", COMMANDS)
def test_examples_fit_every_terminal(exemplary: Path, tmp_path: Path, command: str) -> None:
    _play(exemplary, tmp_path, command, {0: ALL, 1: ALL})
