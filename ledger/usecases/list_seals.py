"""The seals of a ledger, as they are listed and kept elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ledger.store.picture import Picture
from ledger.store.seals import read_seals


def seal_rows(picture: Picture) -> list[dict[str, Any]]:
    """Give each seal as a row, the oldest first; `mark` is what to keep of it elsewhere."""
    seals = read_seals(picture.connection)
    sizes = pairwise([0, *(seal.size for seal in seals)])
    return [
        {
            "seal": seal.number,
            "size": seal.size,
            "root": seal.root.hex(),
            "leaves": size - before,
            "sealed_at": None if seal.recorded_at is None else picture.local(seal.recorded_at),
            "mark": str(seal.mark),
        }
        for seal, (before, size) in zip(seals, sizes, strict=True)
    ]
