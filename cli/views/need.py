"""How needs and offers are shown: as rows of a list, and each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record
from cli.framework.register_commands import Listing, withdrawn
from cli.views.columns import columns
from cli.views.register import ANY, need_row, offer_row
from ledger.gaps.completeness import need_state

if TYPE_CHECKING:
    from ledger.eligibility.rules import OfferFacts
    from ledger.journal.balance import Balance, DealBalance
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.usecases.approaches.declines import DeclinesByReason

NEED_COLUMNS = columns(
    "code project project_title city_name factor topic gap?[unit] needed_by",
    code="Need",
    project_title="Title",
)
NEED_NARROW = columns("code description_text project_said gap?[unit] needed_by", code="Need")
NEED_MORE = (
    "city",
    "city_name",
    "office",
    "open",
    "held",
    "committed",
    "delivered",
    "withdrawn",
    "gap",
    "quantity_absent",
    "state",
)
OFFER_COLUMNS = columns(
    "code (provider) provider_name factor available? quantity? unit topics mandate valid_until",
    code="Offer",
    provider="Provider code",
    quantity="Offered",
)
OFFER_NARROW = columns(
    "code provider_name description_text available?[unit] valid_until", code="Offer"
)
OFFER_MORE = (
    "offices",
    *("available", "held", "committed", "delivered", "withdrawn_quantity"),
    *("expired", "over", "mandate", "quantity_absent", "state", "city"),
)
_NEED_TERMS = columns(
    "code project_said city_said factor topic quantity?[unit] declared_on needed_by "
    "divisible_said instruments after_said note",
    code="Need",
    quantity="Required",
)
_OFFER_TERMS = columns(
    "code provider_said factor topics_said quantity?[unit] declared_on valid_from "
    "valid_until available_from sectors countries regions_said cities excluded_countries "
    "instruments min_ticket[unit] max_ticket[unit] max_share condition rate note "
    "over_said",
    code="Offer",
    quantity="Offered",
    min_ticket="Minimum ticket",
    max_ticket="Maximum ticket",
    max_share="Maximum share",
    rate="Interest rate, % p.a.",
)


def need_listed(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """Return the row of a need in a listing, with its factor, topic and project in short."""
    row = need_row(snapshot, code)
    return {
        **row,
        "description_text": ": ".join(part for part in (row["factor"], row["topic"]) if part),
        "project_said": f"{row['project_title']} ({row['project']})",
    }


def offer_listed(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """Return the row of an offer in a listing, with its factor, topics and mandate in short."""
    row = offer_row(snapshot, code)
    terms = "" if row["mandate"] == ANY else row["mandate"]
    about = "; ".join(part for part in ("/".join(row["topics"]), terms) if part)
    return {**row, "description_text": f"{row['factor']}: {about or ANY}"}


def list_needs(snapshot: Snapshot) -> Listing:
    """List needs with what each requires and its gap; those withdrawn as a whole are hidden."""
    rows = [
        {**need_listed(snapshot, code), "state": need_state(facts.balance).value}
        for code, facts in snapshot.need_facts.items()
    ]
    gone = {row["code"] for row in rows if _is_withdrawn(snapshot.need_facts[row["code"]].balance)}
    return Listing(
        rows,
        NEED_COLUMNS,
        more=NEED_MORE,
        narrow=NEED_NARROW,
        hides=lambda row: row["code"] in gone,
    )


def _is_withdrawn(balance: Balance) -> bool:
    return balance.quantified and balance.net == 0


def list_offers(snapshot: Snapshot) -> Listing:
    """List offers with what is available of each, its mandate, and how long it is valid."""
    from ledger.eligibility.offices import OfficesAdmitted  # noqa: PLC0415 - for offers alone

    offices_of = OfficesAdmitted(snapshot.records("city").values())
    rows = [
        {
            **offer_listed(snapshot, code),
            "offices": offices_of(facts.offer),
            "state": _offer_state(snapshot, facts),
            "city": facts.provider.city,
        }
        for code, facts in snapshot.offer_facts.items()
    ]
    return Listing(rows, OFFER_COLUMNS, more=OFFER_MORE, narrow=OFFER_NARROW, hides=withdrawn)


def _offer_state(snapshot: Snapshot, facts: OfferFacts) -> str:
    """Return the use of an offer, in the words of the report on offers."""
    if facts.offer.withdrawn:
        return "withdrawn"
    from ledger.summaries.offers import LAPSE_DAYS, use_of  # noqa: PLC0415 - for offers alone

    return use_of(facts, snapshot.day, LAPSE_DAYS).value


def emit_need(call: Call, reader: Reader, code: str) -> None:
    """Write one need: its terms, its balance, eligible offers and deals."""
    # What a list does without.
    from cli.views.approach import (  # noqa: PLC0415
        asked_of_need,
        reasons_of_declines,
        under_need,
    )
    from cli.views.balance import gap_text, wrapped  # noqa: PLC0415
    from cli.views.project import need_document  # noqa: PLC0415
    from ledger.usecases.candidates import needs_before  # noqa: PLC0415 - brings the store
    from ledger.usecases.eligible_offers import count_for  # noqa: PLC0415 - as above

    snapshot = reader.around("need", code)
    facts = snapshot.need_facts[code]
    fit = count_for(reader, snapshot, [facts])[code]
    document = need_document(snapshot, facts, fit)
    earlier = needs_before(reader, facts.need)
    document["waits_for"] = [one.need for one in earlier if one.is_waited_for]
    row = {
        **document,
        "project_said": f"{facts.project.title} ({facts.project.code}, {facts.project.status})",
        "city_said": f"{facts.city.name} ({facts.city.code}), {facts.city.country}",
        "divisible_said": "yes" if facts.need.divisible else "no: one offer must cover it",
        "instruments": document["instruments"] or None,
        "after_said": [one.text for one in earlier] or None,
    }
    gap = gap_text(facts.balance, fit)
    lacks = wrapped(gap) if gap else []
    asked = asked_of_need(snapshot, code)
    deals = snapshot.deals_of(need=code)
    declines = _declines(reader, code, reasons_of_declines(asked))
    told = [one.text for one in declines]
    below = [*_below(snapshot, facts.balance, lacks, deals), *under_need(asked), *told]
    shown = {
        "schema": "cityfund.need/1",
        **document,
        "approaches": asked,
        "declines": [one.to_dict() for one in declines],
    }
    emit_record(row, _NEED_TERMS, call.read, document=shown, below=below)


def _declines(reader: Reader, code: str, reasons: list[str]) -> list[DeclinesByReason]:
    if not reasons:
        return []
    from ledger.usecases.approaches.declines import (  # noqa: PLC0415 - few needs were declined
        declines_of_need,
    )

    return declines_of_need(reader, code, reasons)


def emit_offer(call: Call, reader: Reader, code: str) -> None:
    """Write one offer: its terms, mandate, balance and deals."""
    # What a list does without.
    from cli.views.balance import deals_of  # noqa: PLC0415
    from cli.views.origin import (  # noqa: PLC0415
        outcome_document,
        outcome_lines,
        read_outcome,
    )
    from ledger.reference.places import region_names  # noqa: PLC0415 - help does without

    snapshot = reader.around("offer", code)
    facts = snapshot.offer_facts[code]
    deals = snapshot.deals_of(offer=code)
    outcome = read_outcome(reader, "offer", code)
    document = {
        "schema": "cityfund.offer/1",
        **offer_row(snapshot, code),
        "deals": deals_of(snapshot, deals),
        **outcome_document(outcome),
    }
    row = {
        **document,
        "provider_said": f"{facts.provider.name} ({facts.provider.code}, {facts.provider.kind})",
        "topics_said": ", ".join(facts.offer.topics) or "any",
        "regions_said": [*region_names(facts.offer.regions)] or None,
        "over_said": _state_text(snapshot, facts.offer),
    }
    below = [*_below(snapshot, facts.balance, [], deals), *outcome_lines(outcome)]
    emit_record(row, _OFFER_TERMS, call.read, document=document, below=below)


def _state_text(snapshot: Snapshot, offer: Any) -> str | None:
    if offer.withdrawn:
        return "withdrawn"
    return "no longer valid" if offer.has_expired(snapshot.day) else None


def _below(
    snapshot: Snapshot,
    balance: Balance,
    more: list[str],
    deals: list[DealBalance],
) -> Iterator[str]:
    from cli.views.balance import deal_section, stage_lines  # noqa: PLC0415 - as above

    yield ""
    yield from stage_lines(balance)
    yield from more
    yield from deal_section(snapshot, deals)
