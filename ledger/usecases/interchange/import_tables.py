"""Import canonical tables: plan against the ledger's holdings, then execute all steps or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.core.errors import Busy, LedgerError
from ledger.core.factors import Side
from ledger.core.requests import Request
from ledger.exchanges.contradictions import EvidenceIndex
from ledger.interchange.planning.context import REGISTER_OF_TABLE
from ledger.interchange.planning.plan import plan_incoming
from ledger.interchange.planning.rates import RatePlan
from ledger.interchange.planning.steps import (
    Add,
    AddAlias,
    AddRate,
    CorrectDate,
    CorrectDeclaration,
    Edit,
    Holdings,
    ImportPlan,
    ImportStep,
    RaiseTotal,
    Restate,
    Revise,
    Same,
)
from ledger.interchange.problems import ImportProblem, ImportRefused, Place, from_error
from ledger.interchange.reader import Incoming
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.journal.receipts import Note, Receipt
from ledger.rates.rates import find_rate
from ledger.reference.confusables import CodeShapes
from ledger.registers.pairs import INSTALMENT
from ledger.registers.table import REGISTERS
from ledger.store.db.queries import read_units
from ledger.store.journal.accounts import SIDES
from ledger.store.rates import StoredRates
from ledger.store.registers import load_all, seek_record
from ledger.store.session.execute import begin_write
from ledger.store.session.ledger import Ledger
from ledger.store.session.phases import phases_at_once
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.approaches.requests import require_askable
from ledger.usecases.interchange.holdings import StoredRegisters, read_holdings
from ledger.usecases.interchange.import_acts import HistoryImporter
from ledger.usecases.interchange.rooms import raise_total, revise_total
from ledger.usecases.interchange.sources import (
    OverwriteNeedsReason,
    Sources,
    source_document,
)
from ledger.usecases.registers.identity import add_with_former_codes, edit_identity
from ledger.usecases.registers.instalments import ImportedInstalments
from ledger.usecases.registers.meetings import MeetingRules
from ledger.usecases.registers.near_duplicates import COMPARED, NameIndex
from ledger.usecases.registers.network_rules import require_allowed
from ledger.usecases.registers.quantities import declare_quantity
from ledger.usecases.registers.rules import refuse_confusable, refuse_the_fund, require_one_offer
from ledger.usecases.registers.topics import new_topics, topics_in_use, topics_of

if TYPE_CHECKING:
    from ledger.interchange.mapping.given_units import Measures
    from ledger.interchange.mapping.rule import ImportRule


ConfirmPlan = Callable[[ImportPlan], None]
"""Called with the plan of an import; raises to stop it."""


class LedgerMovedOn(Busy, code="ledger-moved-on"):
    """The ledger changed between the preview of an import and its confirmation."""

    default_why = "Others wrote meanwhile, and the import would no longer do what was agreed to."
    default_next = "Nothing was written. Import again, and look at the new preview."


def load_rule_named(name_or_path: str | None) -> ImportRule | None:
    """Load a shipped rule by name or one's own by path; None where none was named."""
    if name_or_path is None:
        return None
    from ledger.interchange.mapping.loading import load_rule  # noqa: PLC0415 - brings pydantic

    return load_rule(name_or_path)


P = TypeVar("P", ImportPlan, RatePlan)


def preview(ledger: Ledger, request: Request, make_plan: Callable[[UnitOfWork], P]) -> P | None:
    """Plan an import and change nothing; None where there is nothing to agree to.

    No lock is held while a person decides. Raises what `make_plan` raises.
    """
    with begin_write(ledger, replace(request, dry_run=True)) as uow:
        if uow.start.first_receipt is not None:
            return None
        plan = make_plan(uow)
    return None if plan.changes_nothing else plan


def require_agreed_plan(agreed_plan: object) -> Callable[[object], None]:
    """Accept only the plan that was agreed to; raises `LedgerMovedOn` for another one."""

    def confirm(plan: object) -> None:
        if plan != agreed_plan:
            raise LedgerMovedOn("The ledger is not as it was when you looked at the preview.")

    return confirm


def import_tables(uow: UnitOfWork, incoming: Incoming, confirm: ConfirmPlan) -> Receipt:
    """Plan an import and execute it in this transaction.

    Raises `ImportRefused` with every bad row, whether it fails by itself or against the ledger,
    and what `confirm` raises.
    """
    stored = StoredRegisters(uow)
    plan = plan_tables(uow, incoming, stored)
    confirm(plan)
    if plan.changes_nothing:
        return _receipt(uow, plan, incoming)
    problems = Importer(uow, stored).execute(plan.steps)
    if problems:
        raise ImportRefused(problems)
    return _receipt(uow, plan, incoming)


def plan_tables(
    uow: UnitOfWork, incoming: Incoming, stored: StoredRegisters | None = None
) -> ImportPlan:
    """Plan an import against the ledger. Raises `ImportRefused` with every problem."""
    stored = stored or StoredRegisters(uow)
    if incoming.terms.overwrite and not uow.request.reason:
        raise OverwriteNeedsReason("What was corrected is not overwritten without a reason.")
    incoming = replace(incoming, terms=replace(incoming.terms, edition_on=uow.day))
    names = {table.table for table in incoming.tables}
    sources = Sources(uow, incoming.terms.source)
    rooms = incoming.terms.asks_for_room
    holdings = read_holdings(uow, names, sources, stored, rooms=rooms)
    _require_unchanged(incoming, holdings)
    plan = plan_incoming(incoming, holdings, uow.today)
    if plan.problems:
        raise ImportRefused(plan.problems)
    found = (*_new_topics(uow, plan), *_near_duplicates(stored, plan))
    plan = sources.with_others(plan, holdings.of("units"))
    return replace(plan, notes=(*plan.notes, *found))


def _require_unchanged(incoming: Incoming, holdings: Holdings) -> None:
    """Refuse rows whose words were looked up among records that have changed since."""
    for table, records in incoming.known.items():
        if [*records] != [*holdings.of(table).values()]:
            raise LedgerMovedOn(f"The {table} are not as they were when the file was read.")


def read_known(ledger: Ledger, rule: ImportRule | None) -> dict[str, list[Any]]:
    """Read the records among which a rule finds its words, by table."""
    tables = rule.known_tables if rule is not None else frozenset()
    if not tables:
        return {}
    with ledger.read() as connection:
        return {
            table: [one.record for one in load_all(connection, REGISTER_OF_TABLE[table]).values()]
            for table in sorted(tables)
        }


def read_measures(ledger: Ledger, rule: ImportRule | None) -> Measures | None:
    """Give the units of the ledger to a rule, and its rates, which are read when asked for."""
    if rule is None:
        return None
    from ledger.interchange.mapping.given_units import Measures  # noqa: PLC0415 - for rules

    def rate_on(from_unit: str, to_unit: str, day: date) -> Fraction | None:
        with ledger.read() as connection:
            found = find_rate(StoredRates(connection), from_unit, to_unit, day)
        return None if found is None else found.rate

    def rate_of(deal: str) -> Fraction | None:
        with ledger.read() as connection:
            known = seek_record(connection, "deal", deal)
        return None if known is None else known.record.exact_rate

    with ledger.read() as connection:
        return Measures(read_units(connection), rate_on, rate_of)


def _new_topics(uow: UnitOfWork, plan: ImportPlan) -> Iterator[Note]:
    """Give a note of each topic that the rows name and nothing in the ledger does yet."""
    records = (
        (REGISTER_OF_TABLE[step.kind], step.record if isinstance(step, Add) else step.after)
        for step in plan.steps
        if isinstance(step, (Add, Edit))
    )
    topics = dict.fromkeys(topic for kind, one in records for topic in topics_of(kind, one))
    if topics:
        yield from new_topics(topics, [one.topic for one in topics_in_use(uow.connection)])


def _near_duplicates(stored: StoredRegisters, plan: ImportPlan) -> Iterator[Note]:
    """Give a note of each new city, provider or project that may be one that is there already."""
    added = [
        step.record
        for step in plan.steps
        if isinstance(step, Add) and REGISTER_OF_TABLE[step.kind] in COMPARED
    ]
    if not added:
        return
    names = NameIndex()
    for kind in COMPARED:
        for one in stored.of(kind).values():
            names.add(one.record)
    for record in added:
        for note in names.add_noted(record):
            yield note._replace(text=f"{record.code}: {note.text}")


def _receipt(uow: UnitOfWork, plan: ImportPlan, incoming: Incoming) -> Receipt:
    tables = {tally.table: tally.counts() for tally in plan.tallies()}
    for note in plan.notes:
        uow.note(*note)
    receipt = uow.receipt_of_many()
    first_and_last = (receipt.entries[0], receipt.entries[-1]) if receipt.entries else ()
    return replace(
        receipt,
        entries=first_and_last,
        counts={
            "entries": len(receipt.entries),
            "registers": len(uow.changes),
            "tables": tables,
        },
        source=source_document(plan, incoming)
        if plan.says_more or not plan.changes_nothing
        else None,
    )


class Importer:
    """Carries the steps of a plan out, noting what the ledger's rules refuse and where."""

    def __init__(self, uow: UnitOfWork, stored: StoredRegisters) -> None:
        """Read all the ledger at once, so that no step asks the database by itself."""
        self._uow = uow
        uow.accounts.read_everything(stored.of)
        uow.remember_ids(lambda kind: {code: one.id for code, one in stored.of(kind).items()})
        phases_at_once(uow)
        self._kept = {
            kind: stored.of(kind) for kind in REGISTER_OF_TABLE.values() if kind != "unit"
        }
        for kind, records in self._kept.items():
            if not REGISTERS[kind].has_quantity:
                uow.remember_records(
                    kind, {code: stored.record for code, stored in records.items()}
                )
        self._offices = {code: records.record for code, records in self._kept["office"].items()}
        self._shapes = {kind: CodeShapes(records) for kind, records in self._kept.items()}
        self._shapes |= {
            "unit": CodeShapes(uow.units),
            "deal": CodeShapes(stored.of("deal")),
        }
        self._evidence = EvidenceIndex(one.record for one in self._kept["credential"].values())
        self._history = HistoryImporter(uow)
        self._meetings = MeetingRules(uow, of_many=True)
        self._first_days: dict[tuple[str, str], date] = {}
        self._corrected: dict[tuple[Side, str], date] = {}
        self._former_codes: dict[tuple[str, str], list[str]] = {}
        self._due = ImportedInstalments(uow, self._kept[INSTALMENT.name])

    def execute(self, steps: tuple[ImportStep, ...]) -> list[ImportProblem]:
        """Do the steps in order; give the problems of those the ledger refused."""
        self._first_days = _first_days(steps)
        for step in steps:
            if isinstance(step, AddAlias):
                self._former_codes.setdefault((step.table, step.code), []).append(step.alias)
            elif isinstance(step, CorrectDate):
                self._history.expect_date(step.entry, step.effective_on, step.reason)
        problems: list[ImportProblem] = []
        failed_codes: set[str] = set()
        for _, steps_of_day in groupby(steps, _day_of_act):
            pending: list[ImportStep] = [one for one in steps_of_day if not isinstance(one, Same)]
            while pending:
                refused = self._try(pending, failed_codes)
                if len(refused) == len(pending) or _day_of_act(pending[0]) is None:
                    # Later acts of the same deal would only fail because this one is missing.
                    failed_codes |= {_place_and_code(step)[1] for step, _ in refused}
                    problems += [
                        _problem_at(error, _place_and_code(step)[0])
                        for step, error in refused
                        if error is not None
                    ]
                    break
                pending = [step for step, _ in refused]
        if not problems:
            problems += [_problem_at(error, place) for error, place in self._due.exceeding()]
        if not problems:
            self._correct_declarations()
            self._history.note_untested()
        return problems

    def _correct_declarations(self) -> None:
        """Give needs and offers the corrected day of their declaration, once all acts are posted.

        The acts of a day before that were reversed on their own day, as the declaration was.
        """
        for (side, code), day in self._corrected.items():
            self._uow.edit_account(side, code, declared_on=day)

    def _try(
        self, steps: Sequence[ImportStep], failed_codes: Collection[str]
    ) -> list[tuple[ImportStep, LedgerError | None]]:
        """Do steps in order; give those that are refused, and without an error what rests on them.

        An act that has no room may have it after a later one of its day.
        """
        refused: list[tuple[ImportStep, LedgerError | None]] = []
        waiting = {*failed_codes}
        for step in steps:
            if waiting and (_place_and_code(step)[1] in waiting or _deal_of(step) in waiting):
                refused.append((step, None))
                continue
            try:
                self._apply(step)
            except LedgerError as error:
                waiting.add(_place_and_code(step)[1])
                refused.append((step, error))
        return refused

    def _apply(self, step: ImportStep) -> None:
        match step:
            case Add():
                self._add(step)
            case Edit():
                self._edit(step)
            case Revise():
                spares = step.spares_placed
                revise_total(self._uow, step.side, step.code, step.new_total, spares=spares)
            case AddRate():
                self._uow.add_rate(step.rate)
            case DealActRow():
                if self._uow.accounts.known_deal(step.code) is None:
                    self._require_distinct("deal", step.code)
                self._history.post_act(step)
            case _:
                self._post(step)

    def _post(self, step: ImportStep) -> None:
        match step:
            case ChangeRow():
                self._history.post_change(step)
            case Restate():
                self._history.post_act(step.row)
            case RaiseTotal():
                total, day = step.new_total, step.effective_on
                raise_total(self._uow, step.side, step.code, total, day, step.until)
            case CorrectDeclaration():
                self._history.correct_declaration(
                    step.side, step.code, step.effective_on, step.reason
                )
            case CorrectDate():
                self._history.correct_date(step.entry, step.effective_on, step.reason)

    def _add(self, step: Add) -> None:
        kind = REGISTER_OF_TABLE[step.kind]
        self._require_distinct(kind, step.record.code)
        if kind == "unit":
            self._uow.add_unit(step.record)
            return
        if kind not in SIDES:  # needs and offers have none of these rules
            self._require_fitting(kind, step.record, step.place)
        record = self._as_first_declared(kind, step.record)
        former: Sequence[str] = ()
        if self._former_codes:  # as hardly ever
            former = self._former_codes.get((step.kind, step.record.code), ())
        for code in former:
            self._require_distinct(kind, code)
        add_with_former_codes(self._uow, kind, record, former)
        if step.quantity is not None:
            declare_quantity(self._uow, SIDES[kind], step.record.code, step.quantity)

    def _require_fitting(self, kind: str, record: Any, place: Place) -> None:
        """Refuse a new record that the rules of its register do not admit."""
        self._refuse_the_fund(kind, record)
        require_allowed(self._uow, kind, record)
        self._due.put(kind, record, place)
        self._record_evidence(kind, record)
        self._meetings.require(kind, record)
        if kind == "approach":
            require_askable(self._uow, record)

    def _require_distinct(self, kind: str, code: str) -> None:
        """Refuse a new code that could be taken for another of the ledger or of this import."""
        if not REGISTERS[kind].has_own_code:
            return
        shapes = self._shapes[kind]
        if not shapes.admits_plainly(code):
            refuse_confusable(kind, code, shapes)
        shapes.add(code)

    def _as_first_declared(self, kind: str, record: Any) -> Any:
        """Give a new need or offer as it was before the day of its declaration was corrected."""
        first = self._first_days.get((kind, record.code)) if self._first_days else None
        if first is None or first >= record.declared_on:
            return record
        self._corrected[Side(kind), record.code] = record.declared_on
        return replace(record, declared_on=first)

    def _edit(self, step: Edit) -> None:
        kind = REGISTER_OF_TABLE[step.kind]
        if kind in SIDES:
            terms = {name: getattr(step.after, name) for name in step.fields}
            if terms.get("divisible") is False:
                require_one_offer(self._uow, self._uow.accounts.account(Side.NEED, step.after.code))
            self._uow.edit_account(Side(kind), step.after.code, **terms)
            return
        self._refuse_the_fund(kind, step.after)
        require_allowed(self._uow, kind, step.after, step.before)
        self._due.put(kind, step.after, step.place)
        self._record_evidence(kind, step.after)
        self._meetings.require(kind, step.after)
        edit_identity(self._uow, kind, self._kept[kind][step.after.code], step.after)

    def _record_evidence(self, kind: str, record: Any) -> None:
        """Refuse a credential that another of the ledger or of this import contradicts."""
        if kind == "credential":
            self._evidence.require_apart(record)
            self._evidence.put(record)

    def _refuse_the_fund(self, kind: str, record: Any) -> None:
        """Refuse the fund as a provider or a city, by the offices of the ledger and this import."""
        if kind == "office":
            self._offices[record.code] = record
        if kind in {"provider", "city"}:
            refuse_the_fund(record, self._offices.values())


def _first_days(steps: Iterable[ImportStep]) -> dict[tuple[str, str], date]:
    """Give the first day of an act on the own quantity of each need and offer."""
    days: dict[tuple[str, str], date] = {}
    for step in steps:
        if isinstance(step, ChangeRow) and step.sequence is not None:
            key = step.side.value, step.code
            days[key] = min(step.effective_on, days.get(key, step.effective_on))
    return days


def _day_of_act(step: ImportStep) -> date | None:
    """Give the day of an act that may change places with others of its day, else None."""
    if isinstance(step, (ChangeRow, DealActRow)) and step.sequence is None:
        return step.effective_on
    if isinstance(step, Restate):
        return step.row.effective_on
    return None


def _place_and_code(step: Any) -> tuple[Place, str]:
    code = step.record.code if isinstance(step, Add) else ""
    return step.place, code or getattr(step, "code", "")


def _deal_of(step: Any) -> str | None:
    """Give the deal that a step about an instalment rests on."""
    if isinstance(step, (Add, Edit)) and step.kind == INSTALMENT.plural:
        record = step.record if isinstance(step, Add) else step.after
        return str(record.deal)
    return None


def _problem_at(error: LedgerError, place: Place) -> ImportProblem:
    problem = from_error(error, place, None)
    if not error.why:
        return problem
    return problem._replace(what=f"{problem.what} {error.why}")
