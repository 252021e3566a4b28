"""Find what a code means among those of ledger and import: case forgiven, an exact match wins."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.codes import folded


class Codes:
    """The codes one can refer to. Adding is cheap; a register of any size is folded once."""

    def __init__(self, codes: Iterable[str] = ()) -> None:
        """Start with the codes of the ledger."""
        self._exact = set(codes)
        self._folded: dict[str, list[str]] = {}
        for code in self._exact:
            self._folded.setdefault(folded(code), []).append(code)

    def __contains__(self, code: object) -> bool:
        """Say whether exactly this code is there."""
        return code in self._exact

    def add(self, code: str) -> None:
        """Make a code of the import known."""
        if code not in self._exact:
            self._exact.add(code)
            self._folded.setdefault(folded(code), []).append(code)

    def find(self, code: str) -> str | None:
        """Give the code meant: exactly this one, else the only one that differs in case."""
        if code in self._exact:
            return code
        alike = self._folded.get(folded(code), ())
        return alike[0] if len(alike) == 1 else None

    def all(self) -> frozenset[str]:
        """Give every code, for suggestions."""
        return frozenset(self._exact)
