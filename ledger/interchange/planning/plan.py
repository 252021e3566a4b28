"""Plan an import from parsed tables and the ledger's holdings.

`read_incoming` reads files before a transaction is opened; `plan_incoming` plans inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.core.errors import LedgerError
from ledger.core.text import first_few
from ledger.interchange.canonical import LISTED, STATEMENTS
from ledger.interchange.planning.acts import combine_totals, plan_acts
from ledger.interchange.planning.context import REFERENCES, REGISTER_OF_TABLE, Planning
from ledger.interchange.planning.editions import corrected_declarations
from ledger.interchange.planning.given import apply_over
from ledger.interchange.planning.origin_order import origins_first
from ledger.interchange.planning.statuses import with_statuses
from ledger.interchange.planning.steps import (
    Add,
    AddAlias,
    AddRate,
    Edit,
    Holdings,
    ImportPlan,
    ImportStep,
    Revise,
    Same,
    same,
)
from ledger.interchange.planning.values import merge_edit, revision_of, state_row, with_state
from ledger.interchange.problems import Codes, Place, from_error
from ledger.interchange.reader import (
    Incoming,
    ListNotImported,
    PackedRows,
    StatementsNotImported,
    read_content,
    read_paths,
)
from ledger.interchange.records import AliasRow, RegisterRow
from ledger.interchange.repeats.preview import Retained
from ledger.interchange.repeats.state import OwnRows, SourceTerms
from ledger.interchange.rows import Tables, read_tables
from ledger.journal.receipts import Note
from ledger.rates.rates import require_quotable
from ledger.reference.places import office_for_country
from ledger.registers.network import SEAT
from ledger.registers.pairs import INSTALMENT
from ledger.registers.records import City, Seat
from ledger.registers.spec import attribute_of
from ledger.registers.table import IDENTIFIER, OFFICE, PHASE, PROJECT, REGISTERS, by_plural
from ledger.seats.rules import Seats

if TYPE_CHECKING:
    # pydantic behind a rule is only wanted where a rule is used.
    from ledger.interchange.mapping.given_units import Measures
    from ledger.interchange.mapping.opening import OpenedFile
    from ledger.interchange.mapping.record_finder import KnownRecords
    from ledger.interchange.mapping.rule import ImportRule


_WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_ARCHIVE_ENDING = ".zip"
_CANONICAL_TERMS = SourceTerms()
_DEALS = REGISTERS["deal"].plural
_ASKED_AGAIN = frozenset(one.plural for one in (OFFICE, PHASE, INSTALMENT))
"""Tables whose rows are asked for once all registers are planned."""


def plan_import(
    tables: Tables,
    holdings: Holdings,
    terms: SourceTerms = _CANONICAL_TERMS,
    today: date = date.max,
) -> ImportPlan:
    """Plan an import: what is new, changed and unchanged, and what forbids it.

    Steps come in the order in which they can be done: registers before what refers to them,
    revisions up before the acts that may need them, revisions down after the acts. Every step
    but `Same` carries the place it came from, so that a refusal while doing it can be located.
    """
    codes, own = _KnownCodes(tables, holdings), OwnRows(holdings.stated.state, terms.files)
    planning = Planning(tables, holdings, codes, own, terms_of_source=terms)
    # The rows of other tables are let go once they are planned: they take as much memory as steps.
    asked_again = {*_ASKED_AGAIN, *([PROJECT.plural] if tables.of(PHASE.plural) else ())}
    registers: list[ImportStep] = [*_plan_aliases(planning)]
    revisions: list[Revise] = []
    for table in REGISTER_OF_TABLE:
        rows = tables.of(table)
        if not rows:
            continue
        steps = _Steps({}, [], revisions, planning.holdings.of(table))
        for row in rows:
            _plan_row(planning, table, row, steps)
        registers += _in_order(steps.registers, table)
        if table not in asked_again:
            _ = codes[table]  # gathered while they are there
            rows.clear()
    registers = with_statuses(planning, registers, today)
    # What is due of a deal is tested against what its acts give it.
    due: list[ImportStep] = []
    if tables.of(INSTALMENT.plural):
        due = [step for step in registers if _is_instalment(step)]
        registers = [step for step in registers if not _is_instalment(step)]
    _refuse_overlaps(planning, registers)
    acts = plan_acts(planning)
    registers, revisions = combine_totals(planning, acts, registers, revisions)
    given = apply_over(planning, registers, revisions, acts)
    revisions = given.revisions
    ups = [step for step in revisions if step.new_total > (step.old_total or 0)]
    downs = [step for step in revisions if step.new_total < (step.old_total or 0)]
    rates = [_rate_step(planning, row) for row in tables.rates]
    # Rates come before the acts: a deal without a rate of its own takes the table's.
    ordered = origins_first(planning, registers)
    redeclared = corrected_declarations(planning)
    of_past = [one for one in given.ups if one.effective_on < (terms.edition_on or date.max)]
    later = [one for one in given.ups if one not in of_past]
    every: list[ImportStep] = [*ordered, *rates, *redeclared, *of_past, *ups, *later]
    every += [*given.acts, *downs, *given.downs, *due]
    plan = ImportPlan(
        tuple(every),
        tuple(planning.problems),
        tuple(planning.notes),
        units=holdings.of("units"),
        left_out=tuple(planning.left_out),
    )
    return with_state(planning, plan)


def _is_instalment(step: ImportStep) -> bool:
    return isinstance(step, (Add, Edit)) and step.kind == INSTALMENT.plural


def _refuse_overlaps(planning: Planning, steps: Iterable[ImportStep]) -> None:
    """Note each seat of the import that would surely overlap another of its kind."""
    changed = {
        seat.code: (seat, step.place)
        for step in steps
        if isinstance(step, (Add, Edit)) and step.kind == SEAT.plural
        for seat in [step.record if isinstance(step, Add) else step.after]
    }
    if not changed:
        return
    seats = Seats({**planning.holdings.of(SEAT.plural), **_records(changed)}.values())
    for seat, place in changed.values():
        refusal = seats.refusal_of(seat)
        if refusal is not None:
            planning.problem(place, "from", refusal.code, refusal.what, refusal.next_step)


def _records(changed: Mapping[str, tuple[Seat, Place]]) -> dict[str, Seat]:
    return {code: seat for code, (seat, _) in changed.items()}


class _KnownCodes(dict[str, Codes]):
    """The codes of each register, gathered when one of them is first looked for.

    The ledger's spelling of a code wins over the file's.
    """

    def __init__(self, tables: Tables, holdings: Holdings) -> None:
        super().__init__()
        self._tables, self._holdings = tables, holdings

    def __missing__(self, table: str) -> Codes:
        if table == _DEALS:
            codes = self[table] = Codes(self._holdings.deals)
            own = [row.code for row in self._tables.deals]
        else:
            codes = self[table] = Codes(self._holdings.of(table))
            own = [row.record.code for row in self._tables.of(table) if row.record.code]
        for alias, code in self._holdings.aliases.get(table, {}).items():
            codes.add_alias(alias, code)
        for code in (*own, *self._tables.broken.get(table, ())):
            codes.add(code)
        return codes


def _plan_aliases(planning: Planning) -> Iterator[AddAlias | Same]:
    """Give a step for each alias, and make it known to the rows that name its record by it."""
    if not planning.tables.aliases:
        return
    tables = {row.table for row in planning.tables.aliases}
    held = {table: Codes(planning.holdings.of(table)) for table in tables}
    for table in tables:
        for alias, code in planning.holdings.aliases.get(table, {}).items():
            held[table].add_alias(alias, code)
    for row in planning.tables.aliases:
        yield from _alias_step(planning, row, held[row.table])


def _alias_step(planning: Planning, row: AliasRow, held: Codes) -> Iterator[AddAlias | Same]:
    register = REGISTER_OF_TABLE[row.table]
    code = planning.find(row.table, row.code, row.place, "code")
    named, alias_of = held.find(code), held.find(row.alias)
    if alias_of is not None and alias_of == named:
        yield same("aliases")
    elif alias_of is not None:
        what = f"The {register} {alias_of} has this code here, or had it."
        hint = f"Where it is the same one: cityfund {register} edit {alias_of} --code {row.code}"
        planning.problem(row.place, "alias", "former-code", what, hint)
    elif named is not None:
        what = f"The {register} {named} never had the code {row.alias} here."
        hint = "Leave the row out: a former code comes with a change of the code."
        planning.problem(row.place, "alias", "unknown-code", what, hint)
    elif row.alias != code and row.alias in planning.codes[row.table]:
        what = f"The code {row.alias} is that of a row of this import too."
        planning.problem(row.place, "alias", "twice", what, "Leave one of the two out.")
    else:
        planning.codes[row.table].add_alias(row.alias, code)
        yield AddAlias(row.table, row.alias, code, row.place)


class _Steps(NamedTuple):
    """The steps planned for a table so far, the places of its codes, and the records it has."""

    places: dict[str, Place]
    registers: list[ImportStep]
    revisions: list[Revise]
    held: Mapping[str, Any]


def _plan_row(planning: Planning, table: str, row: RegisterRow[Any], steps: _Steps) -> None:
    record = _with_known_codes(planning, table, row)
    held = steps.held.get(record.code)
    first = steps.places.setdefault(record.code, row.place)
    if first is not row.place:
        what = f"The code {record.code} occurs twice (first at {first.file}:{first.line})."
        hint = "Keep one of the two rows, or give one another code."
        planning.problem(row.place, "code", "twice", what, hint)
        return
    state_row(planning, table, record, row)
    if held is None:
        if table == "cities" and not record.office:
            record = _with_office(planning, record, row.place)
        steps.registers.append(Add(table, record, row.quantity, row.place))
        planning.remember_terms(table, record, row)
        return
    after, fields = merge_edit(planning, table, held, record, row)
    if "office" in fields and after.office_given != record.office_given:
        after = replace(after, office_given=record.office_given)
        fields = (*fields, "office_given")
    planning.remember_terms(table, after, row)
    revision = revision_of(planning, table, held, row)
    if fields:
        steps.registers.append(Edit(table, held, after, fields, row.place))
    if revision is not None:
        steps.revisions.append(revision)
    if not fields and revision is None:
        steps.registers.append(same(table))


def _in_order(steps: Iterable[ImportStep], table: str) -> list[ImportStep]:
    """Give steps with each new record of a table behind those of the table that it refers to.

    Records that refer to one another in a circle stay in their order; the ledger refuses them.
    """
    columns = [column for column, other in REFERENCES.get(table, ()) if other == table]
    if not columns:
        return [*steps]
    waiting = [*steps]
    if not any(_named(one, columns) for one in waiting):  # as nearly always
        return waiting
    new = {one.record.code for one in waiting if isinstance(one, Add) and one.kind == table}
    placed: list[ImportStep] = []
    while waiting:
        ready = [one for one in waiting if not new & _named(one, columns)] or waiting
        placed += ready
        new -= {one.record.code for one in ready if isinstance(one, Add)}
        done = {*map(id, ready)}
        waiting = [one for one in waiting if id(one) not in done]
    return placed


def _named(step: ImportStep, columns: Iterable[str]) -> set[str]:
    """Name the other records of its own table that a step's record refers to."""
    if not isinstance(step, (Add, Edit)):
        return set()
    record = step.record if isinstance(step, Add) else step.after
    named: set[str] = set()
    for value in (getattr(record, name) for name in columns):
        named.update(value if isinstance(value, tuple) else (value,))
    return named - {None, record.code}


@cache
def _names_by_codes(table: str) -> bool:
    """Say whether the records of a table name others by codes in columns of one table each."""
    spec = by_plural()[table]
    return spec.has_own_code and not spec.found_by and table != IDENTIFIER.plural


def _is_spelt_alike(planning: Planning, table: str, record: Any) -> bool:
    """Say whether a record spells all codes as the ledger and the import do, as nearly all do."""
    codes = planning.codes
    if not _names_by_codes(table) or codes[table].find(record.code) != record.code:
        return False
    for column, other in REFERENCES.get(table, ()):
        value = getattr(record, column)
        if value and (value.__class__ is tuple or codes[other].find(value) != value):
            return False
    return not getattr(record, "origin", None)


def _with_known_codes(planning: Planning, table: str, row: RegisterRow[Any]) -> Any:
    """Give the record with every code it names spelt as the ledger spells it."""
    record = row.record
    if _is_spelt_alike(planning, table, record):
        return record
    respelt: dict[str, Any] = {}
    code = planning.codes[table].find(record.code) or record.code
    if code != record.code:
        respelt["code"] = code
    respelt |= _references_respelt(planning, table, row)
    if table == IDENTIFIER.plural and record.table in REGISTER_OF_TABLE:
        respelt["record"] = planning.find(record.table, record.record, row.place, "record")
    spec = by_plural()[table]
    if spec.found_by:
        from ledger.interchange.planning.about import about_terms  # noqa: PLC0415 - few imports have

        respelt |= about_terms(planning, spec, row)
    if spec.origin is not None and record.origin:
        respelt["origin"] = planning.find_origin(record.origin, row.place)
    if respelt and not spec.has_own_code:
        names = {
            name: respelt.get(name, getattr(record, attribute_of(name))) for name in spec.identity
        }
        respelt["code"] = spec.code_from(names)
    return replace(record, **respelt) if respelt else record


def _references_respelt(planning: Planning, table: str, row: RegisterRow[Any]) -> dict[str, Any]:
    """Give the columns of a row that name records otherwise than the ledger spells their codes."""
    respelt: dict[str, Any] = {}
    for column, other in REFERENCES.get(table, ()):
        value = getattr(row.record, column)
        if not value:
            continue
        known_code: Any
        if isinstance(value, tuple):
            known_code = tuple(planning.find(other, one, row.place, column) for one in value)
        else:
            known_code = planning.find(other, value, row.place, column)
        if known_code != value:
            respelt[column] = known_code
    return respelt


def _with_office(planning: Planning, city: City, place: Place) -> City:
    """Give a city the office whose region its country lies in, the narrowest region first."""
    offices = dict(planning.holdings.of("offices"))
    for row in planning.tables.of("offices"):
        # A row without regions leaves those of the ledger as they are.
        if "regions" in row.given or row.record.code not in offices:
            offices[row.record.code] = row.record
    try:
        return replace(city, office=office_for_country(city.country, offices.values()))
    except LedgerError as error:
        planning.problems.append(from_error(error, place, "office"))
        return city


def _require_quotable(planning: Planning, row: RegisterRow[Any]) -> None:
    try:
        require_quotable(row.record)
    except LedgerError as error:
        planning.problem(row.place, "date", error.code, error.what, error.next_step)


def _rate_step(planning: Planning, row: RegisterRow[Any]) -> ImportStep:
    rate, holdings = row.record, planning.holdings
    held = holdings.rates.get((rate.day, rate.base, rate.quote))
    code = f"{rate.day} {rate.base} {rate.quote}"
    cells = {"rate": f"{rate.rate:f}", **({"source": rate.source} if rate.source else {})}
    planning.own.add("rates", code, cells, row.place)
    asks = held != rate and not planning.terms_of_source.overwrite
    stated = holdings.stated.rate(rate.day, rate.base, rate.quote) if asks else None
    if stated is not None and stated != held and stated.rate == rate.rate:
        pair = f"{rate.day} {rate.base}/{rate.quote}"
        now = "withdrawn" if held is None else f"{held.rate:f}"
        planning.retain(Retained("rates", pair, "rate", now, f"{rate.rate:f}", row.place))
        return same("rates")
    if held is None or held.rate != rate.rate:
        _require_quotable(planning, row)
        return AddRate(rate, held, row.place)
    if "source" in row.given and held.source != rate.source:
        return AddRate(rate, held, row.place)
    return same("rates")


def read_incoming(
    paths: Iterable[Path],
    *,
    as_table: str | None = None,
    rule: ImportRule | None = None,
    popolo: bool = False,
    known: KnownRecords | None = None,
    measures: Measures | None = None,
    today: date | None = None,
    opened: Iterable[OpenedFile] | None = None,
) -> Incoming:
    """Read canonical files or folders, or with a rule the foreign files that it is for.

    `popolo` says that the files are Popolo documents, `known` are the records of the ledger that
    the rule may find, `measures` its units and rates, and `today` is its day, after which nothing
    has happened yet. `opened` are the files of a rule where they are being opened already. Raises
    what `read_paths` raises; what is wrong inside the files comes back as problems.
    """
    if popolo:
        from ledger.interchange.popolo import read_popolo  # noqa: PLC0415 - brings pydantic

        documents = [read_popolo(read_content(path), str(path)) for path in paths]
        return Incoming(
            tuple(table for one in documents for table in one.tables),
            tuple(problem for one in documents for problem in one.problems),
            reports=tuple(report for one in documents for report in one.reports),
        )
    if rule is None:
        return _read_canonical([*paths], as_table)
    if any(output.table == STATEMENTS.name for output in rule.output):
        raise StatementsNotImported(f"The rule {rule.about.name} makes statements.")
    if any(output.table == LISTED.name for output in rule.output):
        raise ListNotImported(f"The rule {rule.about.name} makes a list of names.")
    from ledger.interchange.mapping.opening import open_files  # noqa: PLC0415 - as above
    from ledger.interchange.mapping.reading import read_files  # noqa: PLC0415
    from ledger.interchange.mapping.rule_run import RuleRun  # noqa: PLC0415 - as above

    run = RuleRun(rule, known or {}, today=today, measures=measures)
    contents = read_files(run, opened or open_files(rule, paths))
    tables = run.finish()
    unread = rule.tables if run.problems else frozenset()
    return Incoming(
        tuple(tables),
        tuple(run.problems),
        reports=tuple(run.reports),
        unread=unread,
        known=run.known,
        contents=contents,
    )


def _read_canonical(paths: list[Path], as_table: str | None) -> Incoming:
    """Read canonical files, folders and ZIP files of them, and workbooks of tables."""
    kinds = {path: path.suffix.lower() for path in paths}
    books = [path for path in paths if kinds[path] in _WORKBOOK_ENDINGS]
    archives = [path for path in paths if kinds[path] == _ARCHIVE_ENDING and not path.is_dir()]
    others = [path for path in paths if path not in books and path not in archives]
    if others == paths:
        return read_paths(paths, as_table)
    read = []
    if books:
        from ledger.interchange.canonical_workbook import read_workbook  # noqa: PLC0415 - for few

        read += [read_workbook(path, as_table) for path in books]
    if archives:
        from ledger.interchange.canonical_archive import read_archive  # noqa: PLC0415 - for few

        read += [read_archive(path, as_table) for path in archives]
    if others:
        read.append(read_paths(others, as_table))
    return Incoming(
        tuple(table for one in read for table in one.tables),
        tuple(problem for one in read for problem in one.problems),
        tuple(name for one in read for name in one.ignored_files),
        unread=frozenset().union(*(one.unread for one in read)),
        contents={name: digest for one in read for name, digest in one.contents.items()},
    )


def plan_incoming(incoming: Incoming, holdings: Holdings, today: date) -> ImportPlan:
    """Plan an import against what the ledger holds, with every problem from file to ledger.

    The plan may be executed only if it has no problems. The units of `holdings` are those
    that count; `today` is the ledger's day.
    """
    tables, row_problems = read_tables(
        incoming.tables, holdings.of("units"), today, incoming.approach_days
    )
    for table in incoming.tables:
        if isinstance(table.rows, PackedRows):
            table.rows.put_away()  # until the import is confirmed, or another write came first
    tables.unread = incoming.unread
    plan = plan_import(tables, holdings, incoming.terms, today)
    problems = (*incoming.problems, *row_problems, *plan.problems)
    notes = (*plan.notes, *_converted_dates(tables.jalali))
    return replace(plan, problems=problems, notes=notes)


def _converted_dates(jalali: Mapping[str, date]) -> Iterator[Note]:
    """Return a note of each Jalali date in the files with its Gregorian date."""
    if jalali:
        converted = [f"{text} is {day}" for text, day in sorted(jalali.items())]
        text = f"Jalali dates converted: {first_few(converted, 5)}"
        yield Note("jalali-dates", text)
