"""The data of the status and the worklist: counts of whole registers, and the records to list.

As of now the database counts, and only the records are read that may be listed; at other times, and
where restrictions bar pairs, everything is read and counted here. Both give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.approaches.states import State, state_on
from ledger.core.dates import days_after
from ledger.core.factors import Side, Stage
from ledger.gaps.completeness import need_is_covered, need_is_placed, project_state
from ledger.journal.balance import Balance, DealBalance
from ledger.registers.activity import REMINDER, Reminder
from ledger.store.needs_alike import OpenNeed, read_open_needs
from ledger.store.offers_alike import are_terms_decisive
from ledger.store.registers import load_all
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.store.statements.stored_findings import StoredFinding, read_findings
from ledger.store.status_counts import (
    DealTally,
    NeedTally,
    OfferTally,
    deals_due,
    deals_for,
    needs_late,
    offers_ending,
    tally_deals,
    tally_needs,
    tally_offers,
)
from ledger.usecases.unserved import read_unserved

_WHOLE = ("office", "provider", "city", "approach")
"""The registers that are read as a whole, however much is listed of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusData:
    """The counts by city, those of offers, and a snapshot with the records that may be listed.

    `unserved` are the needs that no offer fits, where they were looked for already: the snapshot
    need not have them. `reminders` and `findings` are all that there are.
    """

    snapshot: Snapshot
    needs: Sequence[NeedTally]
    deals: Sequence[DealTally]
    offers: OfferTally
    unserved: Sequence[OpenNeed] | None
    reminders: Sequence[Reminder]
    findings: Sequence[StoredFinding]


def read_status_data(reader: Reader, days: int) -> StatusData:
    """Read the data of the reader's day, with the records that end within so many days after it."""
    return _narrowed(reader, days) if are_terms_decisive(reader) else whole_status_data(reader)


def whole_status_data(reader: Reader) -> StatusData:
    """Read whole registers, and count their records one by one."""
    snapshot = reader.snapshot(
        *("office", "provider", "need", "offer", "deal", "approach", "instalment"), RATES
    )
    return StatusData(
        snapshot=snapshot,
        needs=_needs_by_city(snapshot),
        deals=_deals_by_city(snapshot),
        offers=_count_offers(snapshot),
        unserved=None,
        reminders=_reminders(reader),
        findings=read_findings(reader.connection),
    )


def _narrowed(reader: Reader, days: int) -> StatusData:
    """Let the database count, and read the records that may be listed."""
    connection, day = reader.connection, reader.day
    last = days_after(day, days)
    whole = {kind: load_all(connection, kind) for kind in _WHOLE}
    unserved = read_unserved(reader, [one.record for one in whole["city"].values()])
    approaches = (one.record for one in whole["approach"].values())
    interested = {one.need for one in approaches if state_on(one, day) is State.INTERESTED}
    reminders, findings = _reminders(reader), read_findings(connection)
    about = _records_to_name(reminders, findings)
    deals = {*deals_due(connection, last), *deals_for(connection, interested)}
    snapshot = reader.chosen(
        {
            "need": {*needs_late(connection, day), *about.get("need", ())},
            "offer": offers_ending(connection, last),
            "deal": deals | about.get("deal", set()),
            "project": about.get("project", ()),
        },
        whole,
    )
    return StatusData(
        snapshot=snapshot,
        needs=tally_needs(connection),
        deals=tally_deals(connection),
        offers=tally_offers(connection, day),
        unserved=read_open_needs(connection, unserved),
        reminders=reminders,
        findings=findings,
    )


def _reminders(reader: Reader) -> list[Reminder]:
    return [*reader.snapshot(REMINDER.name).records(REMINDER.name).values()]


def _records_to_name(
    reminders: Iterable[Reminder], findings: Iterable[StoredFinding]
) -> dict[str, set[str]]:
    """Give the records, by register, that open reminders and findings are about."""
    found: dict[str, set[str]] = {}
    for one in reminders:
        found.setdefault(one.kind, set()).add(one.record)
    for finding in findings:
        if finding.last.event.leaves_open and finding.deal is not None:
            found.setdefault("deal", set()).add(finding.deal)
    return found


def _needs_by_city(snapshot: Snapshot) -> list[NeedTally]:
    needs: dict[str, list[Balance]] = {code: [] for code in snapshot.records("project")}
    for facts in snapshot.need_facts.values():
        needs[facts.project.code].append(facts.balance)
    projects: dict[str, list[list[Balance]]] = {}
    for code, project in snapshot.records("project").items():
        projects.setdefault(project.city, []).append(needs[code])
    return [_tally(city, own) for city, own in projects.items()]


def _tally(city: str, projects: Sequence[Sequence[Balance]]) -> NeedTally:
    states = [project_state(own, explained=False) for own in projects]
    needs = [need for own in projects for need in own]
    quantified = [need for need in needs if need.quantified]
    wanted = [need for need in quantified if need.net]
    return NeedTally(
        city=city,
        projects=len(projects),
        complete=sum(state.complete for state in states),
        covered=sum(state.covered for state in states),
        needs=len(needs),
        quantified=len(quantified),
        wanted=len(wanted),
        open=sum(not need_is_placed(need) for need in wanted),
        missing=sum(not need_is_covered(need) for need in wanted),
    )


def _deals_by_city(snapshot: Snapshot) -> list[DealTally]:
    deals: dict[str, list[DealBalance]] = {}
    for one in snapshot.deals.values():
        deals.setdefault(snapshot.need_facts[one.deal.need].city.code, []).append(one)
    return [_tally_deals(city, own) for city, own in deals.items()]


def _tally_deals(city: str, deals: Iterable[DealBalance]) -> DealTally:
    stages = [deal.need for deal in deals]
    held = [bool(one.get(Stage.HELD)) for one in stages]
    committed = [bool(one.get(Stage.COMMITTED)) for one in stages]
    going_on = [any(pair) for pair in zip(held, committed, strict=True)]
    delivered = sum(
        bool(one.get(Stage.DELIVERED)) and not active
        for one, active in zip(stages, going_on, strict=True)
    )
    return DealTally(city, len(stages), sum(going_on), sum(held), sum(committed), delivered)


def _count_offers(snapshot: Snapshot) -> OfferTally:
    balances = snapshot.balances(Side.OFFER)
    offers = snapshot.records("offer")
    over = {code for code, offer in offers.items() if offer.is_over(snapshot.day)}
    available = sum(balances[code].free > 0 for code in offers if code not in over)
    return OfferTally(len(offers) - len(over), available, len(over))
