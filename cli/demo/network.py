"""The association around the fund, as data: bodies, seats, motions, partnerships, restrictions.

Cities, years and roles are those of the story. What begins with Sample is invented, and so are
the days of the two sessions and of the targets, which the story does not give.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from cli.demo.walk import Chapter, Step

_BOARD = (
    *(("Moscow", "MOW", "RU"), ("Berlin", "BER", "DE"), ("Barcelona", "BCN", "ES")),
    *(("Seoul", "SEL", "KR"), ("Toronto", "TOR", "CA"), ("Melbourne", "MEL", "AU")),
    ("Mumbai", "BOM", "IN"),
)
"""Members of the association's board that appear nowhere else in the demonstration."""

_OFFICES = (
    ("WOMEN", "Office for women", "2007"),
    ("TRAINING", "Office for training", "2008"),
    ("DEVELOPMENT", "Office of the development fund", "2011"),
    ("YOUTH", "Office for youth", "2014"),
)
"""Regional offices of the association that Mashhad has hosted, each with its first year."""

SISTERS_OF_ISFAHAN = 13


def network_chapters() -> tuple[Chapter, ...]:
    """Return the chapters on the association, in the order of the story."""
    return (_association(), _motions(), _partnerships(), _city_to_city(), _approaches(), _bar())


def _shown(line: str) -> Step:
    return Step(tuple(shlex.split(line)))


def _quiet(line: str) -> Step:
    return Step(tuple(shlex.split(line)), shown=False)


def _association() -> Chapter:
    return Chapter(
        "The association, and who sits where",
        "The fund works inside an association of cities. Mashhad joined it in 1993 and did little "
        "there until about 2003; then it set out to be at every meeting, to count, and to sit "
        "where decisions are made. A seat is recorded with its years; what a seat is worth is "
        "computed from what came of it.",
        (*_bodies(), *_seats(), _shown("report seats --where city=MHD")),
        "A seat is a capacity, not a result: nothing has come of these yet.",
    )


def _bodies() -> Iterator[Step]:
    yield _quiet(
        "body add Metropolis --code METROPOLIS --kind association "
        "--note 'about 130 member metropolises; non-profit and non-political'"
    )
    for words in (
        "Board --code BOARD --kind board --seats 22",
        "'Senior advisers to the board' --code ADVISERS --kind committee --note 'three advisers'",
        "'Committee on the bank' --code BANK-STUDY --kind committee",
        "'Global Fund for Cities Development' --code FUND --kind initiative --from 2010",
        (
            "'City to City' --code CITY-TO-CITY --kind initiative --note 'with the Urban Agent "
            "Institute'"
        ),
        *(f"'{name}' --code {code} --kind office --from {year}" for code, name, year in _OFFICES),
    ):
        yield _quiet(f"body add {words} --parent METROPOLIS")
    yield _quiet(
        "body add 'Group for international cooperation' --code GROUP --kind other --from 2003 "
        "--note 'founded by the municipality of Mashhad after the second city council'"
    )


def _seats() -> Iterator[Step]:
    for name, code, country in _BOARD:
        yield _quiet(f"city add {name} --code {code} --country {country}")
        yield _quiet(f"seat add {code} BOARD --role board")
    yield _quiet(
        "seat add MHD METROPOLIS --role member --from 1993 --note 'did little there until 2003'"
    )
    for city in ("IFN", "SYZ", "THR"):
        yield _quiet(f"seat add {city} METROPOLIS --role member --from 1993")
    yield _shown("seat add MHD ADVISERS --role adviser --from 2007")
    for code, _, year in _OFFICES:
        yield _quiet(f"seat add MHD {code} --role host --from {year}")
    for seat in (
        "MHD BOARD --role board --from 2010",
        "PAR BOARD --role board",
        "MHD FUND --role founder --from 2010",
        "MHD FUND --role board --from 2010",
        "PAR --office hq --role host --from 2010",
        "IST --office asia --role candidate --until 2011 --note 'a close contest'",
        "MHD --office asia --role host --from 2011",
    ):
        yield _quiet(f"seat add {seat}")


def _motions() -> Chapter:
    session = "meeting add --body METROPOLIS --kind session --note"
    return Chapter(
        "The bank, then the fund",
        "In 2008 Mashhad proposed an international bank for members. A committee studied it and "
        "reported that a non-profit association cannot found a bank. The second motion was this "
        "fund: the link between projects and money, expertise and implementation. Mashhad's three "
        "phases are three targets: be there, count there, sit where decisions are made.",
        (
            _quiet(
                f"{session} 'for the ten years to come; sample day' --code SESSION-1 "
                "--name 'First strategic session' --from 2008-10-15"
            ),
            _quiet(
                f"{session} 'sample day' --code SESSION-2 --name 'Next strategic session' "
                "--from 2009-10-15"
            ),
            _quiet("meeting attend SESSION-1 MHD --did proposed"),
            _quiet("meeting attend SESSION-2 MHD --did proposed"),
            _shown(
                "motion add --code M-BANK --meeting SESSION-1 --by MHD "
                "--what 'An international bank for members' --referred-to BANK-STUDY "
                "--outcome declined --decided-at SESSION-2 "
                "--reason 'a non-profit association cannot found a bank'"
            ),
            _shown(
                "motion add --code M-FUND --meeting SESSION-2 --by MHD "
                "--what 'A fund that links projects to the three factors' "
                "--outcome adopted --decided-at SESSION-2 --follows M-BANK"
            ),
            *_targets(),
            _shown("report engagement --body METROPOLIS --where city=MHD"),
            _shown("report engagement --body BOARD --where city=MHD"),
        ),
        "Mashhad is at every session and counts there. It has the seat on the board that it set "
        "out for; no meeting of the board is recorded, so nothing says yet that the seat is used.",
    )


def _targets() -> Iterator[Step]:
    """Give the three phases: be at every meeting, count there, sit where decisions are made."""
    target = "target add --city MHD"
    yield _shown(
        f"{target} --body METROPOLIS --measure present --value 1 --from 2003-01-01 --by 2009-12-31"
    )
    yield _quiet(
        f"{target} --body METROPOLIS --measure effective --value 0.5 "
        "--from 2003-01-01 --by 2009-12-31"
    )
    yield _quiet(
        f"{target} --body BOARD --measure deciding --value 1 --from 2006-01-01 --by 2010-12-31"
    )


def _partnerships() -> Chapter:
    reciprocal = "partnership add PAR NYC --code PARIS-NEW-YORK --kind reciprocal-office"
    office = "partnership log PARIS-NEW-YORK 'An office of its specialists' --lasts yes"
    return Chapter(
        "Sister cities, and what came of them",
        "A partnership is judged by what came of it. Isfahan has thirteen sister cities, of which "
        "it got no use; Mashhad and Lahore are sisters, and nothing came of it. Paris and New York "
        "each have an office in the other, at the other's expense.",
        (
            *_sisters_of_isfahan(),
            _quiet("partnership add LHE MHD --kind twinning"),
            _shown(f"{reciprocal} --aim 'specialists coordinate and follow up'"),
            _shown(f"{office} --by PAR --host NYC --payer NYC"),
            _quiet(f"{office} --by NYC --host PAR --payer PAR"),
            _shown("report partnerships --by kind"),
            _shown("report partnerships --where city=IFN --by kind"),
        ),
    )


def _sisters_of_isfahan() -> Iterator[Step]:
    for number in range(1, SISTERS_OF_ISFAHAN + 1):
        code = f"S-TWIN-{number}"
        yield _quiet(f"city add 'Sample Twin {number}' --code {code} --country FR --member no")
        yield _quiet(f"partnership add {code} IFN --kind twinning")


def _city_to_city() -> Chapter:
    return Chapter(
        "City to City",
        "São Paulo leads the world in running bus rapid transit, and Mashhad wants to build one. "
        "Which city leads is an answer with its grounds: what it has delivered, and what others "
        "published about it.",
        (
            _quiet(
                "credential add SAO bus-rapid-transit 'Running bus rapid transit' "
                "--grade leading --source 'the founding story'"
            ),
            _shown("exchange standing bus-rapid-transit"),
            _shown("exchange suggest N-0005"),
        ),
    )


def _approaches() -> Chapter:
    return Chapter(
        "Approaches",
        "Before any offer exists, the fund presents a need to those who may hold the factor. An "
        "answer is recorded with its day, a decline with its reason; who does not answer is silent "
        "after sixty days.",
        (
            _shown("approach add N-0001 S-BANK --channel letter"),
            _quiet("approach add N-0004 S-BANK --channel meeting"),
            _shown("approach reply AP-0001 declined --reason topic"),
            _quiet("approach reply AP-0002 interested"),
            _shown("report pipeline"),
        ),
    )


def _bar() -> Chapter:
    return Chapter(
        "A bar by somebody else's rule",
        "In 2008 sanctions had put Mashhad's urban railway in difficulty. A restriction is "
        "recorded with its authority and reason; no act goes past it, and it ends only when a "
        "person says so.",
        (
            _shown(
                "restriction add --cities MHD --topics urban-rail --factors money "
                "--authority 'Sample authority' --reason sanctions --from 2008-01-01 --yes"
            ),
            _shown("need candidates N-0007"),
        ),
    )
