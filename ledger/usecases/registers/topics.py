"""Topics in use: which there are, how often, and how to rename one everywhere.

Topics are compared by key (`ledger.core.text`); records keep the text as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.core.errors import NotFound
from ledger.core.factors import Side
from ledger.core.suggest import did_you_mean, nearest
from ledger.core.text import commonest_spellings, parse_text, text_key
from ledger.journal.receipts import Note, Receipt
from ledger.registers.records import Need, Offer
from ledger.store.db.types import LIST_SEPARATOR
from ledger.store.register_codes import term_counts
from ledger.store.registers import load_all
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import NothingToChange
from ledger.usecases.registers.parse import BadTerms

NEW_TOPIC: Final = "new-topic"


class UnknownTopic(NotFound, code="unknown-topic"):
    """No need and no offer has the topic."""

    default_why = "No need and no offer in the ledger has it, in any spelling."
    default_next = "See the topics in use: cityfund topic list"


class TopicUse(NamedTuple):
    """A topic in its commonest spelling, its spellings, and how many records have it."""

    topic: str
    spellings: tuple[str, ...]
    needs: int
    offers: int


def topics_of(record: Need | Offer) -> tuple[str, ...]:
    """Return the topics that a need or an offer names."""
    if isinstance(record, Offer):
        return record.topics
    return () if record.topic is None else (record.topic,)


class _Named(NamedTuple):
    """How many records of one side name a topic in one spelling, the first of them by id."""

    first: int
    side: Side
    topic: str
    records: int


def topics_in_use(connection: Connection) -> list[TopicUse]:
    """Read the topics in use, by key; of equally common spellings the earliest recorded."""
    by_key: dict[str, list[_Named]] = {}
    for one in sorted(_named(connection)):
        by_key.setdefault(text_key(one.topic), []).append(one)
    texts = chain.from_iterable(repeat(one.topic, one.records) for one in chain(*by_key.values()))
    shown = commonest_spellings(texts)
    return [
        TopicUse(
            shown[key],
            tuple(dict.fromkeys(one.topic for one in by_key[key])),
            sum(one.records for one in by_key[key] if one.side is Side.NEED),
            sum(one.records for one in by_key[key] if one.side is Side.OFFER),
        )
        for key in sorted(by_key)
    ]


def _named(connection: Connection) -> Iterator[_Named]:
    for topic, records, first in term_counts(connection, "need", "topic"):
        yield _Named(first, Side.NEED, topic, records)
    for topics, records, first in term_counts(connection, "offer", "topics"):
        for topic in topics:
            yield _Named(first, Side.OFFER, topic, records)


def note_new_topics(uow: UnitOfWork, before: Need | Offer | None, after: Need | Offer) -> None:
    """Note each topic that a record is about to name and that nothing in the ledger names yet."""
    known = {text_key(topic) for topic in topics_of(before)} if before is not None else set()
    fresh = [topic for topic in topics_of(after) if text_key(topic) not in known]
    if fresh:
        uow.flush_registers()
        for note in new_topics(fresh, [one.topic for one in topics_in_use(uow.connection)]):
            uow.note(*note)


def new_topics(topics: Iterable[str], in_use: Sequence[str]) -> Iterator[Note]:
    """Return a note of each topic that is not in use, naming the nearest that is."""
    known = {text_key(topic) for topic in in_use}
    for topic in topics:
        if text_key(topic) in known:
            continue
        known.add(text_key(topic))
        near = nearest(topic, in_use, limit=1)
        hint = f"the nearest in use is {near[0]}" if near else "no topic in use is near it"
        yield Note(NEW_TOPIC, f"the topic {topic} is not in use yet; {hint}")


def rename_topic(uow: UnitOfWork, old: str, new: str) -> Receipt:
    """Give a topic another spelling or name in every need and offer that has it.

    Raises `UnknownTopic`, `BadTerms` and `NothingToChange`.
    """
    key, name = text_key(old), _topic(new)
    renamed = {side: [*_renamed(uow, side, key, name)] for side in Side}
    if not any(renamed.values()):
        _refuse(uow, old, key, name)
    if sum(map(len, renamed.values())) > _MANY:
        uow.accounts.read_everything()
    for side, changes in renamed.items():
        for code, terms in changes:
            uow.edit_account(side, code, **terms)
    needs, offers = (len(renamed[side]) for side in (Side.NEED, Side.OFFER))
    uow.note("topic-renamed", f"{name} in place of {old}: needs {needs}, offers {offers}")
    return uow.receipt(changes={"topic": [old, name]})


_MANY: Final = 50
"""From how many records on it is faster to read every account at once."""


def _topic(typed: str) -> str:
    name = parse_text(typed, "topic")
    if name is None or not text_key(name) or LIST_SEPARATOR in name:
        raise BadTerms(
            f"NEW: {typed!r} is not a topic.",
            why=f"A topic has letters or digits and no {LIST_SEPARATOR}, which separates topics.",
            next_step="Give one topic, such as: metro line",
        )
    return name


def _renamed(
    uow: UnitOfWork, side: Side, key: str, name: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the records that change, each with its new term."""
    column = "topic" if side is Side.NEED else "topics"
    for code, stored in load_all(uow.connection, side.value).items():
        topics = topics_of(stored.record)
        if key not in map(text_key, topics):
            continue
        after = [name if text_key(topic) == key else topic for topic in topics]
        # The new topic may have been there already, beside the old one.
        kept = tuple({text_key(topic): topic for topic in after}.values())
        if kept != topics:
            yield code, {column: kept if side is Side.OFFER else name}


def _refuse(uow: UnitOfWork, old: str, key: str, name: str) -> None:
    in_use = topics_in_use(uow.connection)
    if key not in (text_key(one.topic) for one in in_use):
        hint = did_you_mean(old, [one.topic for one in in_use])
        raise UnknownTopic(f"The topic {old!r} is not in use.", next_step=hint or None)
    raise NothingToChange(
        f"The topic is spelled {name} everywhere already.",
        why="Nothing would change.",
        next_step="See the topics in use: cityfund topic list",
    )
