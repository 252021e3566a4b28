"""One script of some hundred acts, said to both engines: the same answers, byte for byte."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from acceptance_office import Answer, Office, deal, need, offer, small
from hands import sizes
from ledgers import PostgresqlLedgers, SqliteLedgers, made_on_server
from postgres_server import Server
from raw import Raw

from cli.framework.ledger_names import address_of, shown_url

SEED = 20261124

# What may differ: the moments of the machine, the keys that the program makes, the URL, and the
# hash of a request, which covers its moment, its key, the user of the database and the transaction.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(\+00:00|Z)?")
_MADE_KEY = re.compile(r"auto-[0-9a-f]{32}")
_REQUEST_HASH = re.compile(r'"request_hash": "[0-9a-f]{64}"')
_DATABASE_USER = re.compile(r'"database_user": ("[^"]*"|null)')

REPORTS = (
    ("gaps", "--all", "--format", "json"),
    ("gaps", "--as-of", "2026-06-01", "--format", "csv"),
    ("gaps", "--by", "factor,unit", "--format", "json"),
    ("need", "list", "--format", "json"),
    ("offer", "list", "--format", "csv"),
    ("deal", "list", "--format", "json"),
    ("project", "list", "--format", "md"),
    ("city", "list", "--format", "json"),
    ("provider", "list", "--format", "json"),
    ("journal", "list", "--format", "json"),
    ("status", "--format", "json"),
)


class Script:
    """Makes up acts one by one, looking at the office it makes them up for."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.chance = random.Random(seed)
        self.said: list[tuple[str, ...]] = []
        self._keyed: list[tuple[str, ...]] = []

    def codes(self, kind: str) -> list[str]:
        with closing(Raw(self.office.url)) as raw:
            return [code for (code,) in raw.execute(f"SELECT code FROM {kind} ORDER BY id")]

    def act(self) -> tuple[str, ...]:
        made = self.chance.choice(self._kinds())()
        if self.chance.random() < 0.3:
            made = (*made, "--on", f"2026-{self.chance.randint(1, 11):02}-15")
        end = self.chance.random()
        if end < 0.1:
            return (*made, "--dry-run")
        if end < 0.2:
            self._keyed.append((*made, "--key", f"letter-{len(self._keyed)}"))
            return self._keyed[-1]
        if end < 0.25 and self._keyed:
            return self.chance.choice(self._keyed)
        return made

    def _kinds(self) -> list[Callable[[], tuple[str, ...]]]:
        return [
            *[self._introduce] * 6,
            *[self._onward] * 8,
            *[self._own_quantity] * 3,
            self._new_project,
            self._new_offer,
            self._new_member,
            self._edit,
            self._reverse,
            self._reverse,
            self._end,
            self._import,
        ]

    def _amount(self, unit: str) -> str:
        return f"{self.chance.choice([1, 10, 333, 5000, 120000])} {unit}"

    def _introduce(self) -> tuple[str, ...]:
        unit = self.chance.choice([*["EUR"] * 6, "USD", "person-day"])
        words = (
            *("deal", "introduce"),
            self.chance.choice(self.codes("offer")),
            self.chance.choice(self.codes("need")),
            self._amount(unit),
            *self.chance.choice([("--until", "2027-01-31"), ("--commit",)]),
        )
        rate = ("--rate", "1.0857") if self.chance.random() < 0.4 else ()
        why = ("--override", "the provider agreed") if self.chance.random() < 0.2 else ()
        return (*words, *rate, *why)

    def _onward(self) -> tuple[str, ...]:
        deals = self.codes("deal")
        code = self.chance.choice(deals) if deals else "D-0001"
        verb = self.chance.choice(["commit", "commit", "deliver", "deliver", "release", "return"])
        part = self.chance.random() < 0.5 or verb == "return"
        return ("deal", verb, code, *((self._amount("EUR"),) if part else ()))

    def _own_quantity(self) -> tuple[str, ...]:
        kind = self.chance.choice(["need", "offer"])
        code = self.chance.choice(self.codes(kind))
        verb = self.chance.choice(["withdraw", "reinstate"])
        return (kind, verb, code, *((self._amount("EUR"),) if self.chance.random() < 0.6 else ()))

    def _new_project(self) -> tuple[str, ...]:
        wants = self.chance.sample(
            ["money 2M EUR", "money ? USD", "expertise 90 person-day metro", "money 1 XXXX"], 2
        )
        return (
            *("project", "add", f"Tramway {self.chance.randint(1, 99)} é"),
            *("--city", "THR", "--sector", "transport.urban"),
            *(word for want in wants for word in ("--need", want)),
        )

    def _new_offer(self) -> tuple[str, ...]:
        what = self.chance.choice(
            [("money", "3M EUR"), ("money", "3M USD"), ("expertise", "90 person-day")]
        )
        return ("offer", "add", "B1", *what, *self.chance.choice([("--max-share", "0.5"), ()]))

    def _new_member(self) -> tuple[str, ...]:
        country = self.chance.choice(["IR", "BR", "FR", "ZA", "ZZ"])
        name = self.chance.choice(["São Paulo", "مشهد", "Åbo", "abo", "Zürich", "_"])
        if self.chance.random() < 0.5:
            return ("city", "add", name, "--country", country)
        return ("provider", "add", name, "--kind", "bank", "--country", country)

    def _edit(self) -> tuple[str, ...]:
        kind = self.chance.choice(["need", "offer", "project"])
        code = self.chance.choice(self.codes(kind))
        told = {
            "need": [("--quantity", "900k EUR"), ("--topic", "metro"), ("--note", "مترو; a note")],
            "offer": [
                ("--quantity", "4M EUR"),
                ("--sectors", "transport"),
                ("--min-ticket", "1k EUR"),
            ],
            "project": [("--weight", "7"), ("--status", "preparation"), ("--title", "Métro")],
        }
        return (kind, "edit", code, *self.chance.choice(told[kind]))

    def _reverse(self) -> tuple[str, ...]:
        number = self.chance.randint(1, 30 + len(self.said) // 2)
        return ("journal", "reverse", str(number), "--reason", "a slip of the pen")

    def _end(self) -> tuple[str, ...]:
        kind = self.chance.choice(["project", "city", "provider"])
        verb = self.chance.choice(["withdraw", "reinstate", "reinstate"])
        yes = ("--yes",) if (kind, verb) == ("project", "withdraw") else ()
        if kind != "project":  # without its city and its bank, most of what follows is refused
            verb = self.chance.choice(["withdraw", *["reinstate"] * 9])
        return (kind, verb, self.chance.choice(self.codes(kind)), *yes)

    def _import(self) -> tuple[str, ...]:
        number = len(self.said)
        rows = small(
            needs=[need(f"IMP-{number}", "250000")],
            offers=[offer(f"IMP-{number}", "300000")],
            deals=[
                deal(f"X-{number}", "introduced", "1000", "2026-05-01", held_until="2027-01-01"),
                deal(f"X-{number}", "committed", "999.99", self.chance.choice(_DAYS)),
            ],
        )
        folder = self.office.write(rows, f"tables-{number}")
        return ("import", str(folder), "--yes")


_DAYS = ("2026-05-02", "2026-05-03", "2026-04-30")


def told(answer: Answer, office: Office) -> tuple[int, str, str]:
    """Give what a command answered, without what the machine alone decides."""
    texts = []
    for text in (answer.out, answer.err):
        plain = text.replace(shown_url(office.url), "URL").replace(address_of(office.url), "LEDGER")
        plain = _MOMENT.sub("MOMENT", _MADE_KEY.sub("KEY", plain))
        plain = _REQUEST_HASH.sub('"request_hash": "HASH"', plain)
        texts.append(_DATABASE_USER.sub("", plain))
    return answer.code, texts[0], texts[1]


@pytest.fixture
def two_offices(
    template_ledger: Path, postgresql_server: Server, tmp_path: Path
) -> Iterator[tuple[Office, Office]]:
    """Open one office on each engine; what they are told lies in one folder."""
    on_server = PostgresqlLedgers(postgresql_server, made_on_server(postgresql_server))
    yield (
        Office(SqliteLedgers(tmp_path, template_ledger).new(), tmp_path),
        Office(on_server.new(), tmp_path),
    )
    on_server.drop_all()


@pytest.mark.long
@pytest.mark.parametrize("acts", sizes(300, 1000))
def test_the_same_script_gets_the_same_answers_on_both_engines(
    two_offices: tuple[Office, Office], clock: time_machine.Coordinates, acts: int
) -> None:
    first, _ = two_offices
    script = Script(first, SEED)
    ends: Counter[int] = Counter()
    openings = first.write(small())
    for office in two_offices:
        office.do("import", openings, "--yes")
    for number in range(acts):
        words = script.act()
        script.said.append(words)
        answers = [told(office.run(*words, "--format", "json"), office) for office in two_offices]
        assert answers[0] == answers[1], (SEED, number, words)
        ends[answers[0][0]] += 1
        if number % 50 == 49:
            for report in REPORTS:
                reports = [told(office.run(*report), office) for office in two_offices]
                assert reports[0][0] in {0, 1}, reports[0]
                for one, other in zip(*reports, strict=True):
                    assert str(one).splitlines() == str(other).splitlines(), (number, report)
    # A script that is mostly refused would compare little.
    assert ends[0] > acts // 3, ends
    assert ends[4] > acts // 20, ends
    assert set(ends) <= {0, 2, 3, 4, 5}, ends
    for office in two_offices:
        office.checked()
    folders = [office.folder / f"export-{at}" for at, office in enumerate(two_offices)]
    for office, folder in zip(two_offices, folders, strict=True):
        assert office.run("export", folder).code == 0
    for file in sorted(folders[0].iterdir()):
        assert file.read_bytes() == (folders[1] / file.name).read_bytes(), file.name
