"""Values and conditions of a rule, compiled once into functions of a row.

A function gives the text of a cell, empty where the file does not have it, and raises `BadCell`
where the file has something that the rule cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ledger.core.numbers import format_decimal, normalise_digits
from ledger.core.quantity import Unit
from ledger.interchange.canonical import NUMERIC_KINDS
from ledger.interchange.mapping.codes import code_of, slug
from ledger.interchange.mapping.currencies import has_currency, without_currency
from ledger.interchange.mapping.finding import RecordIndex
from ledger.interchange.mapping.foreign_cells import DATES, date_step, number_form
from ledger.interchange.mapping.given_table import GIVEN
from ledger.interchange.mapping.lookups import LOOKUPS, is_other_spelling
from ledger.interchange.mapping.paths import (
    ALL,
    Node,
    compile_inside,
    compile_items,
    compile_path,
    text_of,
)
from ledger.interchange.mapping.problems import BadCell
from ledger.interchange.mapping.templates import compile_parts, fill_template
from ledger.interchange.mapping.value import (
    EACH,
    OTHER,
    UNKNOWN,
    Condition,
    Sign,
    Value,
    is_of_item,
)
from ledger.interchange.rule_report import RuleReport
from ledger.registers.spec import Kind

_EXACT = Context(prec=200)


@dataclass(slots=True)
class Row:
    """A foreign row: its record as read, and the texts in it that are known, by path.

    `item` is the item of a list that an output is made for. `bad` has the columns that the rule
    reads and whose cell has no value, if there are any.
    """

    line: int
    record: Mapping[str, Node]
    values: dict[str, str]
    item: Node = None
    bad: Mapping[str, BadCell] | None = None


Read = Callable[[Row], str]
Test = Callable[[Row], bool]


class Target(NamedTuple):
    """The canonical column that a value is for, and the unit that its row is counted in."""

    table: str
    name: str
    kind: Kind
    unit_of: Read | None = None
    columns: Mapping[str, Value] = MappingProxyType({})
    """All values of the row, by column."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes functions out of the values and conditions of one rule.

    `missing` are the words that stand for nothing, `missing_in` those of single columns.
    """

    numbers: str
    dates: str
    missing: frozenset[str]
    missing_in: Mapping[str, frozenset[str]]
    units: Mapping[str, Unit]
    report: RuleReport
    found: RecordIndex = field(default_factory=lambda: RecordIndex({}))

    def is_there(self, path: str, text: str) -> bool:
        """Say whether a cell holds something: it is not empty, and no word for "missing"."""
        return bool(text) and text not in self.missing and text not in self.missing_in.get(path, ())

    def value(self, value: Value, target: Target) -> Read:
        """Compile a value; where the rule says what a bad cell counts as, none is raised."""
        read = self._strict(value, target) if value.find is None else self._finding(value, target)
        if value.bad is None:
            return read
        instead = "" if value.bad == UNKNOWN else value.bad
        counted, key = self.report.bad, (target.table, target.name)
        names = frozenset(value.reads)

        def tolerant(row: Row) -> str:
            if row.bad and not names.isdisjoint(row.bad):
                counted[key] += 1
                return instead
            try:
                return read(row)
            except BadCell:
                counted[key] += 1
                return instead

        return tolerant

    def _finding(self, value: Value, target: Target) -> Read:
        """Compile a value that is the code of a record: of one that is there, or of a new one."""
        find, found = value.find, self.found
        assert find is not None, "the value finds a record"
        is_own = find.columns is None
        kinds = {one: Target(target.table, one, Kind.TEXT) for one in find.by}
        words = (
            [self.value(target.columns[one], kinds[one]) for one in find.by]
            if is_own
            else [_plain(column) for column in find.columns or ()]
        )
        column = (find.columns or find.by)[0]
        own = value.model_copy(update={"find": None, "bad": None})
        made = self._strict(own, target) if value.columns or value.constant else None
        code = find.code

        def read(row: Row) -> str:
            texts = [word(row) for word in words]
            return found.code(
                find,
                row.values,
                texts,
                column,
                lambda: fill_template(code, row.values) if code else made(row) if made else "",
                is_own=is_own,
            )

        return read

    def _strict(self, value: Value, target: Target) -> Read:
        if value.constant is not None:
            return _constant(value)
        ending: list[Callable[[str], str]] = [_coded] if value.slug else []
        steps = [*self._word_steps(value, target)]
        if value.join is not None:
            return _then(self._joined(value, steps), ending)
        read = self._read(value, target)
        if value.is_number or (value.column is not None and self._counts(value, target)):
            return self._number(_then(read, steps), value, target)
        own = value.column is not None and target.kind is Kind.DATE and self.dates in DATES
        if value.date or own:
            column = value.columns[0] if value.columns else None
            steps.append(date_step(value.date or (self.dates,), column))
        return _then(read, [*steps, *ending])

    def _counts(self, value: Value, target: Target) -> bool:
        """Say whether a cell is read as a number here, and not as it is written."""
        special = self.numbers != "plain" or value.bad is not None or value.sign is not None
        return target.kind in NUMERIC_KINDS and (special or target.table == GIVEN.name)

    def _read(self, value: Value, target: Target) -> Read:
        if value.first is not None:
            # A date or a number that is read by the whole is text until then.
            inner = target._replace(kind=Kind.TEXT) if value.date or value.is_number else target
            options = [self.value(one, inner) for one in value.first]
            return lambda row: next(filter(None, (one(row) for one in options)), "")
        if value.template is not None:
            filled = compile_parts(value.parts, " ")
            return lambda row: filled(row.values)
        column = value.column or ""
        if ALL in column:
            texts = self.texts(column, value.where)
            return lambda row: next(iter(texts(row)), "")
        if value.index is not None:
            return _indexed(column, value.index, value.separator)
        return lambda row: row.values.get(column, "")

    def texts(
        self, path: str, where: Iterable[Condition] = (), *, counted: bool = False
    ) -> Callable[[Row], list[str]]:
        """Compile what gives the texts of the items of a list that are there and pass the tests.

        Where they are `counted`, an item that is a record is there without a text of its own.
        """
        outer, items, inner = compile_inside(path)
        inside = compile_path(inner) if inner else text_of
        source = compile_items(outer.removeprefix(EACH).removeprefix(".")) if outer else None
        of_item = is_of_item(path)
        tests = [*where]
        passes = self.all_of(tests)
        names = [name for one in tests for name in one.columns if is_of_item(name)]
        reads = self.item_reads(names)

        def read(row: Row) -> list[str]:
            if of_item:
                nodes = source(row.item) if source and isinstance(row.item, dict) else []
            else:
                nodes = items(row.record)
            found = []
            for node in nodes:
                if tests and not passes(self.with_item(row, node, reads)):
                    continue
                text = inside(node) if isinstance(node, dict) or not inner else ""
                is_record = counted and not inner and isinstance(node, dict)
                if is_record or self.is_there(path, text):
                    found.append(text)
            return found

        return read

    def item_reads(self, names: Iterable[str]) -> list[tuple[str, Callable[[Any], str]]]:
        """Compile what reads the cells of an item, by the paths that a rule has for them."""
        reads: list[tuple[str, Callable[[Any], str]]] = []
        for name in dict.fromkeys(names):
            inner = name.removeprefix(EACH).removeprefix(".")
            if ALL not in name:
                reads.append((name, compile_path(inner) if inner else text_of))
        return reads

    def with_item(
        self, row: Row, item: Node, reads: Iterable[tuple[str, Callable[[Any], str]]]
    ) -> Row:
        """Give a row with an item of it, whose cells are read."""
        values = dict(row.values)
        for name, read in reads:
            text = read(item) if isinstance(item, dict) or name == EACH else ""
            if self.is_there(name, text):
                values[name] = text
            else:
                values.pop(name, None)
        return Row(row.line, row.record, values, item, row.bad)

    def _joined(self, value: Value, steps: list[Callable[[str], str]]) -> Read:
        texts, by = self.texts(value.join or "", value.where), value.by
        if not steps:
            return lambda row: by.join(texts(row))

        def read(row: Row) -> str:
            changed: Iterable[str] = texts(row)
            for step in steps:
                changed = [step(text) for text in changed]
            return by.join(dict.fromkeys(filter(None, changed)))

        return read

    def _word_steps(self, value: Value, target: Target) -> Iterable[Callable[[str], str]]:
        """Give the steps that change words, in their order."""
        column = value.columns[0] if value.columns else target.name
        if value.clean:
            from ledger.interchange.sources.cleaning import clean_text  # noqa: PLC0415 - rare

            yield clean_text
        if value.extract is not None:
            yield _extract(value.extract)
        if value.map:
            yield self._mapped(value.map, column)
        if value.lookup is not None:
            yield self._looked_up(value.lookup, column)

    def _mapped(self, words: Mapping[str, str], column: str) -> Callable[[str], str]:
        other, mapped = words.get(OTHER), self.report.mapped

        def step(text: str) -> str:
            found = words.get(text, other)
            if found is None or not text:
                return text
            mapped[column, text, found] += 1
            return found

        return step

    def _looked_up(self, name: str, column: str) -> Callable[[str], str]:
        lookup, mapped = LOOKUPS[name], self.report.mapped

        def step(text: str) -> str:
            if not text:
                return text
            found = lookup.read(text)
            if found is None:
                kind = name.removesuffix("-name")
                raise BadCell(column, f"unknown-{kind}", f"{text!r} is {lookup.what}.")
            if name == "country" and is_other_spelling(text, found):
                mapped[column, text, found] += 1
            return found

        return step

    def _number(self, read: Read, value: Value, target: Target) -> Read:
        """Compile a number: what is written, a factor and its decimals."""
        written, key = self._written_number(read, value, target), (target.table, target.name)
        factor, places, report = value.times or Decimal(1), self._places(value, target), self.report

        def number(row: Row) -> str:
            text = written(row)
            if not text:
                return ""
            exact = _EXACT.multiply(Decimal(text), factor)
            if value.absolute:
                exact = abs(exact)
            if places is not None:
                rounded = exact.quantize(places(row), ROUND_HALF_EVEN, _EXACT)
                if rounded != exact:
                    report.rounded[key] += 1
                exact = rounded
            return format_decimal(exact)

        return number if value.is_number else written

    def _written_number(self, read: Read, value: Value, target: Target) -> Read:
        """Compile a number as it is written: its form, its currency and its sign."""
        form, column, report = number_form(self.numbers), value.columns[0], self.report
        sign = None if value.sign is None else _signed(value.sign, column)
        unit_of = target.unit_of if target.kind is Kind.AMOUNT else None

        def written_number(row: Row) -> str:
            written = read(row)
            if not written:
                return ""
            if unit_of is not None and has_currency(plain := normalise_digits(written)):
                written = without_currency(column, plain, unit_of(row))
            if (text := form.read(written)) is None:
                raise form.refusal(column, written)
            report.scientific += "e" in written.lower()
            return text if sign is None else sign(row, text)

        return written_number

    def _places(self, value: Value, target: Target) -> Callable[[Row], Decimal] | None:
        """Give what says to how many decimals a number is rounded, as the smallest part."""
        if value.round is None:
            return None
        if value.round != "unit":
            part = Decimal(1).scaleb(-value.round)
            return lambda _: part
        units, unit_of = self.units, target.unit_of

        def smallest(row: Row) -> Decimal:
            code = unit_of(row) if unit_of is not None else ""
            unit = units.get(code) or units.get(code.upper()) or units.get(code.lower())
            if unit is None:
                what = f"{code!r} is no unit, so the number cannot be rounded to it."
                raise BadCell(value.columns[0], "unknown-unit", what)
            return Decimal(1).scaleb(-unit.decimals)

        return smallest

    def all_of(self, conditions: Iterable[Condition]) -> Test:
        """Compile conditions that all have to hold."""
        tests = [self.condition(one) for one in conditions]
        if len(tests) == 1:
            return tests[0]
        return lambda row: all(test(row) for test in tests)

    def condition(self, condition: Condition) -> Test:
        """Compile one condition."""
        column = condition.column
        counted = self._count_test(condition)
        if all(getattr(condition, name) is None for name in _TEXT_TESTS):
            return counted
        tests = [*self._text_tests(condition)]
        if ALL in column:
            texts = self.texts(column)
            some: Test = lambda row: any(  # noqa: E731 - one of three forms of a test
                all(test(row, text) for test in tests) for text in texts(row)
            )
        else:
            some = lambda row: all(  # noqa: E731 - as above
                test(row, row.values.get(column, "")) for test in tests
            )
        return lambda row: counted(row) and some(row)

    def _count_test(self, condition: Condition) -> Test:
        count, more, column = condition.count, condition.more, condition.column
        if count is None and more is None:
            return lambda _: True
        if ALL in column:
            texts = self.texts(column, counted=True)
            size: Callable[[Row], int] = lambda row: len(texts(row))  # noqa: E731 - one of two
        else:
            inner = column.removeprefix(EACH).removeprefix(".") if is_of_item(column) else column
            items = compile_items(inner)
            of_item = is_of_item(column)
            size = lambda row: len(  # noqa: E731 - as above
                items(row.item if isinstance(row.item, dict) else {})
                if of_item
                else items(row.record)
            )
        return lambda row: (
            (count is None or size(row) == count) and (more is None or size(row) > more)
        )

    def _text_tests(self, condition: Condition) -> Iterable[Callable[[Row, str], bool]]:
        if condition.is_ is not None:
            words = frozenset(condition.is_)
            yield lambda _, text: text in words
        if condition.filled is not None:
            filled = condition.filled
            yield lambda _, text: bool(text) is filled
        if condition.matches is not None:
            pattern = re.compile(condition.matches)
            yield lambda _, text: pattern.fullmatch(text) is not None
        if condition.differs is not None:
            other = condition.differs
            yield lambda row, text: text != row.values.get(other, "")
        if condition.above is not None or condition.below is not None:
            yield self._compared(condition)

    def _compared(self, condition: Condition) -> Callable[[Row, str], bool]:
        form, above, below = number_form(self.numbers), condition.above, condition.below

        def test(_: Row, text: str) -> bool:
            if not text:
                return False
            plain = form.read(text)
            if plain is None:
                raise form.refusal(condition.column, text)
            number = Decimal(plain)
            return (above is None or number > above) and (below is None or number < below)

        return test


_TEXT_TESTS: Final = ("is_", "filled", "above", "below", "matches", "differs")


def _coded(text: str) -> str:
    return code_of(slug(text))


def _constant(value: Value) -> Read:
    text = _coded(value.constant or "") if value.slug else value.constant or ""
    return lambda _: text


def _plain(column: str) -> Read:
    return lambda row: row.values.get(column, "")


def _then(read: Read, steps: list[Callable[[str], str]]) -> Read:
    """Give a value with steps after it."""
    if not steps:
        return read
    if len(steps) == 1:
        only = steps[0]
        return lambda row: only(read(row))

    def changed(row: Row) -> str:
        text = read(row)
        for step in steps:
            text = step(text)
        return text

    return changed


def _indexed(column: str, index: int, separator: str) -> Read:
    def read(row: Row) -> str:
        items = row.values.get(column, "").split(separator)
        return items[index - 1].strip() if index <= len(items) else ""

    return read


def _extract(expression: str) -> Callable[[str], str]:
    pattern = re.compile(expression)

    def step(text: str) -> str:
        match = pattern.search(text)
        if match is None:
            return ""
        return (match.group(1) if pattern.groups else match.group()) or ""

    return step


def _signed(sign: Sign, column: str) -> Callable[[Row, str], str]:
    """Give what takes the sign of a number from another column."""
    known, minus = {*sign.minus, *sign.plus}, {*sign.minus}

    def step(row: Row, text: str) -> str:
        word = row.values.get(sign.column, "")
        if word not in known:
            what = f"{word!r} does not say whether the amount is negative."
            hint = f"The rule knows {', '.join((*sign.plus, *sign.minus))}."
            raise BadCell(sign.column, "bad-sign", what, hint)
        if text.startswith("-"):
            what = f"{text!r} has a sign of its own beside {word!r} in {sign.column!r}."
            raise BadCell(column, "bad-sign", what, "Give the amount without a sign.")
        return f"-{text}" if word in minus else text

    return step
