"""Files of signing keys, and the signatures made with them, through an optional package.

A file of a key holds one line in the form of Go's signed notes, `PRIVATE+KEY+NAME+ID+SEED`, and
only its owner may read it. Beside it, `FILE.pub` holds the public key, and `FILE.signed` remembers
the last tree head that the key signed of each ledger, so that it never signs two histories of one.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule, StorageTrouble, UsageError
from ledger.core.files import read_at_most, sync_folder
from ledger.evidence.notes import (
    KEY_BYTES,
    LEDGER_KEY,
    WITNESS_KEY,
    MalformedNote,
    MalformedPublicKey,
    Note,
    PublicKey,
    SignatureLine,
    message_of,
    parse_note,
    parse_public_key,
    require_key_name,
    signature_line,
)
from ledger.evidence.tree_head import MalformedSeal, TreeHead, parse_tree_head

_PREFIX: Final = "PRIVATE+KEY+"
_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644
_MOST_BYTES: Final = 2**20
_SIGNED_SCHEMA: Final = "cityfund.signed/1"


class SigningNotInstalled(UsageError, code="signing-not-installed"):
    """A signature was asked for, and the package that computes it is not installed."""

    default_why = "Signatures are an optional part of the program, and cryptography makes them."
    default_next = "Install it with: pip install 'cityfund[sign]'"


class CannotReadKey(StorageTrouble, code="cannot-read-key"):
    """The file of a key is missing or cannot be read."""

    default_next = "Check the path and its permissions."


class CannotReadNote(StorageTrouble, code="cannot-read-note"):
    """The file of a signed note is missing or cannot be read."""

    default_next = "Check the path and its permissions."


class MalformedKeyFile(InvalidInput, code="malformed-key-file"):
    """The file holds no signing key, or beside it stands what the program did not write."""

    default_why = f"The file of a signing key is one line that begins with {_PREFIX}."
    default_next = "Make a key: cityfund audit keygen FILE --name NAME"


class KeyReadableByOthers(RefusedByRule, code="key-readable-by-others"):
    """Others than its owner can read the file of a signing key."""

    default_why = "Anybody who reads it can sign in its name."


class KeyFileExists(RefusedByRule, code="key-file-exists"):
    """A new key would replace a file that is there."""

    default_why = "A key that is overwritten can sign nothing any more."
    default_next = "Choose another file."


class KeyOfOtherUse(RefusedByRule, code="key-of-other-use"):
    """A witness's key was to sign a seal, or a ledger's key to cosign one."""

    default_why = "A key is made for one of the two, so that neither passes for the other."
    default_next = "Make another: cityfund audit keygen FILE --name NAME, for a witness --witness"


class SigningKey(NamedTuple):
    """A signing key: its public part, its secret, and the file it was read from."""

    public: PublicKey
    seed: bytes
    file: Path

    def sign(self, note: Note, time: int = 0) -> SignatureLine:
        """Return the signature line of a note; a witness states the time, in seconds since 1970."""
        message = message_of(note, self.public.kind, time)
        return signature_line(self.public, _private_key(self.seed).sign(message), time)


def require_signing() -> None:
    """Refuse signatures where they cannot be computed. Raises `SigningNotInstalled`."""
    if find_spec("cryptography") is None:
        raise SigningNotInstalled("Signatures cannot be made or verified here.")


def _private_key(seed: bytes) -> Any:
    require_signing()
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an optional part

    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a public key made a signature of a message. Raises `SigningNotInstalled`."""
    require_signing()
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an optional part
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_of(name: str, kind: int, seed: bytes, file: Path) -> SigningKey:
    return SigningKey(
        PublicKey(name, kind, _private_key(seed).public_key().public_bytes_raw()), seed, file
    )


def make_key(file: Path, name: str, *, of_witness: bool) -> SigningKey:
    """Make a key pair: a new file that only its owner can read, and the public key beside it.

    Raises `KeyFileExists`, `MalformedKeyName` and `SigningNotInstalled`.
    """
    kind = WITNESS_KEY if of_witness else LEDGER_KEY
    key = _key_of(require_key_name(name), kind, os.urandom(KEY_BYTES), file)
    secret = base64.b64encode(bytes([kind]) + key.seed).decode()
    line = f"{_PREFIX}{name}+{key.public.id.hex()}+{secret}\n"
    public = public_file(key)
    if public.exists():
        raise KeyFileExists(f"{public} exists already.")
    _write_new(file, line, _PRIVATE)
    _write_new(public, f"{key.public}\n", _PUBLIC)
    sync_folder(file.absolute().parent)
    return key


def public_file(key: SigningKey) -> Path:
    """Return the file of the public key."""
    return key.file.with_name(f"{key.file.name}.pub")


def _write_new(file: Path, line: str, mode: int) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise KeyFileExists(f"{file} exists already.") from error
    with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 - a handle
        out.write(line)
        out.flush()
        os.fsync(descriptor)


def read_key(file: Path, *, of_witness: bool) -> SigningKey:
    """Read a signing key of one of the two kinds.

    Raises `CannotReadKey`, `MalformedKeyFile`, `KeyReadableByOthers` and `KeyOfOtherUse`.
    """
    try:
        content = read_at_most(file, _MOST_BYTES)
        mode = file.stat().st_mode
    except OSError as error:
        raise CannotReadKey(f"{file} cannot be read.", why=f"{error.strerror}.") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyReadableByOthers(
            f"Others can read {file}.", next_step=f"chmod 600 {file}, or make a new key."
        )
    key = _parsed_key(content, file)
    if (key.public.kind == WITNESS_KEY) != of_witness:
        use = "a witness" if key.public.kind == WITNESS_KEY else "a ledger"
        raise KeyOfOtherUse(f"{file} is the key of {use}.")
    return key


def _parsed_key(content: bytes, file: Path) -> SigningKey:
    try:
        line = content.decode("ascii").strip()
        name, key_id, encoded = line.removeprefix(_PREFIX).split("+", 2)
        secret = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise MalformedKeyFile(f"{file} holds no signing key.") from error
    if line.startswith(_PREFIX) and len(secret) == 1 + KEY_BYTES:
        key = _key_of(name, secret[0], secret[1:], file)
        if key.public.id.hex() == key_id and secret[0] in {LEDGER_KEY, WITNESS_KEY}:
            return key
    raise MalformedKeyFile(f"{file} holds no signing key.")


def read_public_keys(given: Iterable[str]) -> tuple[PublicKey, ...]:
    """Read public keys, each as a line or a file of such lines.

    Raises `MalformedPublicKey` and `CannotReadKey`.
    """
    return tuple(key for one in given for key in _public_keys(one))


def _public_keys(given: str) -> Iterator[PublicKey]:
    if given.count("+") > 1:
        yield parse_public_key(given)
        return
    file = Path(given)
    try:
        lines = read_at_most(file, _MOST_BYTES).decode("utf-8").splitlines()
    except OSError as error:
        raise CannotReadKey(f"{file} cannot be read.", why=f"{error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise MalformedPublicKey(f"{file} holds no public keys.") from error
    keys = [line for line in lines if line.strip() and not line.startswith("#")]
    if not keys:
        raise MalformedPublicKey(f"{file} holds no public key.")
    yield from map(parse_public_key, keys)


def read_note(file: Path) -> Note:
    """Read a signed note. Raises `CannotReadNote` and `MalformedNote`."""
    try:
        content = read_at_most(file, _MOST_BYTES)
    except OSError as error:
        raise CannotReadNote(f"{file} cannot be read.", why=f"{error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise MalformedNote(f"{file} is not a signed note.", why="It is larger than any note.")
    return parse_note(content)


class LastSigned(NamedTuple):
    """The last tree head that a key signed of a ledger, and the ledger's own public key."""

    tree_head: TreeHead
    signer: PublicKey


def last_signed(key: SigningKey) -> Mapping[str, LastSigned]:
    """Read what a key signed last, by the name of the ledger. Raises `MalformedKeyFile`."""
    file = _signed_file(key)
    try:
        document = json.loads(read_at_most(file, _MOST_BYTES))
        if document["schema"] != _SIGNED_SCHEMA:
            raise ValueError(document["schema"])
        return {
            str(origin): LastSigned(parse_tree_head(one["seal"]), parse_public_key(one["signer"]))
            for origin, one in document["ledgers"].items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CannotReadKey(f"{file} cannot be read.", why=f"{error.strerror}.") from error
    except (
        *(ValueError, KeyError, TypeError, AttributeError, RecursionError),
        *(MalformedSeal, MalformedPublicKey),
    ) as error:
        raise MalformedKeyFile(
            f"{file} does not say what the key signed last.",
            why="It was changed by another program, or damaged.",
            next_step="Restore it from a copy, or make a new key and announce it.",
        ) from error


def remember_signed(key: SigningKey, origin: str, last: LastSigned) -> None:
    """Remember what a key signed of a ledger, before the signature is given away."""
    every = {**last_signed(key), origin: last}
    ledgers = {
        name: {"seal": str(one.tree_head), "signer": str(one.signer)} for name, one in every.items()
    }
    file = _signed_file(key)
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    text = json.dumps({"schema": _SIGNED_SCHEMA, "ledgers": ledgers}, indent=1)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 - a handle
        out.write(f"{text}\n")
        out.flush()
        os.fsync(descriptor)
    beside.replace(file)
    sync_folder(file.absolute().parent)


def _signed_file(key: SigningKey) -> Path:
    return key.file.with_name(f"{key.file.name}.signed")
