"""Column types that store a value exactly and equally on every engine, and common columns.

Those that statements name without the tables of registers are among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    TableClause,
    Text,
    column,
    table,
)
from sqlalchemy.types import TypeDecorator

from ledger.core.factors import Factor
from ledger.core.partial_dates import PartialDate
from ledger.registers.spec import LIST_KINDS, ColumnSpec, Kind
from ledger.registers.table import FACTORS, versioned

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

LIST_SEPARATOR = ";"


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds from 1970 (UTC) to an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Give the aware UTC moment that many microseconds after 1970."""
    return _EPOCH + count * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment, kept as whole microseconds: sortable, exact, equal on all engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Store microseconds."""
        return None if value is None else to_microseconds(value)

    def result_processor(self, _dialect: Dialect, _coltype: Any) -> Callable[[Any], Any]:
        """Read an aware UTC moment; without the class's own step between, for every row has one."""
        return _read_moment


def _read_moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its plain text: SQLite's own number types pass through float."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> str | None:
        """Store digits without an exponent."""
        return None if value is None else format(value, "f")

    def result_processor(self, _dialect: Dialect, _coltype: Any) -> Callable[[Any], Any]:
        """Read the same digits back; without the class's own step between."""
        return _read_decimal


def _read_decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


class ExactFraction(TypeDecorator[Fraction]):
    """A fraction of whole numbers, kept as `numerator/denominator`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Store both whole numbers."""
        del dialect
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """Read the same fraction back."""
        del dialect
        return None if value is None else Fraction(value)


class PartialDateText(TypeDecorator[PartialDate]):
    """A year, a month or a day, kept as the text it was written as."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, _dialect: Dialect) -> str | None:
        """Store the text."""
        return None if value is None else value.text

    def result_processor(self, _dialect: Dialect, _coltype: Any) -> Callable[[Any], Any]:
        """Read the same text back; without the class's own step between, for many are empty."""
        return _PARTIAL_DATES.__getitem__


class _PartialDates(dict[str | None, PartialDate | None]):
    """Partial dates by their texts, of which a register has few; no text is None."""

    def __missing__(self, text: str | None) -> PartialDate | None:
        found = None if text is None else PartialDate(text)
        if len(self) < _MOST_KEPT:
            self[text] = found
        return found


_MOST_KEPT: Final = 10_000
_PARTIAL_DATES: Final = _PartialDates()


@lru_cache(_MOST_KEPT)
def codes_in(cell: str | None) -> tuple[str, ...]:
    """Read a list of codes from its cell; most are empty, and many of the others alike."""
    return tuple(cell.split(LIST_SEPARATOR)) if cell else ()


class CodeList(TypeDecorator[tuple[str, ...]]):
    """A list of codes in one cell, separated as in the canonical tables; empty means any."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str:
        """Store the codes joined."""
        return LIST_SEPARATOR.join(value or ())

    def result_processor(self, _dialect: Dialect, _coltype: Any) -> Callable[[Any], Any]:
        """Read the codes apart; without the class's own step between, for most rows are empty."""
        return codes_in


class Word(TypeDecorator[StrEnum]):
    """One of the words of an enumeration, kept as the word itself."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words
        # Looked up here, a word costs a fraction of what asking the enumeration for it does.
        self._known = _Words(words)

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Store the word."""
        return None if value is None else str(self._known.get(value) or self.words(value))

    def result_processor(self, _dialect: Dialect, _coltype: Any) -> Callable[[Any], Any]:
        """Read the word as a member of its enumeration, by nothing but the look-up."""
        return self._known.__getitem__


class _Words(dict[str | None, StrEnum | None]):
    """The members of an enumeration by their words; no word is None, another is an error."""

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__((one.value, one) for one in words)
        self[None] = None
        self._words = words

    def __missing__(self, value: Any) -> StrEnum:
        return self._words(value)


CODE: Final = String(64)
ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's own row number has to be declared INTEGER."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def row_id() -> Column[int]:
    """Make the `id` of a table whose rows are numbered."""
    # Ids are assigned by the program, so that a batch of rows goes in by one compiled insert.
    return Column("id", ROW_ID, primary_key=True, autoincrement=False)


def foreign_key(name: str, target: str, *, required: bool = True) -> Column[int]:
    """Make a column that refers to a row of another table."""
    return Column(name, BigInteger, ForeignKey(target), nullable=not required)


def request_column() -> Column[int]:
    """Make the column that says under which request a row was written."""
    return foreign_key("request_id", "request.id")


def word_column(name: str, words: type[StrEnum], *, required: bool = True) -> Column[Any]:
    """Make a column of one of an enumeration's words."""
    return Column(name, Word(words), nullable=not required)


def key_to(name: str, target: str, kind: Any = BigInteger) -> Column[int]:
    """Make a column of the primary key that refers to a row of another table."""
    return Column(name, kind, ForeignKey(target), primary_key=True, autoincrement=False)


def recorded_columns() -> tuple[Column[int], Column[Any]]:
    """Make the columns of the request that a row was written under, and of its timestamp."""
    return request_column(), Column("recorded_at", Instant, nullable=False)


VOCABULARIES: Final = {
    "countries": "country.code",
    "sectors": "sector.code",
    "project_statuses": "project_status.code",
    "seat_roles": "seat_role.code",
}
"""The vocabularies whose entries are rows, and so can be referred to."""

WORD_LENGTH: Final = 20
SMALL: Final = 2**15
TYPES: Final[dict[Kind, Any]] = {
    Kind.TEXT: Text,
    Kind.CODES: CodeList,
    Kind.TEXTS: CodeList,
    Kind.DATE: Date,
    Kind.PARTIAL_DATE: PartialDateText,
    Kind.YES_NO: Boolean,
    Kind.WHOLE: BigInteger,
    Kind.AMOUNT: BigInteger,
    Kind.DECIMAL: ExactDecimal,
    Kind.FRACTION: ExactFraction,
}


def type_of(column: ColumnSpec) -> Any:
    """Give the type in which a register's table has a column that names no other record."""
    if column.bounds is not None and column.kind is Kind.WHOLE and column.bounds[1] < SMALL:
        return SmallInteger
    if column.vocabulary in VOCABULARIES and column.kind not in LIST_KINDS:
        return CODE
    return code_type(column) if column.kind is Kind.CODE else TYPES[column.kind]


def code_type(column: ColumnSpec) -> Any:
    """Give the type of a column of codes: as long as they can be, or one of a few words."""
    if column.longest is not None:
        return String(column.longest)
    if column.words == FACTORS:
        return Word(Factor)
    return String(WORD_LENGTH) if column.words else CODE


@cache
def coded(kind: str) -> TableClause:
    """Give what has codes, a register or proposals, as far as statements say the codes of ids.

    What is asked of it is all that is said of it: many reads would have the tables of a dozen
    registers made otherwise. It is another one than the table with all columns, so a statement
    has either.
    """
    name = versioned()[kind].table if kind in versioned() else kind
    return table(
        name, column("id", BigInteger), column("code", CODE), column("reuse", SmallInteger)
    )


@cache
def marks_of(register: str) -> TableClause:
    """Give the versions of a register as far as statements ask which records are in error."""
    name = versioned()[register].table
    own = (column(f"{name}_id", BigInteger), column("version", Integer))
    return table(f"{name}_version", *own, column("in_error", Boolean))


@cache
def introduced_lines() -> TableClause:
    """Give the lines of proposals that were introduced, as entries name them."""
    own = ("proposal_id", "line", "entry_id")
    return table("introduced_line", *(column(name, BigInteger) for name in own))


_TEXTS: Final = {
    **dict.fromkeys(("setting_version", "proposal", "finding_event"), ("reason",)),
    **dict.fromkeys(("approval_answer", "approval_rule", "standing_approval"), ("reason",)),
    "entry": ("override", "reason", "reference"),
    "rate": ("source",),
    "statement": ("file_name",),
    "statement_line": ("reference",),
    "finding": ("subject", "said", "ours", "theirs", "command", "file_name"),
    "approval": ("lines",),
}
"""The columns whose texts can be erased, as `ledger.store.erasable` has them, which is loaded by
few acts; the versions of a register name their own."""


def text_columns(table: Table) -> Collection[str]:
    """Give the columns of a table whose texts can be erased: no hash of a row covers them."""
    texts: Collection[str] = table.info.get("texts") or _TEXTS.get(table.name, ())
    return texts


def hashed_default(column: Column[Any]) -> Any:
    """Give what rows of before a column was added have in it: no hash of a row has that."""
    if column.server_default is None:
        return None
    words = str(column.server_default.arg)  # type: ignore[attr-defined]
    if isinstance(column.type, (Boolean, Integer)):
        return int({"true": "1", "false": "0"}.get(words, words))
    return words
