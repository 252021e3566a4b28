"""Codes of one register that could be taken for each other, recorded before they were refused."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from ledger.core.text import normalised_code
from ledger.reference.confusables import CodeShapes, mixes_scripts
from ledger.store.registers import STORED_REGISTERS, codes_of
from ledger.store.session.ledger import Ledger


def code_collisions(ledger: Ledger) -> list[str]:
    """Say which codes differ only in form or look alike, and which mix scripts."""
    with ledger.reader() as reader:
        return [text for kind in STORED_REGISTERS for text in _collisions(reader.connection, kind)]


def _collisions(connection: Connection, kind: str) -> Iterator[str]:
    shapes, normalised = CodeShapes(), dict[str, str]()
    for code in sorted(codes_of(connection, kind)):
        former = normalised.setdefault(normalised_code(code), code)
        alike = shapes.alike(code)
        if former != code:
            yield f"{kind} codes {former} and {code} differ only in capitals, digits or forms"
        elif alike is not None:
            yield f"{kind} codes {alike} and {code} look alike in different scripts"
        elif mixes_scripts(code):
            yield f"{kind} code {code} mixes scripts"
        shapes.add(code)
