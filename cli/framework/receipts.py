"""The receipt of an act, for people or as a document."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import chain
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call, Session
from cli.framework.options import is_seen_by_a_person
from cli.framework.settings import write_privately
from ledger.core.text import counted
from ledger.reports.table import Column, grouped, one_line, table_chunks

if TYPE_CHECKING:
    from pathlib import Path

    from cli.framework.settings import Settings

_PAST = {
    "declare": "declared",
    "revise": "revised",
    "introduce": "introduced",
    "commit": "committed",
    "deliver": "delivered",
    "release": "released",
    "return": "returned",
    "withdraw": "withdrawn",
    "retire": "retired",
    "cancel": "cancelled",
    "restore": "restored",
    "expire": "expired",
    "confirm": "confirmed",
    "reply": "answered",
    "offer": "added",
    "reroute": "rerouted",
    "end": "ended",
    "give": "given",
    "refuse": "refused",
    "undertake": "added",
    "log": "added",
    "remind": "added",
    "done": "done",
    "reinstate": "reinstated",
    "reverse": "reversed",
    "correct": "corrected",
    "add": "added",
    "edit": "edited",
    "accept": "accepted",
    "attend": "recorded",
    "resolve": "resolved",
    "undo": "undone",
    "settle": "resolved",
    "reopen": "reopened",
    "rename": "renamed",
    "correct-clock": "corrected",
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
    lines = (
        preview_lines(call, receipt)
        if call.ensure_object(Session).previews
        else with_ledger(call, render_receipt(receipt, _verb(call)))
    )
    shown = [next(lines)] if call.settings.quiet else lines
    if is_seen_by_a_person():
        from cli.framework.terminal import on_screen  # noqa: PLC0415 - on a terminal only

        shown = (on_screen(line, sys.stdout) for line in shown)
    sys.stdout.writelines(f"{line}\n" for line in shown)


def _verb(call: Call) -> str:
    if call.params.get("commit"):
        return "introduced and committed"
    return call.command_name.rpartition(" ")[2]


def preview_lines(call: Call, receipt: Receipt) -> Iterator[str]:
    """Give the lines that say what an act will do, from the receipt of its dry run."""
    lines = render_receipt({key: receipt[key] for key in receipt if key != "dry_run"}, _verb(call))
    headline = next(lines)
    start = f"This will be recorded: {headline.partition(' · ')[2] or headline}"
    yield from with_ledger(call, chain((start,), lines))


def with_ledger(call: Call, lines: Iterable[str]) -> Iterator[str]:
    """Put the name of a ledger that is not the usual one under the first line."""
    lines = iter(lines)
    yield next(lines)
    yield from ledger_lines(call)
    yield from lines


def ledger_lines(call: Call) -> Iterator[str]:
    """Give the line that names the ledger, if it is not the usual one."""
    name = ledger_name(call.settings)
    if name is not None:
        yield f"  ledger: {one_line(name)}"


def ledger_name(settings: Settings) -> str | None:
    """Name a ledger that is not the usual one: by its profile, or else by its address."""
    if settings.is_usual_ledger:
        return None
    if settings.profile_of_ledger is not None:
        return settings.profile_of_ledger
    file = settings.db_url.removeprefix("sqlite:///").partition("?")[0]
    if file and settings.db_url.startswith("sqlite:///"):
        return file
    from cli.framework.ledger_names import address_of  # noqa: PLC0415 - a server's has many parts

    return address_of(settings.db_url)


def remember_receipt(call: Call, receipt: Receipt) -> None:
    """Remember an act that was recorded, in case that its receipt cannot be written."""
    if receipt.get("dry_run") or (call.write.key is None and _changed_nothing(receipt)):
        return
    key = quote(str(receipt["key"]))
    call.remember(f"{_recorded_as(receipt)}; repeat with --key {key}")
    if "request_hash" in receipt and not receipt.get("replayed"):
        _keep_last(call, receipt["request_hash"])


def _keep_last(call: Call, request_hash: str) -> None:
    """Keep the hash of a request as the last one here; warn where the one before it is gone."""
    from ledger.core.errors import LedgerError  # noqa: PLC0415 - where acts are recorded

    before, ledger = last_request(call.settings), call.ensure_object(Session).ledger
    keep_request(call.settings, request_hash)
    if before is None or ledger is None:
        return
    with suppress(LedgerError):  # the act is recorded, also where this cannot be read
        with ledger.read() as connection:
            gone = gone_back(connection, before)
        if gone is not None:
            from cli.framework.terminal import tell  # noqa: PLC0415 - as seldom as this

            tell(f"warning: {gone}")


def gone_back(connection: Any, remembered: str | None) -> str | None:
    """Say that a ledger lacks the request that is remembered here; None where it has it."""
    from ledger.store.db.queries import has_request  # noqa: PLC0415 - where one is remembered

    if remembered is None or has_request(connection, remembered):
        return None
    return (
        "the last request that was recorded from here is not in the ledger, which has been cut, "
        f"rewritten or replaced by an older copy: cityfund check --request {remembered}"
    )


def keep_request(settings: Settings, request_hash: str | None) -> None:
    """Keep the hash of the last request for its ledger; None forgets it, as after a restore.

    A machine that keeps no files is no obstacle.
    """
    path = _request_file(settings)
    if request_hash is not None:
        write_privately(path, request_hash)
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)


def last_request(settings: Settings) -> str | None:
    """Return the hash of the last request that this user recorded in the ledger here."""
    try:
        return _request_file(settings).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _request_file(settings: Settings) -> Path:
    """Name the file of a ledger by a hash of its address, which it does not show."""
    from hashlib import sha256  # noqa: PLC0415 - where acts are recorded

    import platformdirs  # noqa: PLC0415 - kept off the path of help

    from cli.framework.settings import APPLICATION, mask_url  # noqa: PLC0415
    from ledger.core.errors import LedgerError  # noqa: PLC0415
    from ledger.store.db.engine import absolute_url  # noqa: PLC0415

    try:
        url = absolute_url(settings.db_url)
    except LedgerError:  # no address of a ledger: the command says so
        url = settings.db_url
    folder = platformdirs.user_state_path(APPLICATION, appauthor=False) / "requests"
    return folder / sha256(mask_url(url).encode()).hexdigest()


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
    recorded = receipt.get("recorded") or {}
    needs = {one["code"]: {**one, "project": None} for one in recorded.get("needs", ())}
    alike = recorded.get("approaches", ())
    if alike:  # several to different providers, all of one request
        yield from chain.from_iterable(_terms(one, f"{one['code']}: ") for one in alike)
    else:
        yield from _terms({name: value for name, value in recorded.items() if name != "needs"})
    yield from _undone(receipt) if receipt.get("undone") else _registers(receipt, needs)
    yield from _changes(receipt)
    yield from _sides(receipt)
    yield from (f"note: {one_line(text)}" for text in note_texts(receipt))
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
    subject = _undone_subject(receipt) or ("topic" if verb == "rename" else _subject(receipt))
    did = one_line(f"{subject} {_PAST.get(verb, verb)}".strip())
    return f"{start} · {did}"


def _undone_subject(receipt: Receipt) -> str:
    undone = receipt.get("undone")
    return f"request {undone['request']} ({undone['command']})" if undone else ""


_NAMED_BY_CODE: Final = ("finding", "approval", "approval_rule", "standing_approval")
"""What is recorded under a code of its own and is in no register."""


def _subject(receipt: Receipt) -> str:
    if receipt.get("deal"):
        return f"deal {receipt['deal']}"
    for side in ("need", "offer"):
        if receipt.get(side):
            return f"{side} {receipt[side]['code']}"
    for name in _NAMED_BY_CODE:
        code = (receipt.get("recorded") or {}).get(name)
        if code:
            return f"{name.replace('_', ' ')} {code}"
    changes = receipt.get("registers") or []
    # A project comes with its needs, and it comes first.
    return " ".join(str(changes[0][key]) for key in ("kind", "code")) if changes else ""


def _registers(receipt: Receipt, needs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for change in receipt.get("registers") or []:
        if change["kind"] == "need" and change["code"] in needs:
            yield from _terms(needs[change["code"]], f"need {change['code']}: ")
            continue
        if change["version"] == 1 and _subject(receipt) == f"{change['kind']} {change['code']}":
            continue  # the headline says it
        new = "new" if change["version"] == 1 else f"version {change['version']}"
        yield f"  {change['kind']} {change['code']}: {new}"


def _changes(receipt: Receipt) -> Iterator[str]:
    """Render each changed term on a line of its own."""
    yield from (f"  {text}" for text in change_texts(receipt))


def change_texts(receipt: Receipt) -> Iterator[str]:
    """Say each changed term, before and after; amounts are in the unit of the record."""
    parts = (receipt.get(part) or {} for part in ("recorded", "need", "offer"))
    unit = next((part["unit"] for part in parts if "unit" in part), None)
    for name, pair in (receipt.get("changes") or {}).items():
        before, after = (_term(name, value, unit) for value in pair)
        yield f"{_words(name)}: {before} → {after}"


_MOST_LINES = 20


def _undone(receipt: Receipt) -> Iterator[str]:
    """Render what an undone request had recorded, and what becomes of each of its lines."""
    lines = receipt["undone"]["lines"]
    for line in lines[:_MOST_LINES]:
        yield one_line(f"  {line['kind']} {line['code']}: {line['did']} → {line['becomes']}")
    if len(lines) > _MOST_LINES:
        yield f"  and {counted(len(lines) - _MOST_LINES, 'more line')}"


def _terms(terms: Mapping[str, Any], start: str = "") -> Iterator[str]:
    """Render recorded terms on one line; the code is in the headline or in `start`."""
    listed = "; ".join(term_texts(terms))
    if listed:
        yield f"  {start}{listed}"


def term_texts(terms: Mapping[str, Any]) -> Iterator[str]:
    """Say each recorded term but the code.

    A unit is shown behind its amounts, and alone where there are none.
    """
    elsewhere = {"code", "unit"} if _amounts() & terms.keys() else {"code"}
    unit = terms.get("unit")
    for name, value in terms.items():
        if name == "quantity" or (name not in elsewhere and value is not None):
            yield f"{_words(name)}: {_term(name, value, unit)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _term(name: str, value: object, unit: str | None) -> str:
    """Render a term; an amount is grouped and carries the unit of its record."""
    if unit is None or name not in _amounts():
        return _value(value)
    if value is None:
        return f"not known yet, in {unit}" if name == "quantity" else "none"
    return f"{grouped(str(value))} {unit}"


@cache
def _amounts() -> frozenset[str]:
    """Return the names of the terms that are amounts, as the registers' columns say."""
    from ledger.registers.spec import Kind  # noqa: PLC0415 - receipts for people only
    from ledger.registers.table import REGISTERS  # noqa: PLC0415 - as above

    columns = (column for one in REGISTERS.values() for column in one.columns)
    return frozenset(column.name for column in columns if column.kind is Kind.AMOUNT)


def _value(value: object) -> str:
    if isinstance(value, list):
        return one_line(", ".join(map(str, value))) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else one_line(str(value))


def _sides(receipt: Receipt) -> Iterator[str]:
    sides = [{"side": side, **receipt[side]} for side in ("need", "offer") if receipt.get(side)]
    if not sides:
        return
    stages = [stage for stage in _STAGES if any(_is_shown(side, stage) for side in sides)]
    columns = [Column("side", " "), Column("code")]
    columns += [Column(stage, kind="amount") for stage in stages]
    columns.append(Column("unit"))
    if is_seen_by_a_person():
        from cli.framework.output import table_lines  # noqa: PLC0415 - on a terminal only

        yield from (f"  {line}" for line in table_lines(sides, columns, indent=2))
        return
    for line in table_chunks(sides, columns):
        yield f"  {line.rstrip()}"


def _is_shown(side: Mapping[str, Any], stage: str) -> bool:
    """Return whether a stage gets a column; ended stages only if they are not zero."""
    if stage not in side:
        return False
    return stage not in _ENDS or any(digit in "123456789" for digit in str(side[stage]))
