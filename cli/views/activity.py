"""How the log of acts is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from cli.framework.receipts import change_texts, term_texts
from cli.framework.register_commands import Listing, withdrawn
from cli.views.columns import columns
from cli.views.register import register_row
from ledger.registers.activity import CONTACT, DATED_NOTE, OWNER, REMINDER
from ledger.registers.table import REGISTERS
from ledger.usecases.activity import records_of

if TYPE_CHECKING:
    from ledger.registers.spec import RegisterSpec
    from ledger.store.acts import RecordedAct
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.activity import RecordName

LOG_COLUMNS = columns(
    "recorded_at actor command about what (entries) reason (key) (request)",
    command="Act",
    about="About",
    what="Recorded",
    recorded_at="When",
)
LOG_NARROW = columns(
    "recorded_at command about what:1 actor:2", command="Act", about="About", what="Recorded"
)
_FEW = 4


def _listing(snapshot: Snapshot, spec: RegisterSpec, shown: str, **titles: str) -> Listing:
    rows = [register_row(snapshot, spec, one) for one in snapshot.records(spec.name).values()]
    hides = withdrawn if spec.can_be_withdrawn else None
    return Listing(
        rows, columns(f"code kind record {shown}", record="About", **titles), hides=hides
    )


def list_notes(snapshot: Snapshot) -> Listing:
    """List notes with their days and what each is about."""
    return _listing(snapshot, DATED_NOTE, "date text", text="Note")


def list_contacts(snapshot: Snapshot) -> Listing:
    """List people with what each belongs to."""
    return _listing(snapshot, CONTACT, "name role email phone")


def list_reminders(snapshot: Snapshot) -> Listing:
    """List reminders with their days, and when each was done."""
    return _listing(snapshot, REMINDER, "date text done_on", date="Due", text="Reminder")


def list_owners(snapshot: Snapshot) -> Listing:
    """List who looks after what."""
    return _listing(snapshot, OWNER, "actor", actor="Owner")


def log_rows(snapshot: Snapshot, acts: Iterable[RecordedAct]) -> Iterator[dict[str, Any]]:
    """Return acts as rows, one by one as they are read."""
    for act in acts:
        records = records_of(act)
        yield {
            "recorded_at": snapshot.local(act.recorded_at),
            "actor": act.actor,
            "command": act.command,
            "about": _about(records),
            "what": what_text(act.receipt),
            "reason": act.given.get("reason"),
            "entries": act.receipt.get("entries") or [],
            "key": act.key,
            "request": act.request,
            "records": [one._asdict() for one in records],
        }


def _about(records: Sequence[RecordName]) -> str:
    """Name the first records of an act; what is in no register, such as a seal, by its kind too."""
    names = (one.code if one.kind in REGISTERS else f"{one.kind} {one.code}" for one in records)
    shown = ", ".join(islice(names, _FEW))
    return shown if len(records) <= _FEW else f"{shown} and {len(records) - _FEW:,} more"


def what_text(receipt: Mapping[str, Any]) -> str:
    """Say on one line what a receipt recorded: terms of what is new, changes of the rest."""
    undone = receipt.get("undone")
    if undone:
        return f"request {undone['request']} ({undone['command']}) undone"
    recorded = {**(receipt.get("recorded") or {}), "reason": None}
    needs = recorded.pop("needs", None) or ()  # those of a new project
    texts = [*term_texts(recorded), *change_texts(receipt)]
    texts += [f"{one['code']}: {', '.join(_terms_of_need(one))}" for one in needs]
    texts += _counted((receipt.get("counts") or {}).get("tables") or {})
    return "; ".join(texts)


def _terms_of_need(need: Mapping[str, Any]) -> Iterator[str]:
    return term_texts({name: value for name, value in need.items() if name != "project"})


def _counted(tables: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Say what an import did with the rows of each table."""
    for table, counts in tables.items():
        done = [f"{counts[word]:,} {word}" for word in ("new", "changed") if counts.get(word)]
        if done:
            yield f"{table}: {', '.join(done)}"
