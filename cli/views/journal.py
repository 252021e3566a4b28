"""How the journal is shown: entries, one entry with its movements, seals, and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_document, emit_lines
from cli.framework.receipts import with_ledger
from cli.framework.terminal import note
from cli.views.columns import attributes, columns
from ledger.core.factors import Side
from ledger.core.quantity import format_amount
from ledger.journal.entries import Act

if TYPE_CHECKING:
    from ledger.evidence.proofs import Proof
    from ledger.evidence.tree_head import TreeHead
    from ledger.journal.entries import Entry, Movement
    from ledger.store.session.snapshot import Snapshot

ENTRY_COLUMNS = columns(
    "entry effective_on act deal need offer quantity (total) unit reference reverses (proposal) "
    "(proposal_line) actor (recorded_at) reason (override) (exemptions) (key)"
)
ENTRY_NARROW = columns("entry effective_on act about quantity[unit] reference:2 actor:3 reason:1")
ENTRY_TERMS = columns(
    "entry effective_on act deal total[unit] reference reason override exemptions reverses "
    "reversed_by "
    "proposed source recorded_at actor system_user host key",
    total="Total from then on",
    override="Exception",
    reverses="Reverses entry",
    reversed_by="Reversed by entry",
    proposed="From proposal",
    source="Imported from",
)
MOVEMENT_COLUMNS = columns("side code from to quantity unit deal")


def list_rows(
    snapshot: Snapshot, entries: Iterable[Entry], *, subjects: bool = False
) -> Iterator[dict[str, Any]]:
    """Return entries as rows, one by one as they are read.

    With `subjects`, a row also names the subject of its entry, for a narrow screen.
    """
    for entry in entries:
        row = entry_row(snapshot, entry)
        yield {**row, "about": _about(entry)} if subjects else row


def _about(entry: Entry) -> str:
    """Describe the subject of an entry on a narrow screen: `D-0001`, `N-0002; reverses 7`."""
    accounts = dict.fromkeys(one.account for one in entry.movements)
    if entry.act is Act.INTRODUCE:
        of = f" ({entry.proposed.proposal})" if entry.proposed else ""
        about = f"{entry.deal}: {' with '.join(accounts)}{of}"
    else:
        about = entry.deal or ", ".join(accounts)
    return f"{about}; reverses {entry.reverses}" if entry.reverses else about


def entry_row(snapshot: Snapshot, entry: Entry) -> dict[str, Any]:
    """Return the row of an entry; its quantity is the need's side, else the offer's."""
    need, offer = (_first_on(side, entry) for side in (Side.NEED, Side.OFFER))
    main = need or offer
    assert main is not None, "an entry moves something"
    unit = snapshot.units[main.unit]
    return {
        "entry": entry.number,
        "effective_on": entry.effective_on,
        "act": entry.act,
        "deal": entry.deal,
        "need": None if need is None else need.account,
        "offer": None if offer is None else offer.account,
        "quantity": format_amount(main.amount, unit.decimals),
        "total": None if entry.total is None else format_amount(entry.total, unit.decimals),
        "unit": unit.code,
        "reference": entry.reference,
        "reverses": entry.reverses,
        **proposal_row(entry),
        "actor": entry.actor,
        "recorded_at": snapshot.local(entry.recorded_at),
        "reason": entry.reason,
        "override": entry.override,
        "exemptions": list(entry.exemptions),
        "key": entry.request_key,
    }


def _first_on(side: Side, entry: Entry) -> Movement | None:
    for one in entry.movements:
        if one.side is side:
            return one
    return None


def proposal_row(entry: Entry) -> dict[str, Any]:
    """Return the stored proposal and its line that an entry was accepted from."""
    proposed = entry.proposed
    return {
        "proposal": None if proposed is None else proposed.proposal,
        "proposal_line": None if proposed is None else proposed.line,
    }


def entry_document(snapshot: Snapshot, entry: Entry, reversed_by: int | None) -> dict[str, Any]:
    """Return the document of an entry, with its movements."""
    return {
        "schema": "cityfund.entry/1",
        **entry_row(snapshot, entry),
        **attributes(entry, "system_user host database_user"),
        "reversed_by": reversed_by,
        "movements": [
            {
                "side": one.side.value,
                "code": one.account,
                "from": one.from_stage.value,
                "to": one.to_stage.value,
                "quantity": format_amount(one.amount, snapshot.units[one.unit].decimals),
                "unit": one.unit,
                "deal": one.deal,
            }
            for one in entry.movements
        ],
    }


def proposal_text(document: dict[str, Any]) -> str | None:
    """Describe the proposal line of an introduction."""
    if document["proposal"] is None:
        return None
    return f"{document['proposal']}, line {document['proposal_line']}"


SEAL_COLUMNS = columns("seal sealed_at leaves size root (mark)")
SEAL_NARROW = columns("seal sealed_at mark")


def emit_sealed(call: Call, receipts: Sequence[Mapping[str, Any]]) -> None:
    """Write the newest seal, to be stored outside the ledger."""
    from ledger.usecases.evidence import NOTHING_NEW  # noqa: PLC0415

    made = [one["seal"] for one in receipts]
    if call.format == "json":
        replayed = bool(receipts) and all(one["replayed"] for one in receipts)
        document = {"schema": "cityfund.sealed/1", "replayed": replayed, "seals": made}
        emit_document({**document, "dry_run": any(one.get("dry_run") for one in receipts)})
        return
    if not made:
        emit_lines([NOTHING_NEW])
        return
    emit_lines(with_ledger(call, _sealed_lines(made)))
    if any(one["replayed"] for one in receipts):
        note(call, "Already recorded; these are the original receipts.")
    if any(one.get("dry_run") for one in receipts):
        note(call, "Dry run: nothing was written.")


def _sealed_lines(made: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    last = made[-1]
    leaves = sum(one["leaves"] for one in made)
    new = "1 new leaf" if leaves == 1 else f"{leaves} new leaves"
    yield f"seal {last['number']} · {new}, {last['size']} in all"
    yield f"Store this outside the ledger: {last['size']}:{last['root']}"


def emit_proven(call: Call, proof: Proof, stored_seal: TreeHead | None) -> None:
    """Write what a proof proves, and its limits."""
    leaf = proof.leaf_document()
    if call.format == "json":
        document = {"schema": "cityfund.verified/1", "seal": str(proof.tree_head)}
        kept = None if stored_seal is None else str(stored_seal)
        disclosed = {field: text for field, _, text in proof.disclosed}
        place = {"position": proof.position, "kept": kept}
        emit_document({**document, **place, "leaf": leaf, "disclosed": disclosed})
        return
    where = f"leaf {proof.position} of the {proof.size} under this seal"
    emit_lines(
        [
            f"Proven: {proof.name} is {where}.",
            f"Seal: {proof.tree_head}",
            *(f"Disclosed: {field}: {text}" for field, _, text in proof.disclosed),
            *(f"Row: {row}" for row in proof.rows),
            *(
                f"Disclosed of row {at + 1}: {name}: {text}"
                for at, name, _, text in proof.row_texts
            ),
        ]
    )
    if stored_seal is None:
        note(
            call,
            "This proves nothing unless the seal is one stored outside the ledger: compare it, or "
            "give that seal with --seal SIZE:ROOT",
        )


def note_undisclosed(call: Call, document: Mapping[str, Any]) -> None:
    """Say where a proof discloses everything, because the entry's leaf holds it as it is."""
    if "disclosed" not in document:
        note(
            call,
            "This entry was recorded in an earlier format: its proof shows who recorded it, the "
            "system user and the host.",
        )
