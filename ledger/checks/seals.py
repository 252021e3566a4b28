"""The check of seals: recomputed leaves, compared with the sealed ones and with their roots.

Both are read in the order of requests. Where they differ, the first difference is reported; memory
grows with one request, and only if something was changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, zip_longest
from typing import Final, NamedTuple

from ledger.checks.result import CheckReport, CheckResult
from ledger.evidence.merkle import EMPTY_ROOT, Frontier, leaf_hash
from ledger.evidence.tree_head import REQUEST_KIND, Leaf, Seal, SealedLeaf, TreeHead, leaf_name

_UNREADABLE: Final = EMPTY_ROOT
"""Stands for the hash of a leaf whose rows are unreadable: no leaf hashes to it."""

_MOST_ERASED: Final = 20


class _RecomputedLeaf(NamedTuple):
    """A recomputed leaf: its name and its hash."""

    kind: str
    reference: str
    hash: bytes
    erased_by: int | None = None
    remained: str | None = None

    @property
    def name(self) -> str:
        return leaf_name(self.kind, self.reference)


class SealCheckInput(NamedTuple):
    """The input of the check: the seals, the leaves as sealed, and the leaves recomputed now.

    `recomputed` are the leaves of all requests that the last seal covers; `unsealed` counts later
    requests, without those that made seals, and `waiting` are the leaves that they will have.
    """

    seals: Sequence[Seal]
    sealed: Iterable[SealedLeaf]
    recomputed: Iterable[Leaf]
    unsealed: int
    waiting: Iterable[Leaf] = ()


class _GrowingTree:
    """A growing tree, with its root and peaks at the given sizes."""

    def __init__(self, wanted: frozenset[int]) -> None:
        self.frontier = Frontier()
        self.at: dict[int, tuple[bytes, bytes]] = {}
        self._wanted = wanted

    def add(self, leaf: bytes) -> None:
        self.frontier.add(leaf)
        if self.frontier.size in self._wanted:
            self.at[self.frontier.size] = (self.frontier.root(), self.frontier.to_bytes())

    def copy(self) -> _GrowingTree:
        other = _GrowingTree(self._wanted)
        other.frontier, other.at = self.frontier.copy(), dict(self.at)
        return other


class _Comparison:
    """One pass over sealed and recomputed leaves; both trees are one until they differ."""

    def __init__(self, report: CheckReport, seals: Sequence[Seal], sizes: frozenset[int]) -> None:
        self.report = report
        self._seals = seals
        self.sealed = self.recomputed = _GrowingTree(sizes)
        self.ends: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.erased: list[str] = []
        self._sizes = sizes
        self._next = 0

    def run(self, sealed: Iterable[SealedLeaf], recomputed: Iterable[Leaf]) -> None:
        """Compare request by request."""
        ours = groupby(map(_recompute, recomputed), key=lambda one: one[0])
        recomputed_group = next(ours, None)
        for number, group in _groups(map(self._in_place, sealed)):
            while (
                recomputed_group is not None and number is not None and recomputed_group[0] < number
            ):
                self._compare(iter(()), (one for _, one in recomputed_group[1]))
                recomputed_group = next(ours, None)
            leaves: Iterator[_RecomputedLeaf] = iter(())
            due = recomputed_group is not None and recomputed_group[0] == number
            if recomputed_group is not None and due:
                leaves = (one for _, one in recomputed_group[1])
            self._compare(group, leaves)
            if number is not None and self.sealed.frontier.size in self._sizes:
                self.ends[self.sealed.frontier.size] = number
            if due:
                recomputed_group = next(ours, None)
        while recomputed_group is not None:
            self._compare(iter(()), (one for _, one in recomputed_group[1]))
            recomputed_group = next(ours, None)

    def _in_place(self, leaf: SealedLeaf) -> SealedLeaf:
        if leaf.position != self._next:
            self.report.fail(f"after leaf {self._next - 1} of the sealed comes {leaf.position}")
        self._next = leaf.position + 1
        if leaf.position in self._sizes or leaf.position + 1 in self._sizes:
            self.names[leaf.position] = leaf.name
        return leaf

    def _compare(self, sealed: Iterator[SealedLeaf], recomputed: Iterator[_RecomputedLeaf]) -> None:
        for one, other in zip_longest(sealed, recomputed):
            if (
                one is not None
                and other is not None
                and one.reference == other.reference
                and one.kind == other.kind
            ):
                self.report.examined += 1
                if self._is_erased_since(one, other):
                    other = self._as_sealed(other, one)  # noqa: PLW2901 - its content is erased
                if one.hash != other.hash:
                    self._part()
                    self.report.fail(f"{one.name} is not what was sealed as leaf {one.position}")
                    self.recomputed.add(other.hash)
                elif self.recomputed is not self.sealed:
                    self.recomputed.add(other.hash)
                self.sealed.add(one.hash)
                continue
            self._compare_apart(
                [leaf for leaf in chain([one], sealed) if leaf is not None],
                [leaf for leaf in chain([other], recomputed) if leaf is not None],
            )
            return

    def _compare_apart(self, sealed: list[SealedLeaf], recomputed: list[_RecomputedLeaf]) -> None:
        """Compare the rest of a request whose leaves are no longer the same ones in order."""
        self._part()
        self.report.examined += len(sealed)
        for leaf in sealed:
            self.sealed.add(leaf.hash)
        then = {(leaf.kind, leaf.reference): leaf for leaf in sealed}
        now = self._by_name(recomputed, then)
        for key, leaf in then.items():
            if key not in now:
                self.report.fail(f"{leaf.name} was sealed as leaf {leaf.position} and is gone")
            elif now[key].hash != leaf.hash:
                self.report.fail(f"{leaf.name} is not what was sealed as leaf {leaf.position}")
        for one in recomputed:
            if one[:2] not in then:
                self.report.fail(f"{one.name} was added between sealed leaves")
        common = [key for key in then if key in now]
        for before, after in zip(common, [key for key in now if key in then], strict=True):
            if before != after:
                name, leaf = leaf_name(*after), then[after]
                self.report.fail(
                    f"{name}, sealed as leaf {leaf.position}, is now at another position"
                )
                break

    def _by_name(
        self, recomputed: Sequence[_RecomputedLeaf], then: Mapping[tuple[str, str], SealedLeaf]
    ) -> dict[tuple[str, str], _RecomputedLeaf]:
        """Give recomputed leaves by name, with the sealed hash of those erased since the seal."""
        now = {one[:2]: one for one in recomputed}
        for key, one in now.items():
            if key in then and self._is_erased_since(then[key], one):
                now[key] = self._as_sealed(one, then[key])
            self.recomputed.add(now[key].hash or _UNREADABLE)
        return now

    def _is_erased_since(self, sealed: SealedLeaf, leaf: _RecomputedLeaf) -> bool:
        """Say whether a text was erased after the leaf was sealed, so that its content differs.

        A seal that covers the request that erased the text has sealed what remained.
        """
        if leaf.erased_by is None:
            return False
        place = bisect_right(self._seals, sealed.position, key=lambda seal: seal.size)
        return place == len(self._seals) or self._seals[place].last_request < leaf.erased_by

    def _as_sealed(self, leaf: _RecomputedLeaf, sealed: SealedLeaf) -> _RecomputedLeaf:
        """Take the sealed hash of a leaf that holds its texts, of which one was erased.

        Where it is recorded what remained then, that has to be what is there now.
        """
        if leaf.remained not in {None, leaf.hash.hex()}:
            return leaf
        self.erased.append(f"{leaf.name}: content erased by request {leaf.erased_by}")
        return leaf._replace(hash=sealed.hash)

    def _part(self) -> None:
        if self.recomputed is self.sealed:
            self.recomputed = self.sealed.copy()


def _recompute(leaf: Leaf) -> tuple[int, _RecomputedLeaf]:
    content = leaf.content
    recomputed = _UNREADABLE if content is None else leaf_hash(content)
    named = (leaf.kind, leaf.reference)
    return leaf.request, _RecomputedLeaf(*named, recomputed, leaf.erased_by, leaf.remained)


def _groups(leaves: Iterable[SealedLeaf]) -> Iterator[tuple[int | None, Iterator[SealedLeaf]]]:
    """Return sealed leaves request by request; without a number if it cannot follow."""
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


def check_seals(sealing: SealCheckInput, outside: Sequence[TreeHead] = ()) -> CheckResult:
    """Compare the ledger with its seals, and its seals with tree heads kept outside it."""
    report = CheckReport("seals")
    sizes = {seal.size for seal in sealing.seals} | {head.size for head in outside}
    comparison = _Comparison(report, sealing.seals, frozenset({0, *sizes}))
    comparison.run(sealing.sealed, _with_remains(report, sealing.recomputed))
    _check_waiting_leaves(report, _with_remains(report, sealing.waiting))
    _check_seal_rows(report, sealing.seals, comparison)
    proven = _check_external_heads(report, outside, comparison)
    return report.result(*_notes(sealing, comparison, outside, proven))


def _with_remains(report: CheckReport, leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Pass leaves on, and find those with an erased text of which no request says what remained.

    A request that erases a text of what it adopts itself has no complete leaf yet.
    """
    for leaf in leaves:
        is_recorded = leaf.remained is not None or leaf.content is None
        if not is_recorded and leaf.erased_by not in {None, leaf.request}:
            erased = f"when request {leaf.erased_by} erased a text"
            report.fail(f"what remained of {leaf.name} {erased} is not recorded")
        yield leaf


def _check_waiting_leaves(report: CheckReport, waiting: Iterable[Leaf]) -> None:
    """Find leaves that no seal can cover: each salt and text of theirs has to be the row's own."""
    for leaf in waiting:
        report.examined += 1
        if leaf.content is None and leaf.erased_by is None:
            report.fail(f"{leaf.name} is not sealed, and its rows and disclosures do not agree")
        elif leaf.remained not in {None, _recompute(leaf)[1].hash.hex()}:
            by = leaf.erased_by
            erased = (
                "a text of it was erased" if by is None else f"request {by} erased a text of it"
            )
            report.fail(f"{leaf.name} is not sealed, and is not what remained when {erased}")


def _check_seal_rows(report: CheckReport, seals: Sequence[Seal], recomputed: _Comparison) -> None:
    size, last_request = 0, 0
    for due, seal in enumerate(seals, start=1):
        report.examined += 1
        name = f"seal {seal.number}"
        if seal.number != due:
            report.fail(f"{name} is where seal {due} is expected")
        if seal.size <= size or seal.last_request <= last_request:
            report.fail(f"{name} covers no more than the one before it")
        if seal.request_recorded_at != seal.recorded_at:
            report.fail(f"{name} was recorded at another time than its request")
        root, frontier = recomputed.sealed.at.get(seal.size, (None, None))
        if root != seal.root:
            report.fail(f"{name} has another root than the {seal.size} leaves it covers")
        elif frontier != seal.frontier:
            report.fail(f"{name} has another frontier than the {seal.size} leaves it covers")
        if root is not None and recomputed.ends.get(seal.size) != seal.last_request:
            report.fail(f"{name} ends with another request than the leaves it covers")
        size, last_request = seal.size, seal.last_request
    if size != recomputed.sealed.frontier.size:
        report.fail(
            f"{recomputed.sealed.frontier.size} leaves are sealed, the last seal has {size}"
        )


def _check_external_heads(
    report: CheckReport, outside: Sequence[TreeHead], comparison: _Comparison
) -> int:
    """Compare external tree heads with the recomputed leaves; return the proven size."""
    proven = 0
    for head in sorted(outside):
        report.examined += 1
        recomputed = comparison.recomputed.at.get(head.size)
        if recomputed is None:
            there = comparison.recomputed.frontier.size
            report.fail(f"the seal {head} covers {head.size} leaves; the ledger has {there}")
        elif recomputed[0] != head.root:
            where = _between(comparison, proven, head.size)
            report.fail(f"the journal is not what the seal {head} covered: {where}")
        else:
            proven = head.size
    return proven


def _between(comparison: _Comparison, good: int, size: int) -> str:
    """Return the range of leaves that contains a difference hidden from the sealed leaves."""
    first, last = comparison.names.get(good), comparison.names.get(size - 1)
    span = f"leaves {good} to {size - 1}"
    if first is not None and last is not None:
        span += f" ({first} to {last})"
    return f"something differs in {span}"


def _notes(
    sealing: SealCheckInput, comparison: _Comparison, outside: Sequence[TreeHead], proven: int
) -> Iterator[str]:
    """Report what external tree heads prove, and where that ends."""
    size = comparison.sealed.frontier.size
    if outside:
        yield f"Proven by external seals: the first {proven} of {size} sealed leaves."
        if proven < size and proven in comparison.names:
            yield f"What follows is not proven; it begins with {comparison.names[proven]}."
    elif sealing.seals:
        yield (
            "No external seal was given: an attacker who rewrites the journal can rewrite its "
            "seals as well. Compare with one kept elsewhere: --seal SIZE:ROOT"
        )
    yield from (f"{one}." for one in comparison.erased[:_MOST_ERASED])
    if len(comparison.erased) > _MOST_ERASED:
        yield f"{len(comparison.erased) - _MOST_ERASED} more leaves: content erased on request."
    if sealing.unsealed:
        yield f"{sealing.unsealed} later requests are not sealed yet."
