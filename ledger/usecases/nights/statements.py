"""The fourth step: read new statements and compare all of them with the ledger line by line.

All statements of a provider are compared every night, unless all agreed and nothing was recorded
since. A finding whose cause is gone is resolved automatically; nothing is posted except deliveries
that an officer asked to be posted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.core.text import counted, normalised_code
from ledger.journal.receipts import Receipt
from ledger.statements.differences import TOLERANCE_DAYS, FindingKind
from ledger.statements.findings import (
    FindingChanges,
    FindingRecord,
    FindingState,
    FindingTerms,
    compare_findings,
    finding_code,
)
from ledger.statements.postings import Posting
from ledger.statements.senders import Senders, is_from_sender
from ledger.store.db.queries import read_units
from ledger.store.register_codes import former_codes
from ledger.store.registers import UnknownCode, load_all
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import finding_states, store_changes
from ledger.store.statements.statements import known_hashes, store_file, unchanged_providers
from ledger.store.statements.stored_findings import (
    StoredFinding,
    read_open_findings,
    resolve_command_of,
)
from ledger.usecases.night_step import (
    MOST_LISTED,
    Night,
    NightFinding,
    NothingToDo,
    StepResult,
    execute_anew,
    listed,
)
from ledger.usecases.statements.compare import (
    DIFFERENCES,
    StatementComparison,
    bad_files,
    compare_all,
    post,
    silent_providers,
)
from ledger.usecases.statements.inbox import Inbox, Reader, read_inbox

if TYPE_CHECKING:
    from ledger.interchange.mapping.rule import ImportRule


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOptions:
    """What this step was asked for. Without an inbox, what was read before is compared again."""

    inbox: Path | None = None
    rules: tuple[ImportRule, ...] = ()
    tolerance_days: int = TOLERANCE_DAYS
    silent_days: int | None = None
    post_deliveries: bool = False
    senders: Senders = ()
    """The files of each provider: deliveries are posted from these alone."""


@dataclass(slots=True)
class _StepState:
    """The results of the step so far."""

    inbox: Inbox
    compared: StatementComparison = field(default_factory=StatementComparison)
    posted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    changed: FindingChanges = field(default_factory=FindingChanges)


def statements_step(night: Night) -> StepResult:
    """Read what is new in the inbox, compare everything, and bring the findings up to date."""
    options = StatementOptions(**night.options.statements)
    if options.senders:
        options = replace(options, senders=_known_senders(night, options.senders))
    state = _StepState(_read(night, options))
    _keep_files(night, state.inbox)
    state.compared = _compared(night, options, state.inbox)
    if options.post_deliveries:
        postings, untied = _of_senders(state.compared.postings, options.senders)
        state.posted, state.refused = post(night, postings)
        state.refused += untied
        if state.posted and not night.dry_run:
            state.compared = _compared(night, options, state.inbox)
    findings, compared_kinds = _all_findings(night, options, state)
    state.changed = _keep_changes(night, findings, compared_kinds)
    return _result(night, state, findings, _basis(options))


def _known_senders(night: Night, senders: Senders) -> Senders:
    """Spell the providers of senders as the ledger does. Raises `UnknownCode`."""
    with night.ledger.read() as connection:
        codes = {code: code for code in load_all(connection, "provider")}
        spelt = {
            normalised_code(typed): code
            for typed, code in {**former_codes(connection, "provider"), **codes}.items()
        }
    for provider, pattern in senders:
        if normalised_code(provider) not in spelt:
            raise UnknownCode(
                f"There is no provider {provider!r} to tie {pattern!r} to.",
                next_step="List the providers with: cityfund provider list",
            )
    return tuple((spelt[normalised_code(provider)], pattern) for provider, pattern in senders)


def _of_senders(postings: Sequence[Posting], senders: Senders) -> tuple[list[Posting], list[str]]:
    """Keep the postings whose lines came from their sender; say which others were left."""
    kept, untied = list[Posting](), list[str]()
    for posting in postings:
        if all(is_from_sender(one.line, senders) for one in posting):
            kept.append(posting)
            continue
        line = posting[0].line
        untied.append(
            f"Not posted: {posting[0].quantity} for deal {posting[0].deal}, "
            f"{posting[0].reference}. The file {line.file} is not tied to {line.provider}: "
            "--sender PROVIDER=PATTERN"
        )
    return kept, untied


def _read(night: Night, options: StatementOptions) -> Inbox:
    if options.inbox is None:
        return Inbox()
    with night.ledger.read() as connection:
        codes = {code: code for code in load_all(connection, "provider")}
        reader = Reader(
            rules=options.rules,
            units=read_units(connection),
            providers={**former_codes(connection, "provider"), **codes},
            today=night.ledger.today(),
            senders=options.senders,
        )
        known = known_hashes(connection)
    return read_inbox(options.inbox, reader, known, night.advance)


def _keep_files(night: Night, inbox: Inbox) -> None:
    """Store each file that could be read, once in all nights and under any name."""
    for file in inbox.files:
        if file.problems:
            continue

        def write(uow: UnitOfWork, file: Any = file) -> Receipt:
            if file.digest in known_hashes(uow.connection):
                raise NothingToDo
            store_file(uow, file.name, file.digest, file.lines, file.empty_lines)
            uow.note("statement-read", f"{file.name}: {counted(len(file.lines), 'line')}")
            return uow.receipt()

        thing = f"statement:{file.digest[:32]}"
        try:
            execute(night.ledger, night.request(thing, key=thing), write)
        except NothingToDo:
            continue


def _compared(night: Night, options: StatementOptions, inbox: Inbox) -> StatementComparison:
    # What a dry run reads was rolled back, and is compared all the same.
    read = [file for file in inbox.files if not file.problems] if night.dry_run else []
    fresh = [[one.line for one in file.lines] for file in read]
    zone = night.ledger.calendar().zone
    with night.ledger.read() as connection:
        unchanged = unchanged_providers(connection, night.day, _basis(options), zone)
        return compare_all(
            connection,
            fresh,
            night.day,
            options.tolerance_days,
            unchanged,
            max(night.day, night.ledger.today()),
        )


def _basis(options: StatementOptions) -> dict[str, int | str]:
    """Give the figures that say by which measure was compared."""
    return {"tolerance_days": options.tolerance_days}


def _all_findings(
    night: Night, options: StatementOptions, state: _StepState
) -> tuple[list[FindingRecord], Collection[FindingKind]]:
    """Return all findings of tonight, and the kinds that were compared."""
    findings, compared_kinds = list(state.compared.findings), set(DIFFERENCES)
    if any(file.problems for file in state.inbox.files):
        # The act may be in the file that could not be read: it is not to be reversed.
        findings = [
            replace(one, command=None) if one.kind is FindingKind.MISSING else one
            for one in findings
        ]
    if options.inbox is not None:
        findings += bad_files(state.inbox.files)
        compared_kinds.add(FindingKind.FILE)
    if options.silent_days is not None:
        calendar = night.ledger.calendar()
        with night.ledger.read() as connection:
            silent = silent_providers(connection, night.day, options.silent_days, calendar.zone)
            findings += silent
        compared_kinds.add(FindingKind.SILENT)
    return findings, compared_kinds


def _keep_changes(
    night: Night, findings: Sequence[FindingRecord], compared_kinds: Collection[FindingKind]
) -> FindingChanges:
    with night.ledger.read() as connection:
        changes = compare_findings(finding_states(connection), findings, compared_kinds)
    if not changes:
        return changes

    def write(uow: UnitOfWork) -> Receipt:
        # What an officer resolved between the reading and the act is not touched.
        now = compare_findings(finding_states(uow.connection), findings, compared_kinds)
        if not now:
            raise NothingToDo
        store_changes(uow, now, f"no longer found on the night of {night.day}")
        text = f"{len(now.opened)} opened, {len(now.auto_resolved)} auto-resolved"
        uow.note("findings-changed", text)
        return uow.receipt()

    try:
        execute_anew(night, f"findings:{_digest(changes)}", write)
    except NothingToDo:
        return FindingChanges()
    return changes


def _digest(changes: FindingChanges) -> str:
    words = [
        *(one.key for one in changes.opened),
        *map(str, changes.reopened + changes.auto_resolved),
    ]
    return sha256("\n".join(words).encode()).hexdigest()[:32]


def _result(
    night: Night,
    state: _StepState,
    findings: Sequence[FindingRecord],
    basis: Mapping[str, int | str],
) -> StepResult:
    with night.ledger.read() as connection:
        stored = read_open_findings(connection)
        known: Mapping[str, FindingState] = finding_states(connection)
    open_now = _findings(state, findings, stored, known, dry_run=night.dry_run)
    bad = sum(bool(file.problems) for file in state.inbox.files)
    offices = Counter(finding.office for finding in open_now if finding.office)
    return StepResult(
        figures={
            "files_read": len(state.inbox.files) - bad,
            "files_skipped": state.inbox.skipped,
            "files_bad": bad,
            "lines": state.compared.lines,
            "confirmed": state.compared.confirmed,
            "providers_unchanged": state.compared.unchanged,
            "deliveries_posted": len(state.posted),
            "opened": len(state.changed.opened),
            "reopened": len(state.changed.reopened),
            "healed": len(state.changed.auto_resolved),
            "open": len(open_now),
            "through_request": state.compared.through,
            **basis,
        },
        findings=tuple(open_now),
        lines=(
            *_empty_lines(state.inbox),
            *_lines_ahead(state.compared),
            *listed("Auto-resolved", map(finding_code, state.changed.auto_resolved)),
            *listed("Found again", map(finding_code, state.changed.reopened)),
            *listed("Posted", state.posted),
            *state.refused[:MOST_LISTED],
        ),
        offices={office: {"statement_findings": offices[office]} for office in sorted(offices)},
        changed=not night.dry_run
        and bool(state.changed or state.posted or len(state.inbox.files) > bad),
    )


def _findings(
    state: _StepState,
    findings: Sequence[FindingRecord],
    stored: Sequence[StoredFinding],
    known: Mapping[str, FindingState],
    *,
    dry_run: bool,
) -> list[NightFinding]:
    """Return the open findings as stored, each with the command tonight's comparison suggests."""
    tonight = {known[one.key].id: one for one in findings if one.key in known}
    gone = set(state.changed.auto_resolved) if dry_run else set()
    findings_now = []
    for one in stored:
        if one.id not in gone:
            command = tonight.get(one.id, one).command or resolve_command_of(one.id)
            findings_now.append(_finding(one, command, one.code))
    if dry_run:
        findings_now += [_finding(one, one.command) for one in state.changed.opened]
    return findings_now


def _empty_lines(inbox: Inbox) -> list[str]:
    """Say which lines were left out because they report nothing."""
    return listed(
        "Left out, amount zero",
        (
            f"{file.name}, line {', '.join(str(one.file_line) for one in file.empty_lines)}"
            for file in inbox.files
            if file.empty_lines
        ),
    )


def _lines_ahead(compared: StatementComparison) -> list[str]:
    """Say which lines wait for their day."""
    return listed(
        "Dated ahead, compared when the day has come",
        (
            f"statement {line.statement} of {line.provider}, line {line.number} on {line.day}"
            for line in compared.ahead
        ),
    )


_SHARED: Final = ("kind", "subject", "sentence", "ours", "theirs", "difference", "office")


def _finding(finding: FindingTerms, command: str | None, code: str | None = None) -> NightFinding:
    values: dict[str, Any] = {name: getattr(finding, name) for name in _SHARED}
    return NightFinding(**values, command=command, code=code)
