"""Codes of one register that could be taken for each other, recorded before they were refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.core.text import normalised_code
from ledger.reference.confusables import CodeShapes, mixes_scripts
from ledger.store.db.queries import read_units
from ledger.store.registers import STORED_REGISTERS, codes_of
from ledger.store.session.ledger import Ledger


def code_collisions(ledger: Ledger) -> list[str]:
    """Say which codes differ only in form or look alike, and which mix scripts."""
    with ledger.reader() as reader:
        codes = {kind: codes_of(reader.connection, kind) for kind in STORED_REGISTERS}
        codes["unit"] = [*read_units(reader.connection)]
    return [text for kind in codes for text in _collisions(kind, codes[kind])]


def _collisions(kind: str, codes: Iterable[str]) -> Iterator[str]:
    shapes, normalised = CodeShapes(), dict[str, str]()
    for code in sorted(codes):
        former = normalised.setdefault(normalised_code(code), code)
        alike = shapes.alike(code)
        if former != code:
            yield f"{kind} codes {former} and {code} differ only in capitals, digits or forms"
        elif alike is not None:
            yield f"{kind} codes {alike} and {code} look alike in different scripts"
        elif mixes_scripts(code):
            yield f"{kind} code {code} mixes scripts"
        shapes.add(code)
