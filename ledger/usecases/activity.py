"""The log: every recorded act, with who made it, when, and which records it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from ledger.core.factors import Side
from ledger.store.acts import RecordedAct, read_acts, requests_about
from ledger.store.named_records import all_under, find_all_named, find_named
from ledger.store.session.snapshot import Reader

_SIDES = tuple(side.value for side in Side)


class LogQuery(NamedTuple):
    """Which acts are asked for: all of these must hold.

    `about` and `office` are codes as typed: of a record, with all that stands under it, and of an
    office of the fund, with its cities and all that stands under them.
    """

    since: datetime | None = None
    actor: str | None = None
    office: str | None = None
    about: str | None = None


class RecordName(NamedTuple):
    """A record that an act is about; `version` is the one that it recorded, if it did."""

    kind: str
    code: str
    version: int | None = None


def read_log(reader: Reader, query: LogQuery) -> Iterator[RecordedAct]:
    """Read acts in the order of recording. Raises `UnknownCode` and `AmbiguousCode`.

    What sets a ledger up records every office, and is about none of them alone.
    """
    acts = read_acts(
        reader.connection, since=query.since, actor=query.actor, among=_requests(reader, query)
    )
    if query.office is None:
        return acts
    from ledger.store.session.execute import SET_UP  # noqa: PLC0415 - brings what a write needs

    return (act for act in acts if act.command not in SET_UP)


def acts_about(
    reader: Reader, records: Mapping[str, set[int]], since: datetime
) -> Iterator[RecordedAct]:
    """Read the acts since a time about some records, by their register and id."""
    among = requests_about(reader.connection, records)
    return read_acts(reader.connection, since=since, among=among)


def _requests(reader: Reader, query: LogQuery) -> set[int] | None:
    """Give the requests about a record and of an office; None where neither is asked for."""
    connection = reader.connection
    named = []
    if query.about is not None:
        named.append(find_all_named(connection, query.about))
    if query.office is not None:
        named.append([find_named(connection, query.office, ["office"])])
    found = [requests_about(connection, all_under(connection, keys)) for keys in named]
    return set.intersection(*found) if found else None


def records_of(act: RecordedAct) -> list[RecordName]:
    """Name the records that an act is about, those that it recorded first."""
    receipt = act.receipt
    named = [
        RecordName(one["kind"], one["code"], one["version"])
        for one in receipt.get("registers") or ()
    ]
    there = {(one.kind, one.code) for one in named}
    others = [("deal", receipt.get("deal"))]
    others += [(side, (receipt.get(side) or {}).get("code")) for side in _SIDES]
    named += [RecordName(kind, code) for kind, code in others if code and (kind, code) not in there]
    return named
