"""The postings of a need or an offer on the timeline of effective dates.

Those that are recorded are read from the journal. Those of the write that goes on are in its
drafts: an import posts a hundred thousand entries, and few of its acts ask for any of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from ledger.core.factors import Side
from ledger.journal.entries import WAITING, Draft, Entry, Movement
from ledger.journal.timeline import TimelinePosting
from ledger.store.db import tables
from ledger.store.journal.entries import read_entries


class PostingsHere:
    """What a write has posted of each need and offer, in the order of posting.

    The drafts are gone through when somebody asks, from where the last question ended.
    """

    def __init__(self, drafts: Sequence[Draft], deal_id: Callable[[str], int]) -> None:
        """Start with the drafts of a write, to which it adds; `deal_id` gives the id of a deal."""
        self._drafts = drafts
        self._deal_id = deal_id
        self._seen = 0
        self._by_account: defaultdict[tuple[Side, str], list[TimelinePosting]] = defaultdict(list)

    def of(self, side: Side, code: str) -> Sequence[TimelinePosting]:
        """Give the postings of a need or an offer, by its exact code."""
        for place in range(self._seen, len(self._drafts)):
            draft = self._drafts[place]
            day, number = draft.details.effective_on, WAITING + place
            for line, movement in enumerate(draft.movements, start=1):
                own = self._by_account[movement.side, movement.account]
                own.append(self.posting(day, number, line, movement))
        self._seen = len(self._drafts)
        return self._by_account.get((side, code), ())

    def posting(self, day: date, number: int, line: int, movement: Movement) -> TimelinePosting:
        """Give a movement as a posting of an entry, whose number and day these are."""
        return TimelinePosting(
            effective_on=day,
            number=number,
            line=line,
            from_stage=movement.from_stage,
            to_stage=movement.to_stage,
            amount=movement.amount,
            deal=None if movement.deal is None else self._deal_id(movement.deal),
        )

    def forget_from(self, place: int) -> None:
        """Leave out the drafts from a place on, which are about to be taken back."""
        for draft in reversed(self._drafts[place : self._seen]):
            for movement in draft.movements:
                self._by_account[movement.side, movement.account].pop()
        self._seen = min(self._seen, place)


def read_later_postings(
    connection: Connection, account_id: int, day: date
) -> list[TimelinePosting]:
    """Read the movements of one need or offer that are dated after a day."""
    movement = tables.movement.c
    query = select(
        *movement["effective_on", "entry_id", "line", "from_stage", "to_stage", "amount", "deal_id"]
    ).where(movement.holder_id == account_id, movement.effective_on > day)
    return [TimelinePosting(*row) for row in connection.execute(query)]


def last_dates(connection: Connection) -> dict[int, date]:
    """Give the latest effective date of each holder that has any movement."""
    movement = tables.movement.c
    query = select(movement.holder_id, func.max(movement.effective_on))
    return dict(connection.execute(query.group_by(movement.holder_id)).all())


def entries_of_day(
    connection: Connection, drafts: Sequence[Draft], deal_id: int, code: str, day: date
) -> Iterator[tuple[int, Entry | Draft]]:
    """Give the entries of a deal on a day by their numbers: recorded, then those of a write."""
    entry = tables.entry.c
    for one in read_entries(connection, entry.deal_id == deal_id, entry.effective_on == day):
        yield one.number, one
    for number, draft in enumerate(drafts, start=WAITING):
        if draft.deal == code and draft.details.effective_on == day:
            yield number, draft
