"""The examples of every command, writing ones too, on terminals of several widths and locales."""

from __future__ import annotations

import re
import shlex
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
ALL = [*product(WIDTHS, LOCALES, COLOURS)]


@pytest.fixture(scope="session")
def exemplary(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a ledger with the records that the examples name."""
    folder = tmp_path_factory.mktemp("exemplary")
    url = furnished(SqliteLedgers(folder, template_ledger), furnish, folder)
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def example_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder where examples are typed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _begin(exemplary: Path, folder: Path, name: str, command: str) -> str:
    """Copy the ledger, with the files that examples name and what is done before them."""
    place = folder / name
    place.mkdir()
    write_files(place)
    (place / "fund.db").write_bytes(exemplary.read_bytes())
    url = f"sqlite:///{place / 'fund.db'}"
    pytest.MonkeyPatch().chdir(place)
    for line in BEFORE.get(command, ()):
        piped(url, shlex.split(line))
    if command == "db correct-clock":
        with time_machine.travel(NOON + timedelta(days=35), tick=True):
            piped(url, shlex.split("city add Yazd --code YAZ --country IR"))
    if command in ITS_OWN_LEDGER:
        url = f"sqlite:///{place / 'other.db'}"
    return url


def judge(
    plain: Shown,
    said: Shown,
    columns: int,
    environment: dict[str, str],
    *,
    is_for_machines: bool = False,
    own_words: AbstractSet[str] = frozenset(),
) -> None:
    """Compare what stands on a terminal with what a pipe gets."""
    assert said.code == plain.code, (said, plain)
    assert "Traceback" not in said.text
    if not is_for_machines:
        assert too_wide(said, columns) == []
        cut = {word for word in cut_words(said, plain) if not SECONDS.fullmatch(word)}
        assert cut <= own_words
    if environment.keys() & {"NO_COLOR"} or environment.get("TERM") == "":
        assert STYLE.search(said.text) is None


Place = tuple[int, str, dict[str, str]]


def _play(exemplary: Path, folder: Path, command: str, places: dict[int, list[Place]]) -> None:
    """Type the examples of a command into a pipe and on terminals, on ledgers of their own."""
    for number, line in enumerate(examples_of(command)):
        words = shlex.split(line.removeprefix("cityfund "))
        plain = piped(_begin(exemplary, folder, f"{number}-pipe", command), words)
        assert plain.code in {0, 1}, plain
        for place, (columns, locale, colours) in enumerate(places[number]):
            url = _begin(exemplary, folder, f"{number}-{place}", command)
            environment = {"LC_ALL": locale, **colours}
            said = shown(url, words, columns, **environment)
            judge(
                plain,
                said,
                columns,
                environment,
                is_for_machines=bool(MACHINES & {*words}),
                own_words=NARROW_WORDS.get(command, frozenset()),
            )


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_fit_a_terminal(exemplary: Path, example_folder: Path, command: str) -> None:
    first, second = (ALL[step * COMMANDS.index(command) % len(ALL)] for step in (7, 11))
    _play(exemplary, example_folder, command, {0: [(40, *first[1:])], 1: [second]})


@pytest.mark.soak
@pytest.mark.parametrize("command", COMMANDS)
def test_examples_fit_every_terminal(exemplary: Path, example_folder: Path, command: str) -> None:
    _play(exemplary, example_folder, command, {0: ALL, 1: ALL})
