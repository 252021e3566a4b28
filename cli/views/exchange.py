"""City to city: the standing of cities in a topic, and candidate cities with their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call
from cli.framework.output import day_text, emit_rows, filter_rows
from cli.framework.register_commands import Listing
from cli.framework.terminal import note
from cli.views.columns import columns
from cli.views.register import register_row
from ledger.core.quantity import Unit, format_amount, quantity_text
from ledger.core.text import text_key
from ledger.registers.network import CREDENTIAL

if TYPE_CHECKING:
    from fractions import Fraction

    from ledger.exchanges.candidate_cities import CandidateCity
    from ledger.exchanges.rankings import Rank
    from ledger.exchanges.standing import CityStanding
    from ledger.registers.network import Credential
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.city_standing import OpenPoint, StandingReport
    from ledger.usecases.exchanges.suggest import Question, Suggestions

_SCHEMA: Final = "cityfund.exchange/1"
_STANDING: Final = columns(
    "city city_name (country) (office) standing ranks:1 grades:2 served_cities:3 delivered~ "
    "offers~:4 presented:5 (served) (credentials~)",
    city="City",
    city_name="Name",
    standing="Standing",
    served_cities="Served",
    offers="Offers",
)
_CANDIDATES: Final = columns(
    "need city city_name (country) (office) offers~ standing best_rank:2 (rank) (ranked) "
    "partnership:3 region:4 population_ratio:5 busy:1 barred_by (topic) (ranks) (grades) (served) "
    "(delivered~)",
    city="City",
    city_name="Name",
    offers="Eligible offers",
    standing="Standing",
    best_rank="Best rank",
    barred_by="Barred by",
)
_CREDENTIAL_LIST: Final = columns(
    "code city_name topic evidence until source:1", code="Credential", city_name="City"
)
_PLACES: Final = 10_000


def list_credentials(snapshot: Snapshot) -> Listing:
    """List the credentials, each with its evidence in a line."""
    rows = [
        {
            **register_row(snapshot, CREDENTIAL, one),
            "evidence": credential_text(one),
            "office": snapshot.records("city")[one.city].office,
        }
        for one in snapshot.records(CREDENTIAL.name).values()
    ]
    return Listing(rows, _CREDENTIAL_LIST, more=["evidence", "office"])


def emit_standing(call: Call, report: StandingReport) -> None:
    """Write the standing of each city in a topic."""
    from ledger.usecases.city_standing import RULE, not_counted  # noqa: PLC0415 - brings the store

    rows = [
        {
            **_city(report.cities[one.city]),
            **_standing(one, report.units),
            "presented": report.presented.get(one.city, ()),
        }
        for one in report.rows
    ]
    head = {
        "schema": _SCHEMA,
        "as_of": report.as_of,
        "known_at": report.known_at,
        "topic": report.topic,
        "rule": RULE,
    }
    kept = [*filter_rows(rows, _STANDING, call.read)]
    counts = not_counted(_left_open(call, report.open_points, kept))
    unfiltered = call.read.without_filters()
    emit_rows(kept, _STANDING, unfiltered, head=head, tail={"not_counted": counts})
    _note(call, report, RULE, counts)


def emit_suggestions(call: Call, suggestions: Suggestions) -> None:
    """Write the candidate cities of each question, with every column of their order."""
    from ledger.usecases.city_standing import not_counted  # noqa: PLC0415 - brings the store
    from ledger.usecases.exchanges.suggest import RULE  # noqa: PLC0415 - brings the store

    units = suggestions.snapshot.units
    rows = [
        _candidate(question, one, units)
        for question, candidates in suggestions.answers
        for one in candidates
    ]
    head = {
        "schema": _SCHEMA,
        "as_of": suggestions.as_of,
        "known_at": suggestions.known_at,
        "order": suggestions.order,
        "rule": RULE,
    }
    kept = [*filter_rows(rows, _CANDIDATES, call.read)]
    unknown = sum(row["need"] is not None and row["population_ratio"] is None for row in kept)
    counts = {
        "needs_without_topic": suggestions.needs_without_topic,
        **not_counted(_left_open(call, suggestions.open_points, kept)),
        "population_ratios_unknown": unknown,
    }
    unfiltered = call.read.without_filters()
    emit_rows(kept, _CANDIDATES, unfiltered, head=head, tail={"not_counted": counts})
    _note(call, suggestions, RULE, counts)


def _left_open(
    call: Call, points: Sequence[OpenPoint], rows: Sequence[Mapping[str, Any]]
) -> Iterator[OpenPoint]:
    """Keep what is left open of the cities that met every filter, in the topics asked for."""
    every = call.read == call.read.without_filters()
    kept = {row["city"] for row in rows}
    in_topics = {(row["city"], text_key(row["topic"])) for row in rows if row.get("topic")}
    for one in points:
        of_topic = one.topic is None or not in_topics or (one.city, one.topic) in in_topics
        if every or (one.city in kept and of_topic):
            yield one


def credential_text(credential: Credential) -> str:
    """Describe a credential in a line: gold: El Dorado (2013)."""
    as_of = "" if credential.as_of is None else f" ({credential.as_of})"
    if credential.measure is None:
        return f"{credential.grade}: {credential.what}{as_of}"
    return f"{credential.value:f} {credential.unit}, {credential.measure}{as_of}"


def _city(city: Any) -> dict[str, Any]:
    return {
        "city": city.code,
        "city_name": city.name,
        "country": city.country,
        "office": city.office,
    }


def _standing(one: CityStanding, units: Mapping[str, Unit]) -> dict[str, Any]:
    grades = [credential_text(c) for c in one.credentials if c.measure is None]
    return {
        "standing": one.standing.value,
        "ranks": [str(rank) for rank in one.ranks],
        "grades": grades,
        "served_cities": len(one.served) or None,
        "served": one.served,
        "delivered": [quantity_text(amount, units[unit]) for unit, amount in one.delivered],
        "offers": one.offers,
        "credentials": [c.code for c in one.credentials],
        "measures": [_measure(rank) for rank in one.ranks],
        "deliveries": [
            {"quantity": format_amount(amount, units[unit].decimals), "unit": unit}
            for unit, amount in one.delivered
        ],
    }


def _measure(rank: Rank) -> dict[str, Any]:
    credential = rank.credential
    return {
        "measure": credential.measure,
        "place": rank.place,
        "ranked": rank.ranked,
        "value": credential.value,
        "unit": credential.unit,
        "better": credential.better,
        "as_of": None if credential.as_of is None else credential.as_of.text,
        "credential": credential.code,
    }


def _candidate(question: Question, one: CandidateCity, units: Mapping[str, Unit]) -> dict[str, Any]:
    best = one.standing.ranks[0] if one.standing.ranks else None
    return {
        "need": None if question.need is None else question.need.need.code,
        "topic": question.topic,
        **_city(one.city),
        **_standing(one.standing, units),
        "offers": one.offers,
        "best_rank": None if best is None else str(best),
        "rank": None if best is None else best.place,
        "ranked": None if best is None else best.ranked,
        "partnership": one.partnership,
        "region": one.region,
        "population_ratio": _ratio(one.population_ratio),
        "busy": one.busy,
        "barred_by": [restriction.code for restriction in one.barred],
    }


def _ratio(ratio: Fraction | None) -> str | None:
    """Write a ratio with four places, rounded down."""
    if ratio is None:
        return None
    whole, rest = divmod(ratio.numerator * _PLACES // ratio.denominator, _PLACES)
    return f"{whole}.{rest:04}"


def _note(
    call: Call, answer: StandingReport | Suggestions, rule: str, counts: Mapping[str, int]
) -> None:
    """Note the day, the formula, and what could not be counted."""
    if call.format != "table":
        return
    note(call, f"{day_text(answer.as_of, answer.known_at)}.")
    note(call, f"Formula: {rule}.")
    if parts := [f"{name.replace('_', ' ')}: {count:,}" for name, count in counts.items() if count]:
        note(call, f"Not counted: {'; '.join(parts)}.")
