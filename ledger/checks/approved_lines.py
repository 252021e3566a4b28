"""What an approval showed, compared with the entries that were recorded by it.

An approval shows the totals of its request and then its entries one by one, up to a number; where
there are more, it shows a hash of them all. The lines are made again from what is stored: deals,
needs, offers, quantities and days.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger.approvals.lines import MOST_LINES, EntriesDigest, EntryTerms, pattern_of
from ledger.checks.rows import CheckContext, EntryRow
from ledger.core.factors import Side, Stage
from ledger.core.text import ERASED
from ledger.journal.entries import Act, Movement


class _Recorded(NamedTuple):
    number: int
    terms: EntryTerms
    declares: frozenset[str]
    introduces: bool


def movements_of(entry: EntryRow, context: CheckContext) -> list[Movement]:
    """Give the movements of an entry with its accounts' codes, as far as they can be read.

    Raises `ValueError` for words that are none.
    """
    return [
        Movement(
            side=Side(context.side_of(one.account_id) or ""),
            account=_code(context, one.account_id),
            unit=one.unit,
            from_stage=Stage(one.from_stage),
            to_stage=Stage(one.to_stage),
            amount=one.amount,
        )
        for one in entry.movements
        if one.is_exact and one.from_stage != one.to_stage and one.unit in context.units
    ]


def _code(context: CheckContext, account_id: int) -> str:
    account = context.accounts[account_id]
    # The second record of a code is told apart by what follows a space, which no code has.
    return (account.need or account.offer or str(account_id)).partition(" ")[0]


class ApprovedLines:
    """The entries of requests that were recorded by an approval: the first, and a hash of all."""

    def __init__(self, context: CheckContext) -> None:
        """Start without entries."""
        self._context = context
        self._entries: defaultdict[int, list[_Recorded]] = defaultdict(list)
        self._digests: defaultdict[int, EntriesDigest] = defaultdict(EntriesDigest)

    def add(
        self,
        entry: EntryRow,
        day: date,
        act: Act,
        movements: Sequence[Movement],
        *,
        is_new_deal: bool,
    ) -> None:
        """Take in the next entry of a request, and keep it unless as many are kept as are shown."""
        entries = self._entries[entry.request_id]
        if not movements:
            return
        deal = None if entry.deal_id is None else self._context.deals.get(entry.deal_id)
        terms = EntryTerms(
            act=act,
            movements=movements,
            deal=None if deal is None else deal.code.partition(" ")[0],
            effective_on=day,
            reverses=entry.reverses,
            override=entry.override,
        )
        first = entries[0].number if entries else entry.number
        here = entry.reverses is not None and entry.reverses >= first
        digest = self._digests[entry.request_id]
        digest.add(terms, introduces=is_new_deal, reverses_here=here)
        if len(entries) == MOST_LINES:
            return
        declared = {one.account for one in movements if one.from_stage is Stage.UNDECLARED}
        entries.append(_Recorded(entry.number, terms, frozenset(declared), is_new_deal))

    def agree(
        self, request: int, shown: str | None, totals: Sequence[str], *, has_digest: bool
    ) -> bool:
        """Say whether what was shown has the totals, and then the entries, of a request.

        What was erased agrees with anything: the check of seals says whether it was. Without
        `has_digest` it is of an earlier format, which shows no hash of all entries.
        """
        if shown == ERASED:
            return True
        lines = _read(shown)
        starts = range(len(lines) - len(totals) + 1)
        start = next((at for at in starts if lines[at : at + len(totals)] == [*totals]), None)
        if start is None:
            return False
        own = lines[start + len(totals) :]
        digest = self._digests[request]
        if has_digest and digest.count > MOST_LINES and own[-1:] != [digest.line]:
            return False
        patterns = [*self._patterns(request)]
        return len(own) >= len(patterns) and all(
            pattern.fullmatch(line) for pattern, line in zip(patterns, own, strict=False)
        )

    def _patterns(self, request: int) -> Iterator[re.Pattern[str]]:
        entries = self._entries.get(request, [])
        new = frozenset(code for one in entries for code in one.declares)
        deals = {one.terms.deal for one in entries if one.introduces}
        first = min((one.number for one in entries), default=0)
        for one in entries:
            yield pattern_of(
                one.terms,
                self._context.units.__getitem__,
                new_accounts=new,
                new_deal=one.terms.deal in deals,
                reverses_here=one.terms.reverses is not None and one.terms.reverses >= first,
            )


def _read(shown: str | None) -> list[str]:
    """Read the lines that were shown; none where they cannot be read."""
    try:
        lines = json.loads(shown or "")
    except ValueError:
        return []
    return [one for one in lines if isinstance(one, str)] if isinstance(lines, list) else []
