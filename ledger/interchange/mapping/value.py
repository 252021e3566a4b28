"""The model of a value of an import rule: where a canonical cell comes from, and which rows count.

A value is a constant, a column, a template, the first of several values, or the items of a list
joined; steps then change it. A condition is one test of a column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ledger.core.suggest import did_you_mean
from ledger.interchange.mapping.foreign_cells import date_form
from ledger.interchange.mapping.templates import placeholders
from ledger.registers.table import by_plural

ROW = "row"
"""In a template, `{row}` is the identity that the rule gives the foreign row."""
EACH = "each"
"""What an item is called in an output that is made for each item of a list."""
OTHER = "*"
"""In a map, what stands for every word that is not named."""
UNKNOWN = "unknown"
"""What a bad cell counts as, where the rule says so."""

_COUNTRIES = "countries"
"""The vocabulary of columns that hold countries."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Cell = Annotated[str, StringConstraints(max_length=10_000)]


class Part(BaseModel):
    """A table of a rule: it holds the keys that are written down here, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def is_of_item(path: str) -> bool:
    """Say whether a path is read from the item that an output is made for."""
    return path == EACH or path.startswith((f"{EACH}.", f"{EACH}[]"))


class Condition(Part):
    """A test of a column; every one that is given has to hold, and a list needs one such item.

    `is` names the words it may be, `filled` whether it holds something, `above` and `below` compare
    a number, `matches` is a regular expression for the whole cell, `count` and `more` say how many
    items there are, and `differs` names a column that holds something else.
    """

    column: Words
    is_: Annotated[tuple[Cell, ...] | None, Field(alias="is")] = None
    filled: bool | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    matches: Words | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    more: Annotated[int, Field(ge=0)] | None = None
    differs: Words | None = None

    @field_validator("is_", mode="before")
    @classmethod
    def _are_texts(cls, words: object) -> object:
        one = (words,) if isinstance(words, (str, int, Decimal)) else words
        return tuple(map(_as_text, one)) if isinstance(one, (list, tuple)) else one

    @field_validator("matches")
    @classmethod
    def _is_an_expression(cls, text: str | None) -> str | None:
        return text if text is None else _expression(text)

    @model_validator(mode="after")
    def _tests_something(self) -> Condition:
        if not any(getattr(self, name) is not None for name in _TESTS):
            raise ValueError(f"give a test: {', '.join(name.rstrip('_') for name in _TESTS)}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns that are read."""
        return (self.column,) if self.differs is None else (self.column, self.differs)

    def words(self) -> str:
        """Describe what the test asks."""
        said = {
            "is_": f"is {' or '.join(self.is_ or ())}",
            "filled": "is filled" if self.filled else "is empty",
            "above": f"is above {self.above}",
            "below": f"is below {self.below}",
            "matches": f"matches {self.matches}",
            "count": f"has {self.count} items",
            "more": f"has more than {self.more} items",
            "differs": f"differs from {self.differs}",
        }
        tests = [said[name] for name in _TESTS if getattr(self, name) is not None]
        return f"{self.column} {' and '.join(tests)}"


_TESTS = ("is_", "filled", "above", "below", "matches", "count", "more", "differs")


class Find(Part):
    """A record of the ledger that foreign words name: its code is read under the name of this.

    `identifier` names schemes, each with the column that has its id: a record with that identifier
    is taken. Else the words of `columns` are compared with the columns `by` of a table. Where no
    record fits, the row is refused or left out, or a new record is made with the code of the
    template `code`.
    """

    table: Words
    by: tuple[Words, ...] = Field(min_length=1)
    columns: tuple[Words, ...] = Field(min_length=1)
    identifier: dict[Words, Words] = Field(default_factory=dict)
    none: Literal["refuse", "leave-out", "new"] = "refuse"
    code: Words | None = None

    @model_validator(mode="after")
    def _is_of_a_register(self) -> Find:
        if (self.none == "new") != (self.code is not None):
            raise ValueError("`code` goes with `none` = 'new', and makes the code of a new record")
        _require_findable(self)
        return self

    @property
    def country_columns(self) -> tuple[str, ...]:
        """Give the foreign columns that hold a country."""
        columns = by_plural()[self.table].column
        pairs = zip(self.by, self.columns, strict=True)
        return tuple(column for by, column in pairs if columns[by].vocabulary == _COUNTRIES)


class FindHere(Part):
    """A record of a table that a value names by words; the value is its code.

    `identifier` names schemes, each with the column that has its id: a record with that identifier
    is taken. Else the words of `columns` are compared with the columns `by`; in an output of the
    same table they are the output's own. Where no record fits, the row is refused or left out, or a
    new record is made: its code is the value, or the template `code`.
    """

    table: Words
    by: tuple[Words, ...] = ("name", "country")
    columns: tuple[Words, ...] | None = None
    identifier: dict[Words, Words] = Field(default_factory=dict)
    none: Literal["refuse", "leave-out", "new"] = "refuse"
    code: Words | None = None

    @model_validator(mode="after")
    def _is_of_a_register(self) -> FindHere:
        _require_findable(self)
        return self


def _require_findable(find: Find | FindHere) -> None:
    """Raise ValueError where a table, its columns and the code of a new record do not agree."""
    spec = by_plural().get(find.table)
    if spec is None or not spec.versioned:
        raise ValueError(f"records of {find.table!r} cannot be found")
    unknown = [name for name in find.by if name not in spec.column]
    if unknown:
        hint = did_you_mean(unknown[0], spec.column)
        raise ValueError(f"the table {find.table} has no column {unknown[0]!r}. {hint}")
    if find.columns is not None:
        if len(find.by) != len(find.columns):
            raise ValueError("give as many `columns` as there are in `by`")
        lacking = [one.name for one in spec.columns if one.required and one.name != "code"]
        if find.none == "new" and not set(lacking) <= set(find.by):
            raise ValueError(f"a new record of {find.table} needs {', '.join(lacking)} in `by`")
    placeholders(find.code or "")


class Sign(Part):
    """The sign of a number, given by the words of another column."""

    column: Words
    minus: tuple[Words, ...] = Field(min_length=1)
    plus: tuple[Words, ...] = Field(min_length=1)


class Value(Part):
    """Where a canonical cell comes from, and the steps that change it, in the order given here.

    A list of templates is joined by spaces, leaving out those with a missing column. `first` takes
    the first value that is not empty; `join` puts `by` between the items of a list; `where` says
    which items of a list count. `index` takes one item of a text, the first is 1, whose items the
    `separator` parts. `extract` keeps what a regular expression finds (its first group, if it has
    one), `map` puts words in the place of others, `lookup` reads a word by a reference list, `date`
    says how a date is written. `sign` names the column that says whether a number is negative,
    `times` multiplies it exactly, `absolute` drops its sign, `round` keeps so many decimals
    (half-even; "unit": those of the row's unit) and is reported. `slug` makes a code. `bad` is what
    a cell that cannot be read counts as. `find` gives the code of a record, and the value itself
    that of a new one.
    """

    constant: Cell | None = None
    column: Words | None = None
    template: Words | tuple[Words, ...] | None = None
    first: tuple[Value, ...] | None = None
    join: Words | None = None
    by: Annotated[str, StringConstraints(max_length=100)] = ";"
    where: tuple[Condition, ...] = ()
    index: Annotated[int, Field(ge=1, le=1000)] | None = None
    separator: Annotated[str, StringConstraints(min_length=1, max_length=8)] = ";"
    clean: bool = False
    extract: Words | None = None
    map: dict[str, Cell] = Field(default_factory=dict)
    lookup: Literal["country", "country-name", "dac", "currency"] | None = None
    date: tuple[Words, ...] = ()
    sign: Sign | None = None
    times: Decimal | None = None
    absolute: bool = False
    round: Annotated[int, Field(ge=0, le=6)] | Literal["unit"] | None = None
    slug: bool = False
    bad: Cell | None = None
    find: FindHere | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_is_constant(cls, given: Any) -> Any:
        return {"constant": _as_text(given)} if isinstance(given, _BARE) else given

    @field_validator("constant", mode="before")
    @classmethod
    def _is_text(cls, given: object) -> object:
        return _as_text(given)

    @field_validator("date", mode="before")
    @classmethod
    def _may_be_one(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @field_validator("map", mode="before")
    @classmethod
    def _maps_to_texts(cls, given: object) -> object:
        return {k: _as_text(v) for k, v in given.items()} if isinstance(given, dict) else given

    @field_validator("date")
    @classmethod
    def _are_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            date_form(form)
        return forms

    @field_validator("extract")
    @classmethod
    def _is_an_expression(cls, text: str | None) -> str | None:
        return text if text is None else _expression(text)

    @model_validator(mode="after")
    def _has_one_source(self) -> Value:
        sources = (self.constant, self.column, self.template, self.first, self.join)
        given = sum(source is not None for source in sources)
        if given != 1 and not (given == 0 and self.find is not None):
            raise ValueError("give one of `constant`, `column`, `template`, `first` or `join`")
        if self.find is not None and self.find.none == "new" and not (given or self.find.code):
            raise ValueError("a new record needs a `code`")
        if self.is_number and self.column is None and self.first is None:
            raise ValueError("`times`, `round` and `absolute` go with a `column` or `first`")
        if (self.sign is not None or self.index is not None) and self.column is None:
            raise ValueError("`sign` and `index` go with a `column`")
        if self.times is not None and not (self.times.is_finite() and self.times > 0):
            raise ValueError("`times` is a number above zero")
        if self.date and self.is_number:
            raise ValueError("`date` does not go with the steps of a number")
        if self.where and "[]" not in (self.join or self.column or ""):
            raise ValueError("`where` goes with a list, such as `a[].b`")
        for text in self.parts:
            placeholders(text)
        return self

    @property
    def is_number(self) -> bool:
        """Say whether its steps compute with a number."""
        return self.times is not None or self.round is not None or self.absolute

    @property
    def is_copied(self) -> bool:
        """Say whether it is a constant, or words of the row that no step changes."""
        path = self.column or ""
        is_plain = "[]" not in path and not is_of_item(path)
        return is_plain and self.model_fields_set in ({"constant"}, {"column"}, {"template"})

    @property
    def parts(self) -> tuple[str, ...]:
        """Give the templates, one or several or none."""
        if self.template is None:
            return ()
        return (self.template,) if isinstance(self.template, str) else self.template

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the foreign columns that the cell is made of, in order, each once."""
        return tuple(dict.fromkeys(name for name in self._columns() if name != ROW))

    @property
    def reads(self) -> tuple[str, ...]:
        """Give all columns that are read for it, those of its tests included."""
        tested = [name for one in self.where for name in one.columns if not is_of_item(name)]
        inner = [name for value in self.first or () for name in value.reads]
        found: tuple[str, ...] = ()
        if self.find is not None:
            found = (*(self.find.columns or ()), *placeholders(self.find.code or ""))
            found += tuple(self.find.identifier.values())
        return tuple(dict.fromkeys([*self.columns, *tested, *inner, *found]))

    def _columns(self) -> Iterator[str]:
        if self.column is not None:
            yield self.column
        if self.join is not None:
            yield self.join
        if self.sign is not None:
            yield self.sign.column
        for part in self.parts:
            yield from placeholders(part)
        for value in self.first or ():
            yield from value.columns

    @property
    def bare(self) -> Value:
        """Give the value before it is made a code."""
        first = None if self.first is None else tuple(one.bare for one in self.first)
        return self.model_copy(update={"slug": False, "first": first})


_BARE = (str, int, float, Decimal, date, datetime)


def _as_text(given: Any) -> Any:
    """Give a bare word, number or date of a rule as the text of a cell."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, (date, datetime)):
        return given.isoformat()
    if isinstance(given, Decimal):
        return format(given, "f")
    return str(given) if isinstance(given, (int, float)) else given


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text
