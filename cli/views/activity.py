"""How the log of acts is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli.framework.receipts import change_texts, term_texts
from cli.framework.register_commands import Listing, withdrawn
from cli.views.columns import columns
from cli.views.register import register_row
from ledger.registers.activity import CONTACT, DATED_NOTE, OWNER
from ledger.usecases.activity import records_of

if TYPE_CHECKING:
    from ledger.registers.spec import RegisterSpec
    from ledger.store.acts import RecordedAct
    from ledger.store.session.snapshot import Snapshot

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
            "about": _about([one.code for one in records]),
            "what": what_text(act.receipt),
            "reason": act.given.get("reason"),
            "entries": act.receipt.get("entries") or [],
            "key": act.key,
            "request": act.request,
            "records": [one._asdict() for one in records],
        }


def _about(codes: list[str]) -> str:
    shown = ", ".join(codes[:_FEW])
    return shown if len(codes) <= _FEW else f"{shown} and {len(codes) - _FEW:,} more"


def what_text(receipt: Mapping[str, Any]) -> str:
    """Say on one line what a receipt recorded: terms of what is new, changes of the rest."""
    undone = receipt.get("undone")
    if undone:
        return f"request {undone['request']} ({undone['command']}) undone"
    recorded = {**(receipt.get("recorded") or {}), "reason": None}
    texts = [*term_texts(recorded), *change_texts(receipt)]
    counts = receipt.get("counts") or {}
    texts += [
        f"{name}: {count:,}"
        for name, count in counts.items()
        if isinstance(count, int) and not isinstance(count, bool)
    ]
    if receipt.get("seal"):
        texts.append(f"seal {receipt['seal']['number']}")
    return "; ".join(texts)
