"""The check of restrictions: every hold, commitment and delivery judged by what was known then.

What counts is the request: an act passes where its request raises none of the measures of its pair.
What raises one is judged on its day, by the restrictions and exemptions that its write could have
seen. With several writers, what was recorded shortly before may not have been visible yet: such an
act passes here, and the nightly run lists it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.mandate import LATE_BY, RecordHistory, Registers, stored_day
from ledger.checks.result import CheckResult
from ledger.checks.rows import CheckContext, DealRow, EntryRow, RunningBalances
from ledger.journal.entries import EXEMPTED_FORMAT, Act
from ledger.registers.records import Provider
from ledger.restrictions.acts import Change, change_of, day_tested, raising
from ledger.restrictions.bars import (
    PairRecords,
    PairTerms,
    TargetKey,
    bars_pair,
    covers,
    in_force,
    pair_terms,
    party_keys,
    target_keys,
)

_NO_VERSIONS: Final = RecordHistory()
_RAISING: Final = frozenset({Act.INTRODUCE, Act.COMMIT, Act.DELIVER})


class _Act(NamedTuple):
    """An entry of a deal, when it was recorded, what it changes, and what it says it rests on."""

    entry: int
    moment: int
    deal: DealRow
    change: Change
    exemptions: tuple[str, ...]

    def on(self, day: date) -> _Act:
        """Return the act as on the day on which it is tested."""
        return self._replace(change=self.change._replace(day=day))


class RestrictedActs(JournalCheck):
    """No request raised what a pair had held, committed or delivered while it was barred."""

    name = "restrictions"

    def __init__(self, context: CheckContext, registers: Registers) -> None:
        """Start with the histories of restrictions, and of what they are judged by."""
        super().__init__(context)
        self._registers = registers
        self._named: dict[int, bool] = {}
        self._acts: defaultdict[tuple[int, int, int, str | None], list[_Act]] = defaultdict(list)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Keep an entry of a pair that a restriction names, until its whole request was read."""
        del balances
        if bool(entry.exemptions) != (entry.format == EXEMPTED_FORMAT):
            self.report.fail(f"entry {entry.number} names exemptions outside the format for them")
        deal = None if entry.deal_id is None else self.context.deals.get(entry.deal_id)
        if deal is None:
            return
        self.report.examined += entry.act in _RAISING
        if entry.exemptions or self._is_named(deal):
            self._keep(entry, deal)

    def _keep(self, entry: EntryRow, deal: DealRow) -> None:
        day = stored_day(entry.effective_on)
        if day is None:
            return  # another check reports it
        moves = (
            (one.from_stage, one.to_stage, one.amount)
            for one in entry.movements
            if one.account_id == deal.need_id and one.deal_id == deal.id and one.is_exact
        )
        moment = self.context.known_from(entry.recorded_at, entry.request_id)
        act = _Act(entry.number, moment, deal, change_of(day, entry.act, moves), entry.exemptions)
        self._acts[entry.request_id, deal.need_id, deal.offer_id, deal.instrument].append(act)

    def finish(self) -> CheckResult:
        """Judge the requests that moved something of a pair that a restriction names."""
        for acts in self._acts.values():
            changes = [act.change for act in acts]
            raised = raising(changes)
            tested = [act.on(day_tested(changes, place)) for place, act in enumerate(acts)]
            for place in raised:
                self._judge(tested[place])
            for place, act in enumerate(tested):
                for code in act.exemptions:
                    if place not in raised or not self._rests_on(act, code):
                        self.report.fail(
                            f"entry {act.entry}: deal {act.deal.code} does not rest on {code}"
                        )
        return self.report.result()

    def _judge(self, act: _Act) -> None:
        judged = [self._barred_by(pair, act) for pair in self._pairs(act.deal, act.moment)]
        named = min(judged, key=len, default=[])
        if named:
            self.report.fail(
                f"entry {act.entry}: deal {act.deal.code} was barred on {act.change.day} by "
                f"{', '.join(named)}, as known when it was recorded"
            )

    def _barred_by(self, pair: PairTerms, act: _Act) -> list[str]:
        """Name the restrictions that bar a pair whichever versions the write has read."""
        return [
            code
            for code in self._naming(pair)
            if all(
                one is not None and in_force(one, act.change.day) and bars_pair(one, pair)
                for one in self._visible(self._registers["restriction"][code], act.moment)
            )
            and not self._is_exempt(code, pair, act)
        ]

    def _is_exempt(self, restriction: str, pair: PairTerms, act: _Act) -> bool:
        histories = self._exemptions.get(restriction, ())
        return any(self._allows(history, pair, act) for history in histories)

    def _rests_on(self, act: _Act, code: str) -> bool:
        """Say whether the exemption of a code allowed an act, by what its write could have seen."""
        histories = self._registers.get("exemption", {}).values()
        named = [one for one in histories if code in {v.code for v in one.records if v is not None}]
        pairs = [*self._pairs(act.deal, act.moment)]
        return any(self._allows(history, pair, act) for history in named for pair in pairs)

    def _allows(self, exemption: RecordHistory, pair: PairTerms, act: _Act) -> bool:
        return any(
            one is not None and in_force(one, act.change.day) and covers(one, pair)
            for one in self._visible(exemption, act.moment)
        )

    def _visible(self, history: RecordHistory, moment: int) -> list[Any]:
        """Return the versions that a write may have read; None where it may have read none."""
        versions = history.visible_at(moment, self._late_by)
        is_new = not versions or history.moments[0] > moment - self._late_by
        return [*versions, None] if is_new else versions

    def _pairs(self, deal: DealRow, moment: int) -> Iterator[PairTerms]:
        """Return what is asked of a pair by all terms that a write may have read, usually one."""
        for need, project, city in self._needed(deal, moment):
            for offer, provider in self._offered(deal, moment):
                records = PairRecords(need, project, city, offer, provider)
                for country in self._countries(provider, moment):
                    yield pair_terms(records, country, deal.instrument)

    def _needed(self, deal: DealRow, moment: int) -> Iterator[tuple[Any, Any, Any]]:
        account = self.context.accounts.get(deal.need_id)
        for need in self._versions("need", account and account.need, moment):
            for project in self._versions("project", need.project, moment):
                for city in self._versions("city", project.city, moment):
                    yield need, project, city

    def _offered(self, deal: DealRow, moment: int) -> Iterator[tuple[Any, Any]]:
        account = self.context.accounts.get(deal.offer_id)
        for offer in self._versions("offer", account and account.offer, moment):
            for provider in self._versions("provider", offer.provider, moment):
                yield offer, provider

    def _countries(self, provider: Provider, moment: int) -> list[str | None]:
        """Return the country of a provider: its own, else that of its city."""
        if provider.country is not None or provider.city is None:
            return [provider.country]
        return [city.country for city in self._versions("city", provider.city, moment)]

    @property
    def _late_by(self) -> int:
        return 0 if self.context.one_writer else LATE_BY

    def _versions(self, kind: str, code: str | None, moment: int | None) -> list[Any]:
        """Return the versions that a write may have read, or every version."""
        history = self._registers[kind].get(code or "", _NO_VERSIONS)
        return history.records if moment is None else history.visible_at(moment, self._late_by)

    def _naming(self, pair: PairTerms) -> list[str]:
        return sorted({code for key in party_keys(pair) for code in self._targets.get(key, ())})

    def _is_named(self, deal: DealRow) -> bool:
        """Say whether a party of a deal was ever a target, by any terms that it had."""
        if not self._targets:
            return False
        if deal.id not in self._named:
            self._named[deal.id] = any(key in self._targets for key in self._keys_ever(deal))
        return self._named[deal.id]

    def _keys_ever(self, deal: DealRow) -> Iterator[TargetKey]:
        need, offer = (self.context.accounts.get(one) for one in (deal.need_id, deal.offer_id))
        for one in self._versions("need", need and need.need, None):
            for project in self._versions("project", one.project, None):
                yield from self._city_keys(project.city)
        for other in self._versions("offer", offer and offer.offer, None):
            for provider in self._versions("provider", other.provider, None):
                yield "provider", provider.code
                yield "country", provider.country or ""
                yield from (key for key in self._city_keys(provider.city) if key[0] == "country")

    def _city_keys(self, code: str | None) -> Iterator[TargetKey]:
        for city in self._versions("city", code, None):
            yield "city", city.code
            yield "country", city.country

    @cached_property
    def _targets(self) -> Mapping[TargetKey, set[str]]:
        """The restrictions of which some version targets a party."""
        targets: defaultdict[TargetKey, set[str]] = defaultdict(set)
        for code, history in self._registers["restriction"].items():
            for version in history.records:
                for key in () if version is None else target_keys(version):
                    targets[key].add(code)
        return targets

    @cached_property
    def _exemptions(self) -> Mapping[str, list[RecordHistory]]:
        """The exemptions from each restriction."""
        exemptions: defaultdict[str, list[RecordHistory]] = defaultdict(list)
        for history in self._registers.get("exemption", {}).values():
            for restriction in {one.restriction for one in history.records if one is not None}:
                exemptions[restriction].append(history)
        return exemptions
