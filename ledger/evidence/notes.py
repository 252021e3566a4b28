"""Signed notes and checkpoints: a tree head as text, with the signature lines under it.

The forms are those of C2SP: `signed-note`, `tlog-checkpoint` and `tlog-cosignature`, which tools
of others read too. A ledger signs with Ed25519 over the text; a witness signs the same text with
the time before it. Nothing here computes a signature: who verifies gives the function that does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.evidence.tree_head import TreeHead

LEDGER_KEY: Final = 1
"""The kind of key that signs a note itself: Ed25519."""

WITNESS_KEY: Final = 4
"""The kind of key that cosigns a note: Ed25519 over the time and the note."""

KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_DASH: Final = "\N{EM DASH} "
_MOST_SIGNATURES: Final = 100
_SIZE: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)
_MOST_SECONDS: Final = 253_402_300_799

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Says whether a public key made a signature of a message, given in this order."""


class MalformedNote(InvalidInput, code="malformed-note"):
    """The text is not a signed note with a tree head."""

    default_why = (
        "A signed note is a name, a number of leaves and a root on three lines, an empty line, and "
        "the signatures."
    )
    default_next = "Ask for the file again, or create it: cityfund audit seal --sign KEY"


class MalformedPublicKey(InvalidInput, code="malformed-public-key"):
    """The text is not a public key."""

    default_why = "A public key is NAME+ID+KEY on one line, as audit keygen prints it."
    default_next = "Copy the whole line."


class MalformedKeyName(InvalidInput, code="malformed-key-name"):
    """The name of a key is empty, too long, or has a space, a plus or a control character."""

    default_why = (
        "The name stands in every signature: one word without +, such as fund.example/ledger."
    )
    default_next = "Choose another --name."


class NoKnownSignature(RefusedByRule, code="no-known-signature"):
    """No known key signed the note."""

    default_why = "A note proves nothing before a key that you know has signed it."
    default_next = "Name the public key of its signer: --signer KEY"


class InvalidSignature(RefusedByRule, code="invalid-signature"):
    """A signature under the name of a known key is not of that key, or of another text."""

    default_why = "The note was changed after it was signed, or somebody else signed it."
    default_next = "Do not rely on the file. Ask the signer for the note."


class PublicKey(NamedTuple):
    """A public key with its name; `kind` is `LEDGER_KEY` or `WITNESS_KEY`."""

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """Return what stands for the key in signature lines."""
        content = self.name.encode() + b"\n" + bytes([self.kind]) + self.key
        return hashlib.sha256(content).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encoded(bytes([self.kind]) + self.key)}"


def require_key_name(typed: str) -> str:
    """Return the name of a key. Raises `MalformedKeyName`."""
    if not _is_key_name(typed) or len(typed) > _LONGEST_NAME:
        raise MalformedKeyName(f"{typed!r} cannot be the name of a key.")
    return typed


_LONGEST_NAME: Final = 200


def _is_key_name(name: str) -> bool:
    return bool(name) and name.isprintable() and "+" not in name and " " not in name


def parse_public_key(typed: str) -> PublicKey:
    """Parse a public key. Raises `MalformedPublicKey`."""
    name, _, rest = typed.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    content = _decoded(encoded)
    if content is not None and _is_key_name(name) and _KEY_ID.fullmatch(key_id):
        kind, key = content[:1], content[1:]
        if len(key) == KEY_BYTES and kind[0] in {LEDGER_KEY, WITNESS_KEY}:
            parsed = PublicKey(name, kind[0], key)
            if parsed.id.hex() == key_id:
                return parsed
    raise MalformedPublicKey(f"{typed.strip()[:_LONGEST_NAME]!r} is not a public key.")


class SignatureLine(NamedTuple):
    """A signature as it stands in a note."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_encoded(self.key_id + self.content)}\n"

    @property
    def time(self) -> int:
        """Return the seconds since 1970 that a witness stated."""
        return int.from_bytes(self.content[:_TIME_BYTES], "big")


class Note(NamedTuple):
    """A note: its text, and the signatures under it."""

    text: str
    signatures: tuple[SignatureLine, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @property
    def origin(self) -> str:
        """Return the name of the ledger whose tree head it is."""
        return self.text.partition("\n")[0]

    @property
    def tree_head(self) -> TreeHead:
        """Return the tree head; raises `MalformedNote` where the text has none."""
        origin, *rest = self.text.split("\n")
        if not origin or len(rest) != 3 or rest[2] or not _SIZE.fullmatch(rest[0]):  # noqa: PLR2004
            raise MalformedNote("The note has no tree head.")
        root = _decoded(rest[1])
        if root is None or len(root) != hashlib.sha256().digest_size:
            raise MalformedNote("The note has no tree head.", why="Its root is not a hash.")
        return TreeHead(int(rest[0]), root)

    def with_signature(self, line: SignatureLine) -> Note:
        """Return the note with one more signature, in place of an earlier one of the same key."""
        others = [one for one in self.signatures if one[:2] != line[:2]]
        return Note(self.text, (*others, line))


def checkpoint(origin: str, head: TreeHead) -> Note:
    """Return the unsigned note of a tree head, under the name of its ledger."""
    return Note(f"{origin}\n{head.size}\n{_encoded(head.root)}\n")


def parse_note(content: bytes) -> Note:
    """Parse a signed note. Raises `MalformedNote`."""
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote("The file is not a signed note.", why="It is not UTF-8.") from error
    text, empty, lines = whole.rpartition("\n\n")
    controls = any(one < " " and one != "\n" for one in whole)
    signatures = tuple(map(_signature_line, lines.split("\n")[:-1]))
    if controls or not empty or not lines.endswith("\n") or None in signatures:
        raise MalformedNote("The file is not a signed note.")
    if not 0 < len(signatures) <= _MOST_SIGNATURES:
        raise MalformedNote(
            "The file is not a signed note.",
            why=f"It has no signature, or over {_MOST_SIGNATURES}.",
        )
    return Note(f"{text}\n", tuple(one for one in signatures if one is not None))


def _signature_line(line: str) -> SignatureLine | None:
    if not line.startswith(_DASH):
        return None
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    content = _decoded(encoded)
    if not _is_key_name(name) or content is None or len(content) <= _ID_BYTES:
        return None
    return SignatureLine(name, content[:_ID_BYTES], content[_ID_BYTES:])


def message_of(note: Note, kind: int, time: int = 0) -> bytes:
    """Return what a key of a kind signs of a note; a witness at a time in seconds since 1970."""
    if kind == LEDGER_KEY:
        return note.text.encode()
    return f"cosignature/v1\ntime {time}\n{note.text}".encode()


def signature_line(key: PublicKey, signature: bytes, time: int = 0) -> SignatureLine:
    """Return the line of a signature; a witness's states its time."""
    stated = b"" if key.kind == LEDGER_KEY else time.to_bytes(_TIME_BYTES, "big")
    return SignatureLine(key.name, key.id, stated + signature)


class KnownSignature(NamedTuple):
    """A verified signature of a known key; a witness stated its time."""

    key: PublicKey
    time: datetime | None

    @property
    def sentence(self) -> str:
        """Return it in words."""
        if self.time is None:
            return f"signed by {self.key.name}"
        return f"cosigned by {self.key.name} at {self.time:%Y-%m-%dT%H:%M:%SZ}"


def verify_note(
    note: Note, known: Iterable[PublicKey], verifies: Verifies
) -> tuple[KnownSignature, ...]:
    """Return the signatures of known keys; others are passed over.

    Raises `InvalidSignature` where one of a known key does not fit, and `NoKnownSignature`.
    """
    keys = {(key.name, key.id): key for key in known}
    verified = tuple(_verified(note, keys, verifies))
    if not verified:
        names = ", ".join(sorted({one.name for one in note.signatures}))
        why = f"{NoKnownSignature.default_why} It has signatures under the names: {names}."
        raise NoKnownSignature("No known key signed the note.", why=why)
    return verified


def _verified(
    note: Note, keys: dict[tuple[str, bytes], PublicKey], verifies: Verifies
) -> Iterator[KnownSignature]:
    for line in note.signatures:
        key = keys.get((line.name, line.key_id))
        if key is None:
            continue
        time = 0 if key.kind == LEDGER_KEY else line.time
        signature = line.content if key.kind == LEDGER_KEY else line.content[_TIME_BYTES:]
        fits = len(signature) == _SIGNATURE_BYTES and time <= _MOST_SECONDS
        if not fits or not verifies(key.key, signature, message_of(note, key.kind, time)):
            raise InvalidSignature(f"The signature of {line.name} is not valid.")
        stated = None if key.kind == LEDGER_KEY else datetime.fromtimestamp(time, UTC)
        yield KnownSignature(key, stated)


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes | None:
    """Decode base64 in its one canonical form; None for anything else."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content and _encoded(content) == text else None
