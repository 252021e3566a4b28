"""Ledgers with a large network around the fund, made by the program itself, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from world import asked

from ledger.core.factors import Factor
from ledger.core.memory import garbage_collection_paused
from ledger.core.partial_dates import parse_partial_date
from ledger.journal.receipts import Receipt
from ledger.meetings.records import Attendance, Meeting, Motion
from ledger.partnerships.records import Partnership, Undertaking
from ledger.registers.network import Credential
from ledger.registers.pairs import Approach
from ledger.registers.records import Body, City, Need, Project, Provider, Seat
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork

FIRST_DAY = date(2020, 1, 1)
_PER_WRITE = 5000
_COUNTRIES = ("IR", "TR", "FR", "BR", "PK", "DE", "KE", "JP")


ADDITIONS = (
    "credential add C00003 'topic 3' 'a lane' --grade gold --source S",
    "credential edit CR-0005 --source 'another survey'",
    "meeting add --body B-1 --name Assembly --from 2021-03-04",
    "meeting edit MT-0003 --place Lahore",
    "meeting attend MT-0005 C00029 --presence online",
    "motion add --meeting MT-0005 --by C00007 --what Bank",
    "motion edit MO-0005 --outcome adopted",
    "target add --body B-1 --measure present --value 0.9 --by 2030-01-01",
    "seat add C00007 B-2 --role chair --from 2023",
    "seat end ST-0007 --until 2024",
    "partnership add C00001 C00009 --kind twinning --signed 2024",
    "partnership edit PA-0005 --aim exchange",
    "partnership undertake PA-0003 'A visit' --by C00003",
    "partnership done UT-0002 --on 2025-01-01",
    "approach add N-0007 P-0 --on 2026-01-01",
    "approach reply AP-0002 declined --reason price",
    "body add 'A board' --kind board",
    "city edit C00005 --population 1000",
    "need add PRJ-5 expertise '10 person-day' --topic 'topic 4'",
    "offer add P-3 expertise '10 person-day' --topics 'topic 4'",
)
"""Commands that add or edit one record each, in a ledger of `network_of` any size."""


class Network(NamedTuple):
    """How many records of each kind there are; a city has as many seats as there are bodies."""

    cities: int
    bodies: int = 1
    meetings: int = 0
    attendances: int = 0
    partnerships: int = 0
    credentials: int = 0
    approaches: int = 0


def network_of(size: int) -> Network:
    """Give a network with so many records of each register that grows."""
    tenth = size // 10
    return Network(max(tenth, 40), 10, tenth, size, size, size, size)


def furnish(ledger: Ledger, network: Network) -> None:
    """Fill a ledger that was only set up."""
    for kind, records in _registers(network):
        rest = iter(records)
        while batch := list(islice(rest, _PER_WRITE)):
            execute(ledger, asked(f"furnish {kind}"), _adding(kind, batch))


def _adding(kind: str, records: list[Any]) -> Callable[[UnitOfWork], Receipt]:
    def work(uow: UnitOfWork) -> Receipt:
        uow.remember_ids()
        with garbage_collection_paused():
            for record in records:
                uow.add(kind, record)
        return uow.receipt()

    return work


def _registers(network: Network) -> Iterator[tuple[str, Iterable[Any]]]:
    cities = range(network.cities)
    yield "city", (City(_city(at), f"City {at}", _COUNTRIES[at % 8], "asia") for at in cities)
    yield "provider", (Provider(f"P-{at}", f"Bank {at}", "bank") for at in cities)
    yield "project", (Project(f"PRJ-{at}", f"Line {at}", _city(at), "transport") for at in cities)
    yield "need", (_need(at) for at in cities)
    yield "body", (Body(f"B-{at}", f"Body {at}", "association") for at in range(network.bodies))
    yield "seat", (_seat(at, network) for at in range(network.cities * network.bodies))
    yield "meeting", (_meeting(at, network) for at in range(network.meetings))
    yield "attendance", (_attendance(at, network) for at in range(network.attendances))
    yield "motion", (_motion(at, network) for at in range(network.meetings))
    yield "partnership", (_partnership(at, network) for at in range(network.partnerships))
    yield "undertaking", (_undertaking(at, network) for at in range(network.partnerships))
    yield "credential", (_credential(at, network) for at in range(network.credentials))
    yield "approach", (_approach(at, network) for at in range(network.approaches))


def _city(at: int) -> str:
    return f"C{at:05}"


def _need(at: int) -> Need:
    topic = f"topic {at % 20}"
    return Need(f"N-{at:04}", f"PRJ-{at}", Factor.EXPERTISE, "person-day", FIRST_DAY, topic)


def _seat(at: int, network: Network) -> Seat:
    body, city = divmod(at, network.cities)
    role = "board" if city % 10 == 0 else "member"
    return Seat(f"ST-{at:04}", _city(city), f"B-{body}", None, role, parse_partial_date("2019"))


def _meeting(at: int, network: Network) -> Meeting:
    day = FIRST_DAY + timedelta(days=at % 2000)
    return Meeting(f"MT-{at:04}", f"B-{at % network.bodies}", f"Meeting {at}", day)


def _attendance(at: int, network: Network) -> Attendance:
    city, meeting = (at // network.meetings) % network.cities, at % network.meetings
    presence = ("attended", "online", "apologies", "absent")[at % 4]
    did = ("spoke",) if at % 8 == 0 else ()
    code = f"MT-{meeting:04} {_city(city)}"
    return Attendance(code, f"MT-{meeting:04}", _city(city), presence, did)


def _motion(at: int, network: Network) -> Motion:
    return Motion(f"MO-{at:04}", f"MT-{at:04}", _city(at % network.cities), f"Proposal {at}")


def _parties(at: int, network: Network) -> tuple[str, str]:
    further, city = divmod(at, network.cities)
    one, other = sorted((city, (city + 1 + further) % network.cities))
    return _city(one), _city(other)


def _partnership(at: int, network: Network) -> Partnership:
    signed, ended = (parse_partial_date(str(year)) for year in (2000 + at % 20, 2021))
    ended = ended if at % 10 == 0 else None
    kind = ("twinning", "memorandum", "city-to-city")[at % 3]
    return Partnership(f"PA-{at:04}", *_parties(at, network), kind, (), signed, ended)


def _undertaking(at: int, network: Network) -> Undertaking:
    done = parse_partial_date(str(2010 + at % 15)) if at % 2 else None
    by, _ = _parties(at, network)
    return Undertaking(f"UT-{at:04}", f"PA-{at:04}", by, f"Exchange {at}", done_on=done)


def _credential(at: int, network: Network) -> Credential:
    year, city = divmod(at, network.cities)
    return Credential(
        code=f"CR-{at:04}",
        city=_city(city),
        topic=f"topic {at % 20}",
        what="a corridor",
        source="a survey",
        measure="passengers a day",
        value=Decimal(at % 977),
        unit="passengers",
        better="higher",
        as_of=parse_partial_date(str(1900 + year % 120)),
    )


def _approach(at: int, network: Network) -> Approach:
    further, need = divmod(at, network.cities)
    sent = FIRST_DAY + timedelta(days=at % 2000)
    answered = sent + timedelta(days=7)
    return Approach(
        code=f"AP-{at:04}",
        need=f"N-{need:04}",
        provider=f"P-{(need + further) % network.cities}",
        sent_on=sent,
        answer_by=sent + timedelta(days=60),
        interested_on=answered if at % 2 else None,
        declined_on=answered if at % 4 == 0 else None,
        reason="ticket" if at % 4 == 0 else None,
    )
