"""Salted hashes of texts in leaves, and what opens them.

A leaf of the salted format holds no text that says who recorded something, on which machine, what
was typed or answered, or what an officer wrote in their own words. In its place stands the SHA-256
of a random salt of 16 bytes followed by the text as canonical JSON. Salt and text are a disclosure.
A reader who has both can verify the text; without the salt nobody can guess it from the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ledger.evidence.canonical import InvalidLeafValue, PlainTexts, quoted

SALT_LENGTH: Final = 16
PROVENANCE_FIELDS: Final = ("actor", "database_user", "host", "system_user")
COMMON_FIELDS: Final = ("reason", "source")
"""What a request gives to several of its leaves: it is disclosed once, with the request."""

LARGE_FIELDS: Final = ("input", "receipt")
"""What can be large: it stands in the request or receipt alone, and is disclosed without a text."""

_NONE: Final[Mapping[str, Disclosure]] = {}


ERASED_INPUT: Final = '{"erased":true}'
"""What stands in a request in place of its input."""


def salted_hash(salt: bytes, text: str) -> str:
    """Return the hash that stands in a leaf for a text, which is given as canonical JSON."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


class Disclosure(NamedTuple):
    """The salt and the text, as canonical JSON, that a hash in a leaf was made of.

    Where the text was erased, `text` is what remains of it, and the hash was kept; only an input
    then still has its salt.
    """

    salt: bytes
    text: str
    kept_hash: str | None = None

    @property
    def hash(self) -> str:
        """Return the hash that the leaf holds."""
        if self.kept_hash is not None:
            return self.kept_hash
        return salted_hash(self.salt, self.text)


class SaltedTexts(PlainTexts):
    """Formats the texts of a leaf as the hashes of its disclosures.

    `own` are the leaf's, and `common` those of its request. A text that is not the disclosed one,
    and a disclosure of a text that the leaf does not have, raise `InvalidLeafValue`.
    """

    suffix = ".salted"

    def __init__(
        self, own: Mapping[str, Disclosure], common: Mapping[str, Disclosure] = _NONE
    ) -> None:
        """Format the texts of one leaf."""
        self._own = own
        self._common = common
        self._waiting = len(own)

    def text(self, field: str, value: Any) -> str | None:
        """Format the hash of a field's text; None if it is empty."""
        if value is None or value == "":
            return None
        disclosure = self._own.get(field)
        if disclosure is not None:
            self._waiting -= 1
        elif field in COMMON_FIELDS:
            disclosure = self._common.get(field)
        text = quoted(value)
        if disclosure is not None and disclosure.kept_hash is not None:
            if disclosure.text != text:
                raise InvalidLeafValue(field)
            return f'"{disclosure.kept_hash}"'
        if disclosure is None or disclosure.text != ("" if field in LARGE_FIELDS else text):
            raise InvalidLeafValue(field)
        return f'"{salted_hash(disclosure.salt, text)}"'

    def of_request(self, field: str) -> str | None:
        """Format the hash of what a request gives to several of its leaves; None without it."""
        disclosure = self._own.get(field)
        if disclosure is None:
            return None
        self._waiting -= 1
        return f'"{disclosure.hash}"'

    def require_complete(self) -> None:
        """Refuse a leaf that has none of the texts that were disclosed of it."""
        if self._waiting:
            raise InvalidLeafValue(self._waiting)
