"""Topics in use: which there are, how often, and how to rename one everywhere.

Needs, offers, partnerships and credentials have topics.

Topics are compared by key (`ledger.core.text`); records keep the text as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.core.errors import NotFound, NothingToChange
from ledger.core.factors import Side
from ledger.core.suggest import nearest
from ledger.core.text import commonest_spellings, parse_text, text_key
from ledger.journal.receipts import Note, Receipt
from ledger.registers.table import REGISTERS
from ledger.store.db.types import LIST_SEPARATOR
from ledger.store.register_codes import is_used, term_counts
from ledger.store.registers import StoredRecord, load_all
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers.parse import BadTerms

NEW_TOPIC: Final = "new-topic"


class UnknownTopic(NotFound, code="unknown-topic"):
    """No record has the topic."""

    default_why = "No record in the ledger has it, in any spelling."
    default_next = "See the topics in use: cityfund topic list"


TOPIC_COLUMNS: Final = {
    "need": "topic",
    "offer": "topics",
    "partnership": "topics",
    "credential": "topic",
}
"""The registers whose records have topics, and the column in which they have one or several."""


_NAMING: Final = {**TOPIC_COLUMNS, "attendance": "topics"}
"""The registers whose records name topics: attendances also do, which alone put none in use."""


class TopicUse(NamedTuple):
    """A topic in its commonest spelling, its spellings, and how many records have it."""

    topic: str
    spellings: tuple[str, ...]
    needs: int
    offers: int
    partnerships: int
    credentials: int


def topics_of(kind: str, record: Any) -> tuple[str, ...]:
    """Return the topics that a record of a register names."""
    value = getattr(record, _NAMING[kind]) if kind in _NAMING else None
    return value if isinstance(value, tuple) else () if value is None else (value,)


class _Named(NamedTuple):
    """How many records of one register name a topic in one spelling, the first of them by id."""

    first: int
    kind: str
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
            *(
                sum(one.records for one in by_key[key] if one.kind == kind)
                for kind in TOPIC_COLUMNS
            ),
        )
        for key in sorted(by_key)
    ]


def find_topic(connection: Connection, typed: str) -> str | None:
    """Find a topic in use, in any spelling; give its commonest one."""
    key = text_key(typed)
    return next(
        (one.topic for one in topics_in_use(connection) if text_key(one.topic) == key), None
    )


def unknown_topic(connection: Connection, typed: str) -> UnknownTopic:
    """Make the refusal of a topic that no record has, naming the nearest that one has."""
    near = nearest_topics(typed, [one.topic for one in topics_in_use(connection)])
    hint = f"Did you mean {near[0]}?" if near else None
    return UnknownTopic(f"The topic {typed!r} is not in use.", next_step=hint)


def _named(connection: Connection) -> Iterator[_Named]:
    for kind, column in TOPIC_COLUMNS.items():
        for value, records, first in term_counts(connection, kind, column):
            for topic in value if isinstance(value, tuple) else (value,):
                yield _Named(first, kind, topic, records)


def note_new_topics(uow: UnitOfWork, kind: str, before: Any, after: Any) -> None:
    """Note each topic that a record is about to name and that nothing in the ledger names yet.

    `before` is None for a new record.
    """
    known = set(map(text_key, topics_of(kind, before))) if before is not None else set()
    fresh = [topic for topic in topics_of(kind, after) if text_key(topic) not in known]
    uow.flush_registers()
    kinds = (kind, *TOPIC_COLUMNS)
    fresh = [
        topic
        for topic in fresh
        if not any(_is_spelt_so(uow.connection, one, topic) for one in kinds)
    ]
    if fresh:
        for note in new_topics(fresh, [one.topic for one in topics_in_use(uow.connection)]):
            uow.note(*note)


def _is_spelt_so(connection: Connection, kind: str, topic: str) -> bool:
    """Say whether a record of the same register has this topic alone, in the same spelling."""
    column = _NAMING[kind]
    value = (topic,) if REGISTERS[kind].column[column].is_list else topic
    return is_used(connection, kind, column, value)


def nearest_topics(topic: str, in_use: Sequence[str]) -> tuple[str, ...]:
    """Return the topics in use that one abbreviates, else the most similar, else abbreviations."""
    spelt_out = tuple(one for one in in_use if _abbreviates(topic, one))
    similar = spelt_out or nearest(topic, in_use, limit=1)
    return similar or tuple(one for one in in_use if _abbreviates(one, topic))


def _abbreviates(short: str, topic: str) -> bool:
    """Say whether a text is the first letters of the words of a topic."""
    words = text_key(topic).split()
    return len(words) > 1 and text_key(short) == "".join(word[0] for word in words)


def new_topics(topics: Iterable[str], in_use: Sequence[str]) -> Iterator[Note]:
    """Return a note of each topic that is not in use, naming the nearest that is."""
    known = {text_key(topic) for topic in in_use}
    for topic in topics:
        if text_key(topic) in known:
            continue
        known.add(text_key(topic))
        near = nearest_topics(topic, in_use)
        hint = f"the nearest in use is {near[0]}" if near else "no topic in use is near it"
        yield Note(NEW_TOPIC, f"the topic {topic} is not in use yet; {hint}")


def rename_topic(uow: UnitOfWork, old: str, new: str) -> Receipt:
    """Give a topic another spelling or name in every record that has it.

    Raises `UnknownTopic`, `BadTerms` and `NothingToChange`.
    """
    key, name = text_key(old), _topic(new)
    renamed = {kind: [*_renamed(uow, kind, key, name)] for kind in TOPIC_COLUMNS}
    if not any(renamed.values()):
        _refuse(uow, old, key, name)
    counts = ", ".join(f"{REGISTERS[kind].plural} {len(one)}" for kind, one in renamed.items())
    if sum(len(renamed[side.value]) for side in Side) > _MANY:
        uow.accounts.read_everything()
    for side in Side:
        column = TOPIC_COLUMNS[side.value]
        for _, record in renamed.pop(side.value):
            uow.edit_account(side, record.code, **{column: getattr(record, column)})
    for kind, changes in renamed.items():
        for stored, record in changes:
            uow.edit(kind, stored, record)
    followed = {REGISTERS[kind].plural: _follow(uow, kind, key, name) for kind in _FOLLOWING}
    also = "".join(f", {plural} {number}" for plural, number in followed.items() if number)
    uow.note("topic-renamed", f"{name} in place of {old}: {counts}{also}")
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


def _renamed(uow: UnitOfWork, kind: str, key: str, name: str) -> Iterator[tuple[StoredRecord, Any]]:
    """Give the records that change, each as it is stored and with its new term."""
    column = TOPIC_COLUMNS[kind]
    for stored in load_all(uow.connection, kind).values():
        topics = topics_of(kind, stored.record)
        if key not in map(text_key, topics):
            continue
        kept = _with_name(topics, key, name)
        if kept != topics:
            is_list = REGISTERS[kind].column[column].is_list
            yield stored, replace(stored.record, **{column: kept if is_list else name})


def _with_name(topics: Iterable[str], key: str, name: str) -> tuple[str, ...]:
    """Replace a topic by a name, which may have been there already, beside the old one."""
    after = (name if text_key(topic) == key else topic for topic in topics)
    return tuple({text_key(topic): topic for topic in after}.values())


_FOLLOWING: Final = ("restriction", "attendance")
"""The registers whose records follow a new name, though they put no topic in use."""


def _follow(uow: UnitOfWork, kind: str, key: str, name: str) -> int:
    """Let records follow that else would no longer say what they said; count them.

    A restriction would no longer bar what it barred, and a city no longer have presented it.
    """
    count = 0
    for stored in load_all(uow.connection, kind).values():
        topics = stored.record.topics
        renamed = _with_name(topics, key, name)
        if key in map(text_key, topics) and renamed != topics:
            uow.edit(kind, stored, replace(stored.record, topics=renamed))
            count += 1
    return count


def _refuse(uow: UnitOfWork, old: str, key: str, name: str) -> None:
    if key not in (text_key(one.topic) for one in topics_in_use(uow.connection)):
        raise unknown_topic(uow.connection, old)
    raise NothingToChange(
        f"The topic is spelled {name} everywhere already.",
        why="Nothing would change.",
        next_step="See the topics in use: cityfund topic list",
    )
