"""Queries used for reading and writing: settings, units, requests and their receipts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Result,
    ScalarSelect,
    String,
    Table,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    null,
    select,
    table,
)

from ledger import __version__
from ledger.core.dates import find_time_zone
from ledger.core.quantity import Unit
from ledger.core.requests import KeyReused, Request, require_same
from ledger.journal.entries import BOUND_FORMAT
from ledger.journal.receipts import replayed
from ledger.registers.table import origin_kinds
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.db.types import coded

_Value = TypeVar("_Value")
TIME_ZONE: Final = "time_zone"
BASE_CURRENCY: Final = "base_currency"
ASSOCIATION: Final = "association"
SLEEPING_MONTHS: Final = "sleeping_months"
SCHEMA: Final = "schema"
"""The version of the schema that an upgrade brought; a new ledger does not record its first."""

RIGHTS: Final = "rights"
"""The SHA-256 of the rights of the server's users after the program last granted them."""

DEFAULT_SETTINGS: Final = {TIME_ZONE: "UTC", BASE_CURRENCY: "EUR", SLEEPING_MONTHS: "24"}


class Settings(NamedTuple):
    """The ledger's settings. `zone` is its time zone with every change of it.

    `association` is the code of the body whose members the fund's cities are, where one is set. A
    partnership sleeps that shows no sign of life for longer than `sleeping_months`.
    """

    base_currency: str
    zone: tzinfo
    association: str | None = None
    sleeping_months: int = int(DEFAULT_SETTINGS[SLEEPING_MONTHS])


_SETTINGS: Final = select(
    *tables.setting_version.c["name", "value", "recorded_at"],
).order_by(tables.setting_version.c.name, tables.setting_version.c.version)


_SETTINGS_NOW: Final = Prepared(_SETTINGS)


def read_settings(connection: Connection, known_at: datetime | None = None) -> Settings:
    """Read the ledger's settings, as now or as known at a moment."""
    if known_at is None:
        rows = _SETTINGS_NOW.rows(connection)
    else:
        query = _SETTINGS.where(known_by(tables.setting_version, known_at))
        rows = [tuple(row) for row in connection.execute(query)]
    # Later versions overwrite earlier ones of the same name as the rows come in order.
    values = {**DEFAULT_SETTINGS, **{name: value for name, value, _ in rows}}
    zones = [(value, recorded_at) for name, value, recorded_at in rows if name == TIME_ZONE]
    zone = _zone(values[TIME_ZONE], zones)
    return Settings(
        values[BASE_CURRENCY],
        zone,
        values.get(ASSOCIATION) or None,
        int(values[SLEEPING_MONTHS]),
    )


def _zone(name: str, versions: Sequence[tuple[str, datetime]]) -> tzinfo:
    if len(versions) <= 1:
        return find_time_zone(name)
    from ledger.core.time_zones import ZoneHistory, ZoneVersion  # noqa: PLC0415 - few changed it

    return ZoneHistory([ZoneVersion(*version) for version in versions])


def last_setting_version(connection: Connection, name: str) -> int:
    """Give the number of the last version of a setting; 0 where it was never set."""
    setting = tables.setting_version.c
    query = select(func.max(setting.version)).where(setting.name == name)
    return connection.execute(query).scalar() or 0


def last_setting(connection: Connection, name: str) -> str | None:
    """Give the value of a setting; None where it was never set."""
    setting = tables.setting_version.c
    query = select(setting.value).where(setting.name == name)
    value: str | None = connection.execute(query.order_by(setting.version.desc()).limit(1)).scalar()
    return value


class StoredUnits(Mapping[str, Unit]):
    """The units of the ledger by code: each is read when it is first asked for, or all at once.

    An act names one or two of nearly two hundred.
    """

    def __init__(self, connection: Connection) -> None:
        """Start with none read."""
        self._connection = connection
        self._read: dict[str, Unit] = {}
        self._all_are_read = False

    def __getitem__(self, code: str) -> Unit:
        """Give a unit by its exact code; KeyError where there is none."""
        if code not in self._read and not self._all_are_read:
            row = _UNIT.first(self._connection, code=code)
            if row is not None:
                self._read[code] = Unit(*row)
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        """Give every code."""
        return iter(self._load_all())

    def __len__(self) -> int:
        """Count them."""
        return len(self._load_all())

    def add(self, unit: Unit) -> None:
        """Take in a unit that this transaction has just added."""
        self._read[unit.code] = unit

    def _load_all(self) -> dict[str, Unit]:
        if not self._all_are_read:
            self._read = {**read_units(self._connection), **self._read}
            self._all_are_read = True
        return self._read


_UNITS: Final = select(*(tables.unit.c[name] for name in ("code", "decimals", "kind", "name")))
_UNIT: Final = Prepared(_UNITS.where(tables.unit.c.code == bindparam("code")))


def read_units(connection: Connection, codes: Collection[str] | None = None) -> dict[str, Unit]:
    """Read units by their codes, every one where none are named."""
    query = _UNITS if codes is None else _UNITS.where(tables.unit.c.code.in_(codes))
    return {row[0]: Unit(*row) for row in connection.execute(query)}


def is_newest(
    versions: Table, owner: Column[Any], *known: Callable[[FromClause], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Select the newest version of each record by its `owner`, of those `known` if given."""
    later = versions.alias("later")
    conditions = (later.c[owner.name] == owner, *(condition(later) for condition in known))
    newest = select(func.max(later.c.version)).where(*conditions)
    return versions.c.version == newest.scalar_subquery()


def distinct_code(
    identity: FromClause, code: ColumnElement[Any] | None = None
) -> ColumnElement[str]:
    """Select the code of each record, told apart from those that had it before in error.

    The second record of a code is named as `N-0001 (2)`; no code has a space. With a `code`, that
    is named instead of the one in force.
    """
    own, place = identity.c.code if code is None else code, cast(identity.c.reuse + 1, String)
    return case((identity.c.reuse == 0, own), else_=own.concat(" (").concat(place).concat(")"))


def origin_text(
    kind: ColumnElement[Any],
    identity: ColumnElement[Any],
    code_of: Callable[[FromClause], ColumnElement[str]] = lambda named: named.c.code,
) -> ColumnElement[Any]:
    """Select an origin as `kind:code`; what refers to nothing is as if it were its id, with #.

    Half an origin is told from none.
    """
    lost = literal("#").concat(func.coalesce(cast(identity, String), ""))
    codes = {name: _code_of(name, identity, code_of) for name in origin_kinds()}
    named = func.coalesce(case(codes, value=kind), lost)
    none = (kind.is_(None) & identity.is_(None), null())
    return case(none, else_=func.coalesce(kind, "").concat(":").concat(named))


def _code_of(
    kind: str, identity: ColumnElement[Any], code_of: Callable[[FromClause], ColumnElement[str]]
) -> ColumnElement[Any]:
    named = coded(kind).alias()
    query = select(code_of(named)).where(named.c.id == identity)
    return query.correlate_except(named).scalar_subquery()


def codes_had(kind: str) -> FromClause:
    """Give every code that each record of a register has or had, as codes are compared."""
    identity = tables.named(kind).c
    changes = tables.identity_changes_of(kind)
    now = select(identity.id, identity.folded, identity.reuse)
    if changes is None:
        return now.subquery()
    former = select(identity.id, changes.c[f"{tables.FORMER}folded"], identity.reuse)
    return now.union(former.where(changes.c[f"{kind}_id"] == identity.id)).subquery()


_CHUNK: Final = 5000
"""How many values one statement names: engines bound the number of parameters."""


def chunked(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Split values into parts that one statement can name."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def in_parts(rows: Iterable[Any]) -> Iterable[Iterable[Any]]:
    """Fetch the rows of a result many at once, which takes half as long as one by one."""
    return rows.partitions(_CHUNK) if isinstance(rows, Result) else (rows,)


def request_places(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Give the place of each request in the order of recording, which timestamps may not have."""
    request = tables.request
    query = select(request.c.key, request.c.id)
    return {
        key: place
        for chunk in chunked([*{*keys}])
        for key, place in connection.execute(query.where(request.c.key.in_(chunk)))
    }


def first_request_digest(connection: Connection) -> str:
    """Give what tells a ledger from all others, its copies but not itself: by its first request."""
    request = tables.request
    key = connection.execute(select(request.c.key).order_by(request.c.id).limit(1)).scalar()
    return hashlib.sha256(str(key).encode()).hexdigest()[:16]


def first_receipt(connection: Connection, request: Request) -> dict[str, Any] | None:
    """Give the receipt of a request already recorded, marked replayed; None where it is new.

    Raises `KeyReused` where the key came with another command or input.
    """
    if request.key is None:
        return None
    columns = tables.request.c["command", "input", "id"]
    stored = connection.execute(
        select(*columns, *tables.receipt.c["body", "hash"])
        .join(tables.receipt, tables.receipt.c.request_id == tables.request.c.id)
        .where(tables.request.c.key == request.key)
    ).first()
    if stored is None:
        return None
    repeated = replace(request, given=json.loads(_stored_text(request.given)))
    given = json.loads(stored.input)
    if given.keys() == {"erased"}:
        if not _is_erased_input(connection, stored.id, request):
            raise KeyReused(f"Key {request.key!r} was used with other input, which was erased.")
        given = repeated.given
    require_same(request.key, (stored.command, given), repeated)
    return replayed(with_hash(json.loads(stored.body), stored.hash))


def _is_erased_input(connection: Connection, number: int, request: Request) -> bool:
    """Say whether an input is the one that was erased of a request, by its salted hash."""
    from ledger.evidence.canonical import quoted  # noqa: PLC0415 - few inputs were erased
    from ledger.evidence.disclosures import Disclosure  # noqa: PLC0415

    disclosure, erasure = tables.disclosure, tables.erasure
    query = select(disclosure.c.salt, erasure.c.hash).join_from(
        disclosure,
        erasure,
        erasure.c.erased_request == disclosure.c.request_id,
    )
    row = connection.execute(
        query.where(disclosure.c.request_id == number)
        .where(disclosure.c.field == "input", erasure.c.field == "input")
        .where(disclosure.c.kind == erasure.c.kind)
    ).first()
    text = quoted(_stored_text(request.given))
    return row is not None and Disclosure(row.salt, text).hash == row.hash


def has_request(connection: Connection, request_hash: str) -> bool:
    """Say whether a request with that hash is there."""
    receipt = tables.receipt.c
    query = select(receipt.request_id).where(receipt.hash == request_hash).limit(1)
    return connection.execute(query).first() is not None


class LastRows(NamedTuple):
    """The ids of the last request and the last entry, and the moment of that request.

    `restriction` is the id of the last restriction: zero where nothing is restricted; `limit` and
    `approval_rule` likewise.
    """

    request: int = 0
    moment: datetime | None = None
    entry: int = 0
    restriction: int = 0
    limit: int = 0
    approval_rule: int = 0
    hash: str | None = None

    @property
    def parent(self) -> Parent | None:
        """Give the last request as the one that the next one names."""
        return None if self.hash is None else Parent(self.request, self.hash)


class Parent(NamedTuple):
    """The request that another names as the one before it: its id and its hash."""

    request: int
    hash: str


def last_rows(connection: Connection) -> LastRows:
    """Give the last rows of a ledger; zero and None where it has none."""
    row = _last().first(connection)
    if row is None:
        return LastRows()
    entry, restriction, limit, rule = (one or 0 for one in row[2:6])
    return LastRows(row[0], row[1], entry, restriction, limit, rule, row[6])


APPROVAL_RULES: Final = table("approval_rule", column("number", Integer))
"""The approval rules, as far as every write asks for them: whether there are any."""


def _newest_id(name: str) -> ScalarSelect[Any]:
    # Its id is all that is said of it: every command would have the tables of the register made.
    own = table(name, column("id", BigInteger))
    return select(func.max(own.c.id)).scalar_subquery()


@cache
def _last() -> Prepared:
    return Prepared(
        select(
            tables.request.c.id,
            tables.request.c.recorded_at,
            select(func.max(tables.entry.c.id)).scalar_subquery(),
            _newest_id("restriction"),
            _newest_id("pair_limit"),
            select(func.max(APPROVAL_RULES.c.number)).scalar_subquery(),
            tables.receipt.c.hash,
        )
        .outerjoin(tables.receipt, tables.receipt.c.request_id == tables.request.c.id)
        .order_by(tables.request.c.id.desc())
        .limit(1)
    )


class OnServer(NamedTuple):
    """By whom and in which transaction of which server something is written; None in a file."""

    database_user: str | None
    transaction: int | None
    server: str | None


def request_row(
    identity: int,
    key: str,
    request: Request,
    now: datetime,
    on_server: OnServer,
    parent: Parent | None,
) -> dict[str, Any]:
    """Lay a request out as the row that is kept of it."""
    return {
        "id": identity,
        "key": key,
        "command": request.command,
        "input": _stored_text(request.given),
        "actor": request.actor,
        "system_user": request.system_user,
        "host": request.host,
        "database_user": on_server.database_user,
        "program": f"cityfund {__version__}",
        "recorded_at": now,
        "transaction_id": on_server.transaction,
        "server_id": on_server.server,
        "format": BOUND_FORMAT,
        "parent_id": None if parent is None else parent.request,
        "parent_hash": None if parent is None else parent.hash,
    }


def receipt_row(identity: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the answer to a request out as the row that is kept of it; its hash is still to come."""
    return {"request_id": identity, "body": _write_json(document), "hash": None}


def with_hash(document: dict[str, Any], request_hash: str | None) -> dict[str, Any]:
    """Give a receipt with the hash of its request, which cannot be a part of what is hashed."""
    return document if request_hash is None else {**document, "request_hash": request_hash}


def _stored_text(given: Mapping[str, Any]) -> str:
    """Give an input as the text it is kept as; in it a tuple and a list are the same."""
    return _write_json(given)


_write_json: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class RecordedRequest(NamedTuple):
    """A request that was recorded, with its receipt as it was given."""

    id: int
    key: str
    command: str
    actor: str
    receipt: dict[str, Any]


def find_request(connection: Connection, key: str) -> RecordedRequest | None:
    """Find a request by its key; None where there is none."""
    return _first(connection, tables.request.c.key == key)


def last_request_of(
    connection: Connection, actor: str, but: Sequence[str]
) -> RecordedRequest | None:
    """Find the last request of an actor, leaving out some commands; None where there is none."""
    mine = tables.request.c.actor == actor
    return _first(connection, mine, tables.request.c.command.not_in(but))


def _first(connection: Connection, *where: Any) -> RecordedRequest | None:
    request, receipt = tables.request, tables.receipt
    query = (
        select(*request.c["id", "key", "command", "actor"], receipt.c.body)
        .join(receipt, receipt.c.request_id == request.c.id)
        .where(*where)
        .order_by(request.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return RecordedRequest(row.id, row.key, row.command, row.actor, json.loads(row.body))
