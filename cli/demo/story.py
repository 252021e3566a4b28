"""The founding story as data: the members, the needs, the offers and the acts of officers.

The cities and the years are those of the story. Everything else is invented: the names that begin
with Sample, and every amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cli.demo.network import network_chapters
from cli.demo.walk import Chapter, Step

_MEMBERS_SINCE_1993 = (("Mashhad", "MHD"), ("Isfahan", "IFN"), ("Shiraz", "SYZ"), ("Tehran", "THR"))
_MEMBERS = (
    ("São Paulo", "SAO", "BR"),
    ("Paris", "PAR", "FR"),
    ("New York", "NYC", "US"),
    ("Lahore", "LHE", "PK"),
    ("Istanbul", "IST", "TR"),
    ("Sample City", "SMP", "IR"),
    ("Sample Harbour", "SMH", "GH"),
)
_PROVIDERS = (
    ("São Paulo", "SAO", "city", ("--city", "SAO", "--country", "BR")),
    ("Sample Harbour's treasury", "S-TREASURY", "city", ("--city", "SMH", "--sample", "yes")),
    ("Sample Bank", "S-BANK", "bank", ("--sample", "yes")),
    ("Sample Rail Institute", "S-RAIL", "institute", ("--sample", "yes")),
    ("Sample Builders", "S-BUILD", "firm", ("--country", "IR", "--sample", "yes")),
)


def chapters(today: date) -> tuple[Chapter, ...]:
    """Return the story, starting today; validities and holds end after that day."""
    return (
        _registers(today),
        _offered(),
        _missing(),
        _candidates(),
        _proposal(),
        _introduction(today + timedelta(days=60)),
        _signed_and_begun(),
        _money_without_a_builder(),
        _no_bank(),
        *network_chapters(),
        _proof(),
    )


def _registers(today: date) -> Chapter:
    return Chapter(
        "What the officers record",
        "A broker has to know two things: what the projects of its member cities need, and who "
        "can provide it. A new ledger already contains the fund's offices. Here a city, its "
        "project and an offer are added; the others are added in the same way. Names that begin "
        "with Sample are invented, and so is every amount.",
        (Step(("init",), shown=False), *_members(), *_providers(), *_projects(), *_offers(today)),
    )


def _members() -> Iterator[Step]:
    for name, code in _MEMBERS_SINCE_1993:
        words = ("city", "add", name, "--code", code, "--country", "IR", "--member-since", "1993")
        yield Step(words, shown=code == "MHD")
    for name, code, country in _MEMBERS:
        yield Step(("city", "add", name, "--code", code, "--country", country), shown=False)


def _providers() -> Iterator[Step]:
    for name, code, kind, more in _PROVIDERS:
        yield Step(("provider", "add", name, "--code", code, "--kind", kind, *more), shown=False)


def _project(title: str, city: str, *needs: str, shown: bool = False) -> Step:
    wanted = [word for need in needs for word in ("--need", need)]
    words = ("project", "add", title, "--city", city, "--sector", "transport.urban", *wanted)
    return Step(words, shown=shown)


def _projects() -> Iterator[Step]:
    yield _project(
        "Sample monorail",
        "SMP",
        "money 400M EUR monorail",
        "expertise 900 person-day monorail",
        "implementation 1 package monorail",
    )
    yield _project(
        "Mashhad bus rapid transit",
        "MHD",
        "money 30M EUR bus-rapid-transit",
        "expertise 200 person-day bus-rapid-transit",
        "implementation 1 package bus-rapid-transit",
        shown=True,
    )
    yield _project(
        "Mashhad urban railway", "MHD", "money 250M EUR urban-rail", "expertise ? person-day metro"
    )
    yield _project(
        "Sample harbour tramway",
        "SMH",
        "money 80M EUR tramway",
        "implementation 1 package tramway",
    )


def _offer(provider: str, factor: str, quantity: str, *terms: str, shown: bool = False) -> Step:
    return Step(("offer", "add", provider, factor, quantity, *terms), shown=shown)


def _offers(today: date) -> Iterator[Step]:
    until = (today + timedelta(days=400)).isoformat()
    soon = (today + timedelta(days=20)).isoformat()
    topic = ("--topics", "bus-rapid-transit")
    yield _offer("SAO", "expertise", "300 person-day", *topic, "--valid-until", until, shown=True)
    yield _offer(
        "S-BANK",
        "money",
        "60M EUR",
        *("--topics", "bus-rapid-transit", "--topics", "urban-rail", "--regions", "Asia"),
        *("--min-ticket", "5M EUR", "--max-ticket", "50M EUR", "--instruments", "loan"),
        *("--valid-until", until),
    )
    yield _offer("S-TREASURY", "money", "80M EUR", "--cities", "SMH")
    yield _offer(
        "S-RAIL", "expertise", "500 person-day", "--topics", "metro", "--valid-until", soon
    )
    yield _offer("S-BUILD", "implementation", "1 package", *topic, "--valid-until", until)


def _offered() -> Chapter:
    return Chapter(
        "What is offered",
        "Money, expertise and implementation, each in its own unit. An offer carries its mandate: "
        "topics, sectors, places, tickets and dates of validity.",
        (Step(("offer", "list")),),
    )


def _missing() -> Chapter:
    return Chapter(
        "What is missing",
        "One line for each need, with the main obstacle. The amount of one need is not known yet: "
        "it is shown as unknown, and never counted as zero.",
        (Step(("gaps",)),),
    )


def _candidates() -> Chapter:
    return Chapter(
        "Who could help",
        "São Paulo has experience with bus rapid transit, and Mashhad wants to build one: the "
        "ledger finds the pair. The monorail has neither money nor expertise, and the reasons are "
        "listed.",
        (
            Step(("need", "candidates", "N-0005")),
            Step(("need", "candidates", "N-0001")),
        ),
    )


def _proposal() -> Chapter:
    return Chapter(
        "The proposal",
        "Which pairings of needs and offers complete the most projects? Money without a builder "
        "completes nothing, so the three factors are considered together.",
        (Step(("match",)), Step(("match", "explain", "PRJ-0001"))),
        "The bus line can be completed. No offer is eligible for the monorail.",
    )


def _introduction(until: date) -> Chapter:
    held_until = ("--until", until.isoformat())
    return Chapter(
        "An introduction",
        "The fund introduces the two cities, and holds 200 days for them until a date. A hold "
        "does not close the gap; it is shown beside it.",
        (
            Step(("deal", "introduce", "O-0001", "N-0005", "200 person-day", *held_until)),
            Step(("gaps", "--where", "need=N-0005")),
        ),
    )


def _signed_and_begun() -> Chapter:
    return Chapter(
        "Both sides sign, and the first days are delivered",
        "A commitment closes the gap; deliveries come in parts.",
        (
            Step(("deal", "commit", "D-0001", "150 person-day", "--reference", "Letter 12")),
            Step(("deal", "deliver", "D-0001", "60 person-day", "--reference", "Report 1")),
            Step(("gaps", "--where", "need=N-0005")),
            Step(("project", "show", "PRJ-0002")),
        ),
        "The gap was 200 days and is now 50: 150 are signed for, and 60 of these are delivered.",
    )


def _money_without_a_builder() -> Chapter:
    return Chapter(
        "Money without a builder",
        "Sample Harbour pays for its tramway itself. Its own money is an offer like any other; it "
        "does not complete the project, because there is no builder.",
        (
            Step(("deal", "introduce", "O-0003", "N-0009", "80M EUR", "--commit"), shown=False),
            Step(("project", "show", "PRJ-0004")),
        ),
    )


def _no_bank() -> Chapter:
    return Chapter(
        "A broker, not a bank",
        "The members first wanted a bank, and could not have one. Contributions go from the "
        "provider to the project; the fund never holds them, and the ledger enforces it.",
        (Step(("deal", "deposit", "1M EUR"), refused=True),),
    )


def _proof() -> Chapter:
    return Chapter(
        "The proof",
        "Everything above is in an append-only journal. Each rule of the ledger is recomputed "
        "from it.",
        (Step(("check",)),),
    )
