"""Credentials that contradict each other: the same evidence twice, a measure in two directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.core.partial_dates import PartialDate
from ledger.core.text import text_key
from ledger.registers.network import Credential


class AlreadyCredentialed(RefusedByRule, code="already-credentialed"):
    """A city was to get a second credential of the same thing in a topic, of the same time."""

    default_why = "A city has one figure of a measure, or one grade of a thing, at one time."


class BetterDiffers(RefusedByRule, code="better-differs"):
    """Two credentials of one measure were to differ in which value is the better one."""

    default_why = "The cities are ranked by the measure, in one direction."


_Evidence = tuple[str, str, bool, str, PartialDate | None]


def _evidence(credential: Credential) -> _Evidence:
    """Give what makes two credentials the same evidence.

    That is one measure of a topic, or one graded thing in a topic, of a city at one time.
    """
    is_measured = credential.measure is not None
    about = credential.measure if credential.measure is not None else credential.what
    topic = text_key(credential.topic)
    return credential.city, topic, is_measured, text_key(about), credential.as_of


class MeasureKey(NamedTuple):
    """A measure of a topic as it is compared, whatever its spelling."""

    topic: str
    measure: str


def measure_key(credential: Credential) -> MeasureKey | None:
    """Give the measure that a credential is a figure of; None for a grade."""
    if credential.measure is None:
        return None
    return MeasureKey(text_key(credential.topic), text_key(credential.measure))


class EvidenceIndex:
    """Credentials by what contradicts them: the same evidence, or the other direction."""

    def __init__(self, credentials: Iterable[Credential] = ()) -> None:
        """Index some credentials."""
        self._evidence: dict[_Evidence, dict[str, Credential]] = {}
        self._measures: dict[MeasureKey, dict[str, Credential]] = {}
        self._by_code: dict[str, Credential] = {}
        for credential in credentials:
            self.put(credential)

    def put(self, credential: Credential) -> None:
        """Index a credential, in the place of the one that had its code."""
        before = self._by_code.get(credential.code)
        for one, index in self._places(before):
            del index[one.code]
        for one, index in self._places(credential):
            index[one.code] = one
        self._by_code[credential.code] = credential

    def _places(
        self, credential: Credential | None
    ) -> Iterator[tuple[Credential, dict[str, Credential]]]:
        if credential is None:
            return
        yield credential, self._evidence.setdefault(_evidence(credential), {})
        measure = measure_key(credential)
        if measure is not None:
            yield credential, self._measures.setdefault(measure, {})

    def same_evidence(self, credential: Credential) -> Credential | None:
        """Give another credential that is of the same thing at the same time."""
        every = self._evidence.get(_evidence(credential), {}).values()
        return next((one for one in every if one.code != credential.code), None)

    def other_direction(self, credential: Credential) -> Credential | None:
        """Give another credential of the measure that says that the opposite is better."""
        measure = measure_key(credential)
        every = () if measure is None else self._measures.get(measure, {}).values()
        others = (one for one in every if one.code != credential.code)
        return next((one for one in others if one.better != credential.better), None)

    def require_apart(self, credential: Credential) -> None:
        """Refuse a credential that another one contradicts, naming it.

        Raises `AlreadyCredentialed` and `BetterDiffers`.
        """
        same = self.same_evidence(credential)
        if same is not None:
            about = credential.measure or credential.what
            as_of = "" if credential.as_of is None else f" of {credential.as_of}"
            raise AlreadyCredentialed(
                f"Credential {same.code} has {about!r}{as_of} of city {same.city} in {same.topic}.",
                next_step=f"Change it with: cityfund credential edit {same.code}",
            )
        other = self.other_direction(credential)
        if other is not None:
            raise BetterDiffers(
                f"In credential {other.code} the {other.better} {other.measure} is the better one.",
                next_step=f"Give --better {other.better}, or the measure another name.",
            )
