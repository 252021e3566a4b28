"""The receipt of an act, for people or as a document."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from cli.framework.command import Call
from ledger.reports.table import Column, one_line, table_chunks

_PAST = {
    "declare": "declared",
    "revise": "revised",
    "introduce": "introduced",
    "commit": "committed",
    "deliver": "delivered",
    "release": "released",
    "return": "returned",
    "withdraw": "withdrawn",
    "expire": "expired",
    "reinstate": "reinstated",
    "reverse": "reversed",
    "add": "added",
    "edit": "edited",
    "settle": "resolved",
    "reopen": "reopened",
    "rename": "renamed",
}
_STAGES = ("open", "available", "held", "committed", "delivered", "withdrawn", "expired")
_ENDS = ("withdrawn", "expired")
Receipt = Mapping[str, Any]


def emit_receipt(call: Call, receipt: Receipt) -> None:
    """Write a receipt to standard output as the call asked for it."""
    if call.format == "json":
        from cli.framework.output import emit_document  # noqa: PLC0415 - people read lines

        emit_document(receipt)
        return
    verb = call.command_name.rpartition(" ")[2]
    if call.params.get("commit"):
        verb = "introduced and committed"
    lines = render_receipt(receipt, verb)
    shown = [next(lines)] if call.settings.quiet else lines
    sys.stdout.writelines(f"{line}\n" for line in shown)


def remember_receipt(call: Call, receipt: Receipt) -> None:
    """Remember an act that was recorded, in case that its receipt cannot be written."""
    if receipt.get("dry_run") or (call.write.key is None and _changed_nothing(receipt)):
        return
    key = quote(str(receipt["key"]))
    call.remember(f"{_recorded_as(receipt)}; repeat with --key {key}")


def _changed_nothing(receipt: Receipt) -> bool:
    """Return whether an import changed nothing; other acts always change something."""
    tables = (receipt.get("counts") or {}).get("tables", {"": {"new": 1, "changed": 0}})
    return not any(one["new"] or one["changed"] for one in tables.values())


def _recorded_as(receipt: Receipt) -> str:
    """Describe what was recorded: `recorded as entry 7`."""
    numbers = receipt.get("entries") or []
    if len(numbers) > 1:
        return f"recorded as entries {numbers[0]} to {numbers[-1]}"
    if numbers:
        return f"recorded as entry {numbers[0]}"
    if receipt.get("seal"):
        return f"recorded as seal {receipt['seal']['number']}"
    named = _subject(receipt) or receipt.get("proposal")
    return f"recorded as {named}" if named else "recorded"


def render_receipt(receipt: Receipt, verb: str) -> Iterator[str]:
    """Render a receipt: the act, the balances of both sides, and the notes.

    `verb` is the command's, such as `introduce`. Only `entry` and `replayed` are always there.
    """
    yield _headline(receipt, verb)
    notes_of_new = _notes_of_new(receipt)
    yield from _registers(receipt, notes_of_new)
    yield from _sides(receipt)
    for text in note_texts(receipt):
        if text not in notes_of_new.values():
            yield f"note: {one_line(text)}"
    if receipt.get("replayed"):
        yield "Already recorded; this is the original receipt."
    if receipt.get("dry_run"):
        yield "Dry run: nothing was written."


def note_texts(receipt: Receipt) -> list[str]:
    """Return the texts of a receipt's notes."""
    return [str(one["text"]) for one in receipt.get("notes") or ()]


def _headline(receipt: Receipt, verb: str) -> str:
    numbers = receipt.get("entries") or [receipt.get("entry")]
    if receipt.get("dry_run"):
        start = "dry run"
    elif numbers == [None]:
        start = "done"
    else:
        start = f"{'entry' if len(numbers) == 1 else 'entries'} {', '.join(map(str, numbers))}"
    subject = "topic" if verb == "rename" else _subject(receipt)
    did = one_line(f"{subject} {_PAST.get(verb, verb)}".strip())
    return f"{start} · {did}"


def _subject(receipt: Receipt) -> str:
    if receipt.get("deal"):
        return f"deal {receipt['deal']}"
    for side in ("need", "offer"):
        if receipt.get(side):
            return f"{side} {receipt[side]['code']}"
    changes = receipt.get("registers") or []
    # A project comes with its needs, and it comes first.
    return " ".join(str(changes[0][key]) for key in ("kind", "code")) if changes else ""


def _notes_of_new(receipt: Receipt) -> dict[str, str]:
    """Return the describing note of each new record, by code."""
    notes = note_texts(receipt)
    new = [change["code"] for change in receipt.get("registers") or () if change["version"] == 1]
    return {code: text for code in new for text in notes if text.startswith(f"{code}: ")}


def _registers(receipt: Receipt, notes_of_new: Mapping[str, str]) -> Iterator[str]:
    changes = receipt.get("registers") or []
    for change in changes:
        if change["code"] in notes_of_new:
            yield f"  {change['kind']} {one_line(notes_of_new[change['code']])}"
            continue
        if change["version"] == 1 and _subject(receipt) == f"{change['kind']} {change['code']}":
            continue  # the headline says it
        new = "new" if change["version"] == 1 else f"version {change['version']}"
        yield f"  {change['kind']} {change['code']}: {new}"


def _sides(receipt: Receipt) -> Iterator[str]:
    sides = [{"side": side, **receipt[side]} for side in ("need", "offer") if receipt.get(side)]
    if not sides:
        return
    stages = [stage for stage in _STAGES if any(_is_shown(side, stage) for side in sides)]
    columns = [Column("side", " "), Column("code")]
    columns += [Column(stage, kind="amount") for stage in stages]
    columns.append(Column("unit"))
    for line in table_chunks(sides, columns):
        yield f"  {line.rstrip()}"


def _is_shown(side: Mapping[str, Any], stage: str) -> bool:
    """Return whether a stage gets a column; ended stages only if they are not zero."""
    if stage not in side:
        return False
    return stage not in _ENDS or any(digit in "123456789" for digit in str(side[stage]))
