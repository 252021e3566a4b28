"""A reader whose every report has to add up, while others write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from multiprocessing.synchronize import Event
from typing import Any

from hands import Hand
from sqlalchemy import Connection

from ledger.core.factors import DEAL_STAGES, Side, Stage
from ledger.journal.entries import Entry
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.session.snapshot import Reader as SnapshotReader
from ledger.store.session.snapshot import Snapshot
from ledger.usecases.gaps import GapQuery, GapReport, report_gaps

FOLDED = Times(as_of=date.max)
"""Asked as of a date, a standing is summed up from the journal, not read from what is kept."""


class Reader(Hand):
    """Reads over and over until told to stop; gives how often, and what did not add up."""

    def watch(self, stop: Event) -> tuple[int, list[str]]:
        readings, wrong = 0, []
        while not stop.is_set() or not readings:
            with self.ledger.reader() as reader:
                wrong += faults_of_moment(reader)
            wrong += faults_of_report(report_gaps(self.ledger, GapQuery(by=("project",))))
            readings += 1
        return readings, wrong


def faults_of_moment(reader: SnapshotReader) -> list[str]:
    """Give what differs between the three ways of telling where everything stands at a moment."""
    snapshot = reader.snapshot("deal")
    return [
        *_kept_against_sums(reader.connection),
        *_kept_against_entries(snapshot, reader.entries()),
        *_deals_against_holders(snapshot),
    ]


def _kept_against_sums(reading: Connection) -> list[str]:
    """Balances kept with each movement equal the journal summed up, holders and deals alike."""
    wrong = []
    for side in Side:
        kept, summed = (
            balances.account_stages(reading, side, times) for times in (Times(), FOLDED)
        )
        wrong += _different(f"{side} kept and summed", kept, summed)
    kept, summed = (balances.deal_stages(reading, times) for times in (Times(), FOLDED))
    return wrong + _different("deals kept and summed", kept, summed)


def _kept_against_entries(snapshot: Snapshot, entries: Iterable[Entry]) -> list[str]:
    """What is required is all its stages, by adding entry after entry of the journal."""
    found: dict[Side, dict[str, Counter[Stage]]] = {side: {} for side in Side}
    for entry in entries:
        for move in entry.movements:
            stages = found[move.side].setdefault(move.account, Counter())
            stages[move.from_stage] -= move.amount
            stages[move.to_stage] += move.amount
    wrong = []
    for side in Side:
        for code, balance in snapshot.balances(side).items():
            stages = found[side].get(code, Counter())
            declared = -stages.pop(Stage.UNDECLARED, 0)
            if balance.required != declared or declared != sum(stages.values()):
                wrong.append(f"{side} {code}: {balance.required} of {declared}: {dict(stages)}")
            wrong += _different(f"{side} {code}", {0: balance.stages}, {0: stages})
    return wrong


def _deals_against_holders(snapshot: Snapshot) -> list[str]:
    """What stands in the deals of a need or an offer is what it has held, committed, delivered."""
    summed: dict[Side, dict[str, Counter[Stage]]] = {side: {} for side in Side}
    for one in snapshot.deals.values():
        for side, code, stages in (
            (Side.NEED, one.deal.need, one.need),
            (Side.OFFER, one.deal.offer, one.offer),
        ):
            summed[side].setdefault(code, Counter()).update(stages)
    wrong = []
    for side in Side:
        for code, balance in snapshot.balances(side).items():
            deals = summed[side].get(code, Counter())
            wrong += [
                f"{side} {code} {stage}: deals have {deals[stage]}"
                for stage in DEAL_STAGES
                if balance.stages.get(stage, 0) != deals[stage]
            ]
    return wrong


def faults_of_report(report: GapReport) -> list[str]:
    """Give what does not add up in a gap report: its rows, its projects, its totals."""
    wrong = []
    by_project: Counter[str] = Counter()
    for row in report.rows:
        closed = row.committed + row.delivered
        if row.gap is not None and row.required is not None:
            if row.required - row.withdrawn - closed != row.gap or row.held > row.gap:
                wrong.append(f"{row.need}: gap {row.gap} of {row.required}")
            by_project[row.project] += row.gap
    groups = {dict(group.keys)["project"]: group.gap for group in report.groups}
    if groups != dict(by_project):
        wrong.append(f"projects {dict(by_project)}, told {groups}")
    total = sum(by_project.values())
    if [one.gap for one in report.totals] != [total]:
        wrong.append(f"all {total}, told {report.totals}")
    return wrong


def _different(what: str, first: Mapping[Any, Any], second: Mapping[Any, Any]) -> list[str]:
    one, other = (_filled(stages) for stages in (first, second))
    return [] if one == other else [f"{what}: {one} and {other}"]


def _filled(found: Mapping[Any, Any]) -> dict[Any, Any]:
    """Leave out what is empty: a row of zeros and no row say the same."""
    plain = {
        key: {stage: amount for stage, amount in stages.items() if amount}
        for key, stages in found.items()
    }
    return {key: stages for key, stages in plain.items() if stages}
