"""The source of an import: what it stated at its imports so far, and what the others say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.core.errors import UsageError
from ledger.core.factors import Side
from ledger.core.quantity import Unit, format_quantity
from ledger.core.text import cell_text, clean_text, find_control_character
from ledger.interchange.planning.context import REGISTER_OF_TABLE
from ledger.interchange.planning.steps import TABLE_OF, ImportPlan
from ledger.interchange.reader import Incoming, read_content
from ledger.interchange.repeats.preview import LeftOutRow
from ledger.interchange.repeats.state import (
    CANONICAL,
    SourceState,
    SourceTerms,
    StatedFile,
    under_present_codes,
    unpacked,
)
from ledger.rates.rates import Rate
from ledger.registers.spec import attribute_of
from ledger.store.import_sources import StatedValues, last_imports, packed_state
from ledger.store.register_codes import former_codes
from ledger.store.session.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from ledger.interchange.mapping.rule import ImportRule

_MAX_NAME: Final = 100


class BadSource(UsageError, code="bad-source"):
    """The name of a source is empty, too long, or not one line."""

    default_why = f"A source has a name on one line, of at most {_MAX_NAME} characters."
    default_next = "Name the source as it is named at each of its imports."


class OverwriteNeedsReason(UsageError, code="overwrite-needs-reason"):
    """What an officer corrected was to be overwritten without a reason."""

    default_why = "What an officer corrected stays, unless somebody says why it should not."
    default_next = "Say why: --overwrite --reason TEXT"


def source_name(given: str | None, rule: ImportRule | None, *, popolo: bool = False) -> str:
    """Give the name of an import's source: as given, else its rule's. Raises `BadSource`."""
    if given is None:
        return "popolo" if popolo else CANONICAL if rule is None else rule.about.name
    name = clean_text(given)
    if not 0 < len(name) <= _MAX_NAME or "\n" in name or find_control_character(name):
        raise BadSource(f"{given[:_MAX_NAME]!r} is not the name of a source.")
    return name


def with_terms(incoming: Incoming, terms: SourceTerms, rule: ImportRule | None) -> Incoming:
    """Give what was read with the terms of its import, its files and its rule named."""
    paths = dict.fromkeys(table.file for table in incoming.tables)
    paths.update(dict.fromkeys(report.file for report in incoming.reports))
    files = {path: _file(path, incoming.contents) for path in paths}
    named = replace(terms, files=files)
    if rule is not None:
        text = rule.model_dump_json()
        digest = sha256(text.encode()).hexdigest()
        named = replace(named, rule=rule.about.name, rule_sha256=digest)
        named = replace(named, **rule.deals.model_dump())
    return replace(incoming, terms=named)


def _file(path: str, contents: Mapping[str, str]) -> StatedFile:
    digest = contents.get(path) or sha256(read_content(Path(path))).hexdigest()
    return StatedFile(Path(path).name, digest)


class Sources:
    """What all sources of a ledger have stated; `own` is that of the import."""

    def __init__(self, uow: UnitOfWork, source: str) -> None:
        """Read what the source of an import and the others keep."""
        self._uow = uow
        self._source = source
        self._imports = last_imports(uow.connection, CANONICAL)

    @cached_property
    def own(self) -> Own:
        """Give what the source of the import stated."""
        packed = self._packed(self._source)
        legacy = None if packed else StatedValues(self._uow.connection, self._uow.request.given)
        return Own(self._state(packed) if packed else SourceState(), legacy)

    def _state(self, packed: str) -> SourceState:
        """Unpack a state, with its records under the codes that they have now."""
        codes = {
            table: former_codes(self._uow.connection, kind)
            for table, kind in REGISTER_OF_TABLE.items()
        }
        return under_present_codes(unpacked(packed), codes)

    def _packed(self, source: str) -> str | None:
        """Give the state that the last import of a source left that kept any."""
        states = (packed_state(self._uow.connection, one) for one in self._imports.get(source, ()))
        return next((state for state in states if state is not None), None)

    def with_others(self, plan: ImportPlan, units: Mapping[str, Unit]) -> ImportPlan:
        """Add to a plan what other sources said last of the columns that it changes."""
        changes = [*plan.changes()]
        if not changes:
            return plan
        others: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for source in self._imports:
            packed = None if source == self._source else self._packed(source)
            if packed is None:
                continue
            state = self._state(packed)
            for one in changes:
                text = _text(state, one.table, one.record, one.column, units)
                if text is not None:
                    others.setdefault(one[:3], []).append((source, text))
        return replace(plan, others={key: tuple(said) for key, said in others.items()})


def _text(
    state: SourceState, table: str, record: str, column: str, units: Mapping[str, Unit]
) -> str | None:
    """Give what a source said of a column as the preview writes it."""
    cell = state.cell(table, record, column)
    unit = units.get(state.cell(table, record, "unit") or "")
    if cell is None or column != "quantity" or unit is None:
        return cell
    return format_quantity(int(cell), unit)


class Own:
    """What the source of an import stated, by what it kept, else by what its imports changed."""

    def __init__(self, state: SourceState, legacy: StatedValues | None) -> None:
        """Ask the state, and `legacy` for imports from before states were kept."""
        self.state = state
        self._legacy = legacy

    def repeats(self, table: str, code: str, column: str, value: object) -> bool:
        """Say whether it said this of a column of a record the last time."""
        if self._legacy is not None:
            terms = self._legacy.terms(REGISTER_OF_TABLE[table], code)
            attribute = attribute_of(column)
            return attribute in terms and terms[attribute] == value
        return self.state.cell(table, code, column) == (cell_text(value) or "")

    def total(self, side: Side, code: str) -> int | None:
        """Give the total of a need or an offer that it has said."""
        if self._legacy is not None:
            return self._legacy.total(side, code)
        cell = self.state.cell(TABLE_OF[side], code, "quantity")
        return None if cell is None else int(cell)

    def rate(self, day: date, base: str, quote: str) -> Rate | None:
        """Give the rate of a day and pair that it has said."""
        if self._legacy is not None:
            return self._legacy.rate(day, base, quote)
        code = f"{day} {base} {quote}"
        figure = self.state.cell("rates", code, "rate")
        source = self.state.cell("rates", code, "source")
        return None if figure is None else Rate(day, base, quote, Decimal(figure), source)


def source_document(plan: ImportPlan, incoming: Incoming) -> dict[str, Any]:
    """Give what is kept with the request of an import: its source, rule, files and statements."""
    terms = incoming.terms
    rule = {"name": terms.rule, "sha256": terms.rule_sha256} if terms.rule else None
    left_out = [(report.file, one) for report in incoming.reports for one in report.left_out]
    return {
        "name": terms.source,
        "rule": rule,
        "files": [one._asdict() for one in terms.files.values()],
        "left_out": Counter(one.reason for _, one in left_out),
        "rows_left_out": [*(LeftOutRow(file, *one) for file, one in left_out), *plan.left_out],
        "state": plan.state,
    }
