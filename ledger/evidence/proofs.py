"""Verify an inclusion proof without the ledger: from its file and a root kept elsewhere.

The module is independent of the code that makes proofs and shares nothing with it but SHA-256, so
that one fault cannot be in both. The path to the root is that of RFC 9162, section 2.1.3.2.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule, StorageTrouble
from ledger.core.files import read_at_most
from ledger.evidence.tree_head import TreeHead

PROOF_SCHEMA: Final = "cityfund.proof/1"
"""The schema of a proof whose leaf holds its texts themselves."""

SALTED_PROOF_SCHEMA: Final = "cityfund.proof/2"
"""The schema of a proof whose leaf holds salted hashes; it discloses the fields it was asked to."""

LEAF_PROOF_SCHEMA: Final = "cityfund.proof/3"
"""The schema of a proof of another leaf than an entry's, with the rows that it stands for."""

ROWS_PROOF_SCHEMA: Final = "cityfund.proof/4"
"""The schema of a proof of rows with salted hashes of texts, with the texts that it discloses."""

DISCLOSABLE: Final = (
    *("actor", "system_user", "host", "database_user"),
    *("reason", "reference", "override"),
)
"""The fields of an entry that a proof can disclose; the first four are of its request."""

_OF_REQUEST: Final = frozenset(DISCLOSABLE[:4])
_KEYS: Final = frozenset(
    {"schema", "leaf", "position", "size", "path", "root", "seal", "sealed_at"}
)
_SCHEMAS: Final = {
    PROOF_SCHEMA: _KEYS,
    SALTED_PROOF_SCHEMA: _KEYS | {"disclosed"},
    LEAF_PROOF_SCHEMA: _KEYS | {"disclosed", "rows"},
    ROWS_PROOF_SCHEMA: _KEYS | {"disclosed", "rows", "row_texts"},
}
_FIELD: Final = re.compile(r"[a-z_]{1,60}", re.ASCII)
_MOST_ROWS: Final = 100_000
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MOST_BYTES: Final = 64 * 2**20
_MOST_STEPS: Final = 64
_MOST_LEAVES: Final = 2**63


class CannotReadProof(StorageTrouble, code="cannot-read-proof"):
    """The file of a proof is missing or cannot be read."""

    default_next = "Check the path and its permissions."


class MalformedProof(InvalidInput, code="malformed-proof"):
    """The file is not a proof, or no longer one."""

    default_why = f"A proof is one JSON object of the schema {' or '.join(_SCHEMAS)}."
    default_next = "Ask for the file again, or create it: cityfund audit prove ENTRY"


class NotProven(RefusedByRule, code="not-proven"):
    """The leaf of the proof does not lead to its root: one of the two was changed."""

    default_why = "The hashes of the path do not lead from the leaf to the root."
    default_next = "Do not rely on the file. Ask for a proof of the entry from the ledger."


class SealMismatch(RefusedByRule, code="other-seal"):
    """The proof leads to another root than the given one."""

    default_next = "Ask for a proof against the seal you keep: audit prove ENTRY --size SIZE"


class DisclosedField(NamedTuple):
    """A field of the leaf that the file discloses: its text, and the salt of its hash."""

    field: str
    salt: bytes
    text: str


class RowText(NamedTuple):
    """A text of a row that the file discloses: the row by its place, the column, and the salt."""

    row: int
    column: str
    salt: bytes
    text: str


class Proof(NamedTuple):
    """A proof as in its file; `seal` and `sealed_at` are stated, not proven."""

    leaf: str
    position: int
    size: int
    path: tuple[bytes, ...]
    root: bytes
    seal: int
    sealed_at: str
    disclosed: tuple[DisclosedField, ...] = ()
    rows: tuple[str, ...] = ()
    row_texts: tuple[RowText, ...] = ()

    @property
    def tree_head(self) -> TreeHead:
        """Return the tree head that the proof leads to."""
        return TreeHead(self.size, self.root)

    def leaf_document(self) -> dict[str, Any]:
        """Return the content of the leaf."""
        leaf_document: dict[str, Any] = json.loads(self.leaf)
        return leaf_document

    @property
    def name(self) -> str:
        """Return what the leaf is of: `entry 17`, `city MHD, version 2`, `2 rows of finding`."""
        leaf = self.leaf_document()
        tag = str(leaf.get("$", "leaf")).partition("/")[0]
        kind = tag.removeprefix("cityfund.").removesuffix(".salted")
        if kind == "rows":
            count = leaf.get("count", "?")
            rows = "row" if str(count) == "1" else "rows"
            return f"{count} {rows} of {leaf.get('table', '?')}"
        if kind == "adopted":
            return f"row {leaf.get('key', '?')} of {leaf.get('table', '?')}"
        if kind == "version":
            version = f"version {leaf.get('version', '?')}"
            return f"{leaf.get('kind', '?')} {leaf.get('code', '?')}, {version}"
        said = leaf.get("said")
        key = said.get("key") if isinstance(said, dict) else None
        return f"{kind} {leaf.get('number') or leaf.get('code') or key or '?'}"


def verify(proof: Proof, expected: TreeHead | None = None) -> None:
    """Verify that the leaf leads to the root, and the root to a given tree head, if any.

    Verify, too, that each disclosed text is the one that the leaf holds the hash of. Raises
    `NotProven` and `SealMismatch`.
    """
    if not proves_inclusion(
        proof.leaf.encode(), proof.position, proof.size, proof.path, proof.root
    ):
        raise NotProven("The proof is not valid.")
    _verify_disclosed(proof)
    _verify_rows(proof)
    if expected is not None and proof.tree_head != expected:
        raise SealMismatch(
            "The proof does not lead to the given seal.",
            why=f"It leads to {proof.tree_head}; the given seal is {expected}.",
        )


def _verify_disclosed(proof: Proof) -> None:
    leaf = proof.leaf_document()
    for field, salt, text in proof.disclosed:
        part = leaf.get("said") if field in _OF_REQUEST else leaf
        if isinstance(part, dict) and field not in part:
            part = leaf.get("record")  # a term of a version
        _verify_text(field, salt, text, part.get(field) if isinstance(part, dict) else None)


def _verify_text(field: str, salt: bytes, text: str, expected: Any) -> None:
    canonical = json.dumps(text, ensure_ascii=False).encode()
    if hashlib.sha256(salt + canonical).hexdigest() != expected:
        raise NotProven(
            f"The disclosed {field} is not the one of the leaf.",
            why="The leaf does not hold the hash of its salt and text.",
        )


def _verify_rows(proof: Proof) -> None:
    """Verify that the rows are those that the leaf has the number and the hash of."""
    if not (proof.rows or proof.row_texts):
        return
    leaf = proof.leaf_document()
    is_one = leaf.get("count") is None  # an adopted row, which is hashed alone
    content = "".join(proof.rows if is_one else (f"{row}\n" for row in proof.rows)).encode()
    count = "1" if is_one else leaf.get("count")
    if (str(len(proof.rows)), hashlib.sha256(content).hexdigest()) != (count, leaf.get("hash")):
        raise NotProven(
            "The rows are not those of the leaf.", why="The leaf holds the hash of other rows."
        )
    for at, column, salt, text in proof.row_texts:
        expected = json.loads(proof.rows[at]).get(column) if at < len(proof.rows) else None
        _verify_text(column, salt, text, expected)


def proves_inclusion(
    content: bytes, position: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Return whether a leaf of that content, at that position, is in the tree of that root."""
    if not 0 <= position < size:
        return False
    left, last = position, size - 1
    root_hash = hashlib.sha256(b"\x00" + content).digest()
    for sibling in path:
        if last == 0:
            return False
        if left & 1 or left == last:
            root_hash = _node_hash(sibling, root_hash)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            root_hash = _node_hash(root_hash, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and root_hash == root


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def read_proof(path: Path) -> Proof:
    """Read a proof's file; raises `CannotReadProof` and `MalformedProof`."""
    return proof_of(path, read_document(path))


def read_document(path: Path) -> Any:
    """Read the JSON of a file; raises `CannotReadProof` and `MalformedProof`."""
    try:
        content = read_at_most(path, _MOST_BYTES)
    except OSError as error:
        raise CannotReadProof(f"{path} cannot be read.", why=f"{error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise MalformedProof(f"{path} is not a proof.", why="It is larger than any proof.")
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedProof(f"{path} is not a proof.") from error


def proof_of(path: Path, document: Any) -> Proof:
    """Read a proof from the JSON of a file; raises `MalformedProof`."""
    try:
        return _proof(document)
    except (ValueError, RecursionError) as error:
        why = (
            f"{_first_line(error)}." if type(error) is _InvalidPart else MalformedProof.default_why
        )
        raise MalformedProof(f"{path} is not a proof.", why=why) from error


class _InvalidPart(ValueError):
    """The fault in one part of a file."""


def _proof(document: Any) -> Proof:
    keys = _SCHEMAS.get(str(document.get("schema"))) if isinstance(document, dict) else None
    if keys is None:
        raise _InvalidPart(f"Its schema is not {' or '.join(_SCHEMAS)}")
    if document.keys() != keys:
        strange = ", ".join(sorted(map(str, document.keys() ^ keys)))
        raise _InvalidPart(f"These keys are missing or unknown: {strange}")
    path = document["path"]
    if not isinstance(path, list) or len(path) > _MOST_STEPS:
        raise _InvalidPart(f"Its path is not a list of at most {_MOST_STEPS} hashes")
    return Proof(
        leaf=_object(document["leaf"], "leaf"),
        position=_count(document, "position"),
        size=_count(document, "size"),
        path=tuple(_hash(sibling, "path") for sibling in path),
        root=_hash(document["root"], "root"),
        seal=_count(document, "seal"),
        sealed_at=_text(document["sealed_at"], "sealed_at"),
        disclosed=tuple(_disclosed(document.get("disclosed", {}), document["schema"])),
        rows=tuple(_rows(document.get("rows", []))),
        row_texts=tuple(_row_texts(document.get("row_texts", []))),
    )


def _rows(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or len(value) > _MOST_ROWS:
        raise _InvalidPart(f"Its rows are not a list of at most {_MOST_ROWS}")
    for row in value:
        yield _object(row, "row")


def _disclosed(value: Any, schema: str) -> Iterator[DisclosedField]:
    is_any = schema == LEAF_PROOF_SCHEMA and isinstance(value, dict)
    if is_any and not all(isinstance(one, str) and _FIELD.fullmatch(one) for one in value):
        raise _InvalidPart("It discloses what is no field")
    if not is_any and not (isinstance(value, dict) and value.keys() <= set(DISCLOSABLE)):
        raise _InvalidPart("It discloses what is not a field of an entry")
    for field, parts in value.items():
        if not isinstance(parts, dict) or parts.keys() != {"salt", "text"}:
            raise _InvalidPart(f"Its disclosed {field} is not a salt and a text")
        yield DisclosedField(field, *_salt_and_text(field, parts))


def _row_texts(value: Any) -> Iterator[RowText]:
    if not isinstance(value, list):
        raise _InvalidPart("The texts of its rows are not a list")
    for parts in value:
        if not isinstance(parts, dict) or parts.keys() != {"row", "column", "salt", "text"}:
            raise _InvalidPart("A text of a row is not a row, a column, a salt and a text")
        column = _text(parts["column"], "column")
        if _FIELD.fullmatch(column) is None:
            raise _InvalidPart("It discloses what is no column")
        yield RowText(_count(parts, "row"), column, *_salt_and_text(column, parts))


def _salt_and_text(field: str, parts: dict[str, Any]) -> tuple[bytes, str]:
    salt, text = parts["salt"], _text(parts["text"], f"disclosed {field}")
    if not isinstance(salt, str) or _SALT.fullmatch(salt) is None:
        raise _InvalidPart(f"The salt of its {field} is not 32 hexadecimal digits")
    text.encode("utf-8")  # a lone surrogate is not text
    return bytes.fromhex(salt), text


def _object(value: Any, name: str) -> str:
    text = _text(value, name)
    text.encode("utf-8")  # a lone surrogate is not text
    if not isinstance(json.loads(text), dict):
        raise _InvalidPart(f"Its {name} is not a JSON object")
    return text


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _InvalidPart(f"Its {name} is not a text")
    return value


def _count(document: dict[str, Any], name: str) -> int:
    value = document[name]
    if type(value) is not int or not 0 <= value < _MOST_LEAVES:
        raise _InvalidPart(f"Its {name} is not a whole number")
    return value


def _hash(value: Any, name: str) -> bytes:
    if not isinstance(value, str) or _HASH.fullmatch(value) is None:
        raise _InvalidPart(f"Its {name} is not a hash of 64 hexadecimal digits")
    return bytes.fromhex(value)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
