"""Codes of one register that could be taken for each other, recorded before they were refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.core.text import normalised_code
from ledger.reference.confusables import CodeShapes, mixes_scripts
from ledger.store.db.queries import read_units
from ledger.store.registers import STORED_REGISTERS, codes_of
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Reader


def code_collisions(ledger: Ledger) -> list[str]:
    """Say which codes differ only in form or look alike, and which mix scripts.

    Former codes count: those of one record never collide.
    """
    with ledger.reader() as reader:
        own = [kind for kind, one in STORED_REGISTERS.items() if one.spec.has_own_code]
        owners = {kind: _owners(reader, kind) for kind in own}
        owners["unit"] = [(code, code) for code in read_units(reader.connection)]
    return [text for kind in owners for text in _collisions(kind, owners[kind])]


def _owners(reader: Reader, kind: str) -> list[tuple[str, str]]:
    """Give every code that a record has or had, with the one that it has now."""
    codes = codes_of(reader.connection, kind)
    return [*((code, code) for code in codes), *reader.aliases(kind).items()]


def _collisions(kind: str, owners: Iterable[tuple[str, str]]) -> Iterator[str]:
    shapes, normalised = CodeShapes(), dict[str, tuple[str, str]]()
    owner_of: dict[str, str] = {}
    for code, owner in sorted(owners):
        earlier, its_owner = normalised.setdefault(normalised_code(code), (code, owner))
        alike = shapes.alike(code)
        if its_owner != owner and earlier == code:
            yield f"{kind} code {code} is or was that of {its_owner} and of {owner}"
        elif its_owner != owner:
            yield f"{kind} codes {earlier} and {code} differ only in capitals, digits or forms"
        elif alike is not None and owner_of[alike] != owner:
            yield f"{kind} codes {alike} and {code} look alike in different scripts"
        elif mixes_scripts(code):
            yield f"{kind} code {code} mixes scripts"
        shapes.add(code)
        owner_of[code] = owner
