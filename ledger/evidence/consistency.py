"""Verify without the ledger that a tree head continues an older one: a consistency proof.

Its file is the request of C2SP `tlog-witness` to add a checkpoint, so that witnesses of others can
take it too: a line `old SIZE`, the hashes of the proof in base64, a line each, an empty line, and
the signed note of the newer tree head.

The module shares nothing with the code that makes proofs but the parsing of notes and SHA-256, so
that one fault cannot be in both. The proof is verified as in RFC 9162, section 2.1.4.2.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.files import read_at_most
from ledger.evidence.notes import MalformedNote, Note, parse_note
from ledger.evidence.tree_head import TreeHead

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,17})", re.ASCII)
_FIRST_WORD: Final = b"old "
_HASH_BYTES: Final = 32
_MOST_BYTES: Final = 2**20
_MOST_STEPS: Final = 63


class MalformedConsistency(InvalidInput, code="malformed-consistency"):
    """The file is not a consistency proof, or no longer one."""

    default_why = (
        "It is a line of the older size, a line for each hash of at most 63, an empty line, and a "
        "signed note."
    )
    default_next = "Ask for the file again, or create it: cityfund audit consistency NOTE"


class NotConsistent(RefusedByRule, code="not-consistent"):
    """The newer tree head does not continue the older one, as far as the proof shows."""

    default_why = "The hashes of the proof do not lead from the older root to the newer one."
    default_next = (
        "Sign nothing. Ask for a proof from the size that you keep; if that fails too, records "
        "were changed or removed."
    )


class Consistency(NamedTuple):
    """A consistency proof as in its file: from a tree of `old` leaves to the head of the note."""

    old: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in self.path)
        return f"old {self.old}\n{steps}\n{self.note}"


def read_consistency(file: Path) -> Consistency | None:
    """Read a consistency proof; None for a file of another kind, and for one that is not readable.

    Raises `MalformedConsistency`.
    """
    try:
        content = read_at_most(file, _MOST_BYTES)
    except OSError:
        return None
    return parse_consistency(content) if content.startswith(_FIRST_WORD) else None


def parse_consistency(content: bytes) -> Consistency:
    """Parse a consistency proof. Raises `MalformedConsistency`."""
    head, empty, rest = content.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        note = parse_note(rest)
        _ = note.tree_head
    except (UnicodeDecodeError, MalformedNote) as error:
        why = error.why if isinstance(error, MalformedNote) else None
        raise MalformedConsistency("The file is not a consistency proof.", why=why) from error
    old, path = _OLD.fullmatch(first), tuple(map(_step, lines))
    if old is None or not empty or None in path or len(path) > _MOST_STEPS:
        raise MalformedConsistency("The file is not a consistency proof.")
    return Consistency(int(old[1]), tuple(step for step in path if step is not None), note)


def _step(line: str) -> bytes | None:
    try:
        step = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return None
    is_canonical = base64.b64encode(step).decode() == line
    return step if len(step) == _HASH_BYTES and is_canonical else None


def verify_consistency(proof: Consistency, before: TreeHead) -> None:
    """Verify that the note's tree head continues an older one. Raises `NotConsistent`."""
    head = proof.note.tree_head
    if proof.old != before.size:
        raise NotConsistent(
            "The proof is not from the seal that you keep.",
            why=f"It is from {proof.old} leaves; yours has {before.size}.",
            next_step=f"Ask for it: cityfund audit consistency NOTE --size {before.size}",
        )
    if not proves_consistency(before, head, proof.path):
        raise NotConsistent(f"Nothing shows that {head} continues {before}.")


def proves_consistency(before: TreeHead, after: TreeHead, path: Sequence[bytes]) -> bool:
    """Return whether a proof leads from the root of a tree to that of one that continues it."""
    if not 0 < before.size <= after.size:
        return False
    if before.size == after.size:
        return before.root == after.root and not path
    steps = [*path]
    if not before.size & (before.size - 1):
        steps = [before.root, *steps]
    if not steps:
        return False
    left, last = before.size - 1, after.size - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old_root = new_root = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if left & 1 or left == last:
            old_root, new_root = _node_hash(step, old_root), _node_hash(step, new_root)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            new_root = _node_hash(new_root, step)
        left, last = left >> 1, last >> 1
    return last == 0 and old_root == before.root and new_root == after.root


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
