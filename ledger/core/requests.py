"""A request: one write with its input and its provenance, and the check of repeated keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.text import clean_text, find_control_character, parse_text

MAX_KEY_LENGTH = 200
MAX_ACTOR_LENGTH = 200


class KeyReused(RefusedByRule, code="key-reused"):
    """A request key was used before with other input."""

    default_why = "A key identifies one request; the same key may only repeat the same input."
    default_next = "Use another --key for another act, or repeat the first input exactly."


class MalformedKey(InvalidInput, code="malformed-key"):
    """A request key is empty, too long, or has white space or control characters."""

    default_why = "A key is one word of at most 200 characters."
    default_next = "Choose a key such as the number of an invoice or a letter."


class MalformedActor(InvalidInput, code="malformed-actor"):
    """The actor's name is empty, too long, or has control characters."""

    default_why = "The journal records who made each act: a name on one line."
    default_next = "Give --actor, or CITYFUND_ACTOR, a name of at most 200 characters."


class NotApproved(Exception):
    """A request was planned and is not recorded: `asked` is the approval that it needs first.

    What executes requests asks for that, and then raises the `refusal`.
    """

    def __init__(self, refusal: RefusedByRule, asked: Any) -> None:
        super().__init__(refusal.what)
        self.refusal, self.asked = refusal, asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One write. `given` is the input as typed, by parameter name; `on` is the officer's date.

    `key` is None if the officer gave none; the store then makes one. With `dry_run` the act is
    executed and rolled back.
    """

    command: str
    given: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    actor: str
    system_user: str
    host: str
    reason: str | None = None
    on: date | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Refuse a key that cannot be typed, and an actor or a reason that is not valid text."""
        if self.key is not None and not _is_word(self.key):
            raise MalformedKey(f"{self.key!r} is not a valid request key.")
        actor = clean_text(self.actor)
        if not 0 < len(actor) <= MAX_ACTOR_LENGTH or "\n" in actor or find_control_character(actor):
            raise MalformedActor(f"{self.actor[:MAX_ACTOR_LENGTH]!r} is not a valid actor.")
        object.__setattr__(self, "actor", actor)
        object.__setattr__(self, "reason", parse_text(self.reason, "reason"))


def _is_word(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY_LENGTH and key.isprintable() and not any(map(str.isspace, key))


def differences(first: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """List each parameter whose typed value differs between two inputs, with both values."""
    names = sorted({*first, *again})
    return [
        f"{name}: first {_shown(first, name)}, now {_shown(again, name)}"
        for name in names
        if first.get(name) != again.get(name)
    ]


def _shown(given: Mapping[str, Any], name: str) -> str:
    return repr(given[name]) if name in given else "not given"


def request_hash(terms: Iterable[object], salts: Iterable[tuple[str, bytes]]) -> str:
    """Return the hash that later requests name a request by.

    It is the SHA-256 of the terms of its row and its answer, and of the salts of its disclosures,
    as one JSON list; without the salts nobody can guess the terms from it.
    """
    opened = [[field, salt.hex()] for field, salt in salts]
    text = json.dumps([*terms, opened], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def bound_request_hash(terms: Iterable[object], rows: str) -> str:
    """Return the hash of a request that covers all that it wrote.

    It is the SHA-256 of the terms of its row that are no texts, and of the hash of its rows, as one
    JSON list. The salted hashes of its texts are among those of its rows.
    """
    return sha256(_compact([*terms, rows]).encode()).hexdigest()


_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


FORMER_NAMES: Final[Mapping[str, str]] = {
    **{f"{kind} withdraw": f"{kind} retire" for kind in ("city", "provider", "office")},
    **{f"{kind} reinstate": f"{kind} restore" for kind in ("city", "provider", "office")},
    "project withdraw": "project cancel",
    "project reinstate": "project restore",
    "journal seal": "audit seal",
    "finding settle": "finding resolve",
}
"""What commands are called now that were recorded under another name."""


def require_same(key: str, first: tuple[str, Mapping[str, Any]], again: Request) -> None:
    """Refuse a key that was used before for another command or another input."""
    command, given = first
    if FORMER_NAMES.get(command, command) != FORMER_NAMES.get(again.command, again.command):
        raise KeyReused(f"Key {key!r} was used for `{command}`, not for `{again.command}`.")
    changed = differences(given, again.given)
    if changed:
        raise KeyReused(f"Key {key!r} was used with other input ({'; '.join(changed)}).")
