"""The check of seals: the leaves made anew, held to those that were sealed and to their roots.

Both come in the order of requests. Where they part, the first difference is named; memory grows
with what one request wrote, and only where something was tampered with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, zip_longest
from typing import Final, NamedTuple

from ledger.checks.result import CheckResult, Findings
from ledger.evidence.merkle import EMPTY_ROOT, Frontier, leaf_hash
from ledger.evidence.tree_head import REQUEST_KIND, Leaf, Seal, SealedLeaf, SealMark, leaf_name

_UNREADABLE: Final = EMPTY_ROOT
"""Stands for the hash of a leaf whose rows cannot be what was written: none hashes to it."""


class _Found(NamedTuple):
    """A leaf made anew, by what it is called, and its hash."""

    kind: str
    reference: str
    hash: bytes

    @property
    def name(self) -> str:
        return leaf_name(self.kind, self.reference)


class Sealing(NamedTuple):
    """What the check looks at: the seals, the leaves as sealed, and what their rows make now.

    `found` are the leaves of all requests that the last seal covers; `unsealed` counts requests
    after those, but for those that made seals themselves.
    """

    seals: Sequence[Seal]
    sealed: Iterable[SealedLeaf]
    found: Iterable[Leaf]
    unsealed: int


class _Tree:
    """A tree as leaves come in, and what it was at the sizes that somebody wants to know."""

    def __init__(self, wanted: frozenset[int]) -> None:
        self.frontier = Frontier()
        self.at: dict[int, tuple[bytes, bytes]] = {}
        self._wanted = wanted

    def add(self, leaf: bytes) -> None:
        self.frontier.add(leaf)
        if self.frontier.size in self._wanted:
            self.at[self.frontier.size] = (self.frontier.root(), self.frontier.to_bytes())

    def copy(self) -> _Tree:
        other = _Tree(self._wanted)
        other.frontier, other.at = self.frontier.copy(), dict(self.at)
        return other


class _Comparison:
    """The pass over both kinds of leaves; `sealed` and `found` are one tree until they part."""

    def __init__(self, findings: Findings, sizes: frozenset[int]) -> None:
        self.findings = findings
        self.sealed = self.found = _Tree(sizes)
        self.ends: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self._sizes = sizes
        self._next = 0

    def run(self, sealed: Iterable[SealedLeaf], found: Iterable[Leaf]) -> None:
        """Compare request by request."""
        ours = groupby(map(_made, found), key=lambda one: one[0])
        mine = next(ours, None)
        for number, group in _groups(map(self._in_place, sealed)):
            while mine is not None and number is not None and mine[0] < number:
                self._compare(iter(()), (one for _, one in mine[1]))
                mine = next(ours, None)
            leaves: Iterator[_Found] = iter(())
            due = mine is not None and mine[0] == number
            if mine is not None and due:
                leaves = (one for _, one in mine[1])
            self._compare(group, leaves)
            if number is not None and self.sealed.frontier.size in self._sizes:
                self.ends[self.sealed.frontier.size] = number
            if due:
                mine = next(ours, None)
        while mine is not None:
            self._compare(iter(()), (one for _, one in mine[1]))
            mine = next(ours, None)

    def _in_place(self, leaf: SealedLeaf) -> SealedLeaf:
        if leaf.position != self._next:
            self.findings.fail(f"after leaf {self._next - 1} of the sealed comes {leaf.position}")
        self._next = leaf.position + 1
        if leaf.position in self._sizes or leaf.position + 1 in self._sizes:
            self.names[leaf.position] = leaf.name
        return leaf

    def _compare(self, sealed: Iterator[SealedLeaf], found: Iterator[_Found]) -> None:
        for one, other in zip_longest(sealed, found):
            if (
                one is not None
                and other is not None
                and one.reference == other.reference
                and one.kind == other.kind
            ):
                self.findings.examined += 1
                if one.hash != other.hash:
                    self._part()
                    self.findings.fail(f"{one.name} is not what was sealed as leaf {one.position}")
                    self.found.add(other.hash)
                elif self.found is not self.sealed:
                    self.found.add(other.hash)
                self.sealed.add(one.hash)
                continue
            self._compare_apart(
                [leaf for leaf in chain([one], sealed) if leaf is not None],
                [leaf for leaf in chain([other], found) if leaf is not None],
            )
            return

    def _compare_apart(self, sealed: list[SealedLeaf], found: list[_Found]) -> None:
        """Compare the rest of a request whose leaves are no longer the same ones in order."""
        self._part()
        self.findings.examined += len(sealed)
        for leaf in sealed:
            self.sealed.add(leaf.hash)
        for one in found:
            self.found.add(one.hash)
        now = {one[:2]: one for one in found}
        then = {(leaf.kind, leaf.reference): leaf for leaf in sealed}
        for key, leaf in then.items():
            if key not in now:
                self.findings.fail(f"{leaf.name} was sealed as leaf {leaf.position} and is gone")
            elif now[key].hash != leaf.hash:
                self.findings.fail(f"{leaf.name} is not what was sealed as leaf {leaf.position}")
        for one in found:
            if one[:2] not in then:
                self.findings.fail(
                    f"{one.name} was not there when what stands around it was sealed"
                )
        kept = [key for key in then if key in now]
        for before, after in zip(kept, [key for key in now if key in then], strict=True):
            if before != after:
                name, leaf = leaf_name(*after), then[after]
                self.findings.fail(f"{name}, sealed as leaf {leaf.position}, stands elsewhere now")
                break

    def _part(self) -> None:
        if self.found is self.sealed:
            self.found = self.sealed.copy()


def _made(leaf: Leaf) -> tuple[int, _Found]:
    content = leaf.content
    found = _UNREADABLE if content is None else leaf_hash(content)
    return leaf.request, _Found(leaf.kind, leaf.reference, found)


def _groups(leaves: Iterable[SealedLeaf]) -> Iterator[tuple[int | None, Iterator[SealedLeaf]]]:
    """Give sealed leaves request by request; no number where it is none that can follow."""
    started = 0
    number: int | None = None
    last = 0

    def owner(leaf: SealedLeaf) -> int:
        nonlocal started
        started += leaf.kind == REQUEST_KIND
        return started

    for _, group in groupby(leaves, key=owner):
        members = iter(group)
        first = next(members)
        number = _number(first)
        if number is not None and number <= last:
            number = None
        last = number or last
        yield number, chain([first], members)


def _number(leaf: SealedLeaf) -> int | None:
    if leaf.kind != REQUEST_KIND or not leaf.reference.isascii() or not leaf.reference.isdigit():
        return None
    return int(leaf.reference)


def seals(looked_at: Sealing, outside: Sequence[SealMark] = ()) -> CheckResult:
    """Hold the ledger to its seals, and its seals to those that were kept outside of it."""
    findings = Findings("seals")
    sizes = {seal.size for seal in looked_at.seals} | {mark.size for mark in outside}
    comparison = _Comparison(findings, frozenset({0, *sizes}))
    comparison.run(looked_at.sealed, looked_at.found)
    _look_at_seals(findings, looked_at.seals, comparison)
    proven = _look_outside(findings, outside, comparison)
    return findings.result(*_notes(looked_at, comparison, outside, proven))


def _look_at_seals(findings: Findings, seals: Sequence[Seal], found: _Comparison) -> None:
    size, last_request = 0, 0
    for due, seal in enumerate(seals, start=1):
        findings.examined += 1
        name = f"seal {seal.number}"
        if seal.number != due:
            findings.fail(f"{name} stands where seal {due} is due")
        if seal.size <= size or seal.last_request <= last_request:
            findings.fail(f"{name} covers no more than the one before it")
        if seal.said_at != seal.recorded_at:
            findings.fail(f"{name} was recorded at another moment than its request")
        root, frontier = found.sealed.at.get(seal.size, (None, None))
        if root != seal.root:
            findings.fail(f"{name} has another root than the {seal.size} leaves it covers")
        elif frontier != seal.frontier:
            findings.fail(f"{name} has another frontier than the {seal.size} leaves it covers")
        if root is not None and found.ends.get(seal.size) != seal.last_request:
            findings.fail(f"{name} ends with another request than the leaves it covers")
        size, last_request = seal.size, seal.last_request
    if size != found.sealed.frontier.size:
        findings.fail(f"{found.sealed.frontier.size} leaves stand sealed, the last seal has {size}")


def _look_outside(findings: Findings, outside: Sequence[SealMark], comparison: _Comparison) -> int:
    """Compare seals from outside with what the rows make now; give how far that is proven."""
    proven = 0
    for mark in sorted(outside):
        findings.examined += 1
        found = comparison.found.at.get(mark.size)
        if found is None:
            there = comparison.found.frontier.size
            findings.fail(f"the seal {mark} covers {mark.size} leaves; the ledger has {there}")
        elif found[0] != mark.root:
            where = _between(comparison, proven, mark.size)
            findings.fail(f"the journal is not what the seal {mark} covered: {where}")
        else:
            proven = mark.size
    return proven


def _between(comparison: _Comparison, good: int, size: int) -> str:
    """Say between which leaves a difference lies that the sealed leaves do not show."""
    first, last = comparison.names.get(good), comparison.names.get(size - 1)
    span = f"leaves {good} to {size - 1}"
    if first is not None and last is not None:
        span += f" ({first} to {last})"
    return f"something differs in {span}"


def _notes(
    looked_at: Sealing, comparison: _Comparison, outside: Sequence[SealMark], proven: int
) -> Iterator[str]:
    """Say what is proven by seals from outside, and where that ends."""
    size = comparison.sealed.frontier.size
    if outside:
        yield f"Proven by seals from outside: the first {proven} of {size} sealed leaves."
        if proven < size and proven in comparison.names:
            yield f"What lies beyond is not proven; it begins with {comparison.names[proven]}."
    elif looked_at.seals:
        yield (
            "No seal from outside was given: whoever rewrites the journal can rewrite its seals "
            "as well. Compare with one kept elsewhere: --seal SIZE:ROOT"
        )
    if looked_at.unsealed:
        yield f"Not sealed yet is what was written under {looked_at.unsealed} later requests."
