"""Canonical bytes straight from values as the tables hold them, as text without its white space.

The forms are those of `ledger.canonical`, and a test holds each of these to them. Nothing here
trusts a value: text has to be text and a number a number, or `Unwritable` or another ValueError or
TypeError comes of it. To build records first took several times as long as all hashing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

from ledger.canonical import ENTRY_TAG, PROPOSAL_TAG, RATE_TAG, REQUEST_TAG, VERSION_TAG

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_FORMAT: Final = 1

quoted: Final[Callable[[str], str]] = encode_basestring
"""Writes a text as JSON does; raises TypeError for what is none."""

_PROPOSED: Final = '"proposed":{},'

Part = tuple[str, str | None]
"""A key with its value as JSON; None where the value is left out."""


class Unwritable(ValueError):
    """A value that the program would never have written there."""


@lru_cache(maxsize=4096, typed=True)
def moment_text(microseconds: int) -> str:
    """Write a moment that is kept as microseconds since 1970."""
    if type(microseconds) is not int:
        raise Unwritable(microseconds)
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return f'"{moment.isoformat(timespec="microseconds").removesuffix("+00:00")}Z"'


def text_or_none(value: Any) -> str | None:
    """Write a text; nothing where there is none."""
    return quoted(value) if value is not None and value != "" else None


def number_or_none(value: Any) -> str | None:
    """Write a whole number as its digits."""
    return None if value is None else f'"{value:d}"'


def yes_or_none(value: Any) -> str | None:
    """Write a yes; a no is left out."""
    if type(value) not in {bool, int} or value not in {0, 1}:
        raise Unwritable(value)
    return "true" if value else None


def list_or_none(value: Any, separator: str) -> str | None:
    """Write a list of codes that is kept as one text."""
    if value is None or value == "":
        return None
    return f"[{','.join(map(quoted, value.split(separator)))}]"


def object_text(parts: Iterable[Part]) -> str:
    """Write an object whose keys come in order, as JSON already."""
    return "{" + ",".join(f"{key}:{value}" for key, value in parts if value is not None) + "}"


def said_text(key: str, actor: str, system_user: str, host: str, database_user: str | None) -> str:
    """Write who said a request, as every leaf names it."""
    return object_text(
        (
            ('"actor"', text_or_none(actor)),
            ('"database_user"', text_or_none(database_user)),
            ('"host"', text_or_none(host)),
            ('"key"', text_or_none(key)),
            ('"system_user"', text_or_none(system_user)),
        )
    )


def request_bytes(
    command: str, given: str, program: str, receipt: str | None, recorded_at: int, said: str
) -> bytes:
    """Give the bytes of a request."""
    return object_text(
        (
            ('"$"', f'"{REQUEST_TAG}/{_PLAIN_FORMAT}"'),
            ('"command"', text_or_none(command)),
            ('"input"', text_or_none(given)),
            ('"program"', text_or_none(program)),
            ('"receipt"', text_or_none(receipt)),
            ('"recorded_at"', moment_text(recorded_at)),
            ('"said"', said),
        )
    ).encode()


def movement_text(
    side: str,
    holder: str,
    unit: str,
    from_stage: str,
    to_stage: str,
    amount: int,
    deal: str | None,
) -> str:
    """Write one movement; `deal` is JSON already."""
    of_deal = "" if deal is None else f'"deal":{deal},'
    return (
        f'{{"amount":"{amount:d}",{of_deal}"from":{quoted(from_stage)},"holder":{quoted(holder)},'
        f'"side":{quoted(side)},"to":{quoted(to_stage)},"unit":{quoted(unit)}}}'
    )


def entry_bytes(
    number: int,
    act: str,
    effective_on: str,
    recorded_at: int,
    texts: Sequence[str | None],
    reverses: int | None,
    layout: int,
    deal: str | None,
    proposed: str | None,
    movements: Iterable[str],
    said: str,
) -> bytes:
    """Give the bytes of an entry; `texts` are its override, reason and reference.

    `deal`, the line that was `proposed` and the movements are JSON already.
    """
    override, reason, reference = texts
    of_deal = "" if deal is None else f'"deal":{deal},'
    undone = "" if reverses is None else f'"reverses":"{reverses:d}",'
    return (
        f'{{"$":"{ENTRY_TAG}/{layout:d}","act":{quoted(act)},{of_deal}'
        f'"effective_on":{quoted(effective_on)},"movements":[{",".join(movements)}],'
        f'"number":"{number:d}",'
        f"{_part('override', override)}"
        f"{'' if proposed is None else _PROPOSED.format(proposed)}{_part('reason', reason)}"
        f'"recorded_at":{moment_text(recorded_at)},{_part("reference", reference)}'
        f'{undone}"said":{said}}}'
    ).encode()


def _part(name: str, value: str | None) -> str:
    return f'"{name}":{quoted(value)},' if value else ""


def version_bytes(
    kind: str,
    code: str,
    version: int,
    record: str,
    recorded_at: int,
    reason: str | None,
    layout: int,
    said: str,
) -> bytes:
    """Give the bytes of a version; `record` is JSON already."""
    return (
        f'{{"$":"{VERSION_TAG}/{layout:d}","code":{quoted(code)},"kind":{quoted(kind)},'
        f'{_part("reason", reason)}"record":{record},"recorded_at":{moment_text(recorded_at)},'
        f'"said":{said},"version":"{version:d}"}}'
    ).encode()


def rate_bytes(
    number: int,
    day: str,
    pair: tuple[str, str],
    rate: str,
    source: str | None,
    withdrawn: Any,
    recorded_at: int,
    said: str,
) -> bytes:
    """Give the bytes of an exchange rate, of its base into its quote."""
    base, quote = pair
    return object_text(
        (
            ('"$"', f'"{RATE_TAG}/{_PLAIN_FORMAT}"'),
            ('"base"', quoted(base)),
            ('"day"', quoted(day)),
            ('"number"', number_or_none(number)),
            ('"quote"', quoted(quote)),
            ('"rate"', quoted(rate)),
            ('"recorded_at"', moment_text(recorded_at)),
            ('"said"', said),
            ('"source"', text_or_none(source)),
            ('"withdrawn"', yes_or_none(withdrawn)),
        )
    ).encode()


def proposed_text(proposal: str, line: int) -> str:
    """Write which line of which proposal an introduction was made from."""
    return object_text((('"line"', number_or_none(line)), ('"proposal"', quoted(proposal))))


def proposal_bytes(
    code: str, record: str, recorded_at: int, reason: str | None, said: str
) -> bytes:
    """Give the bytes of a proposal; `record` is JSON already."""
    return object_text(
        (
            ('"$"', f'"{PROPOSAL_TAG}/{_PLAIN_FORMAT}"'),
            ('"code"', quoted(code)),
            ('"reason"', text_or_none(reason)),
            ('"record"', record),
            ('"recorded_at"', moment_text(recorded_at)),
            ('"said"', said),
        )
    ).encode()
