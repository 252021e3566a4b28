"""An approval: asked for by a request that needs one, given or refused by another identity.

An identity is the database user on a server, and the name of the effective user in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ledger.core.errors import InvalidInput, NotFound, RefusedByRule, UsageError

PREFIX: Final = "APR-"
"""How the codes of approvals begin."""

APPROVAL_DAYS: Final = 14
"""For so many days an approval waits for an answer, and then covers the act it was given for."""


class Answer(StrEnum):
    """What was answered to who asked."""

    GIVEN = "given"
    REFUSED = "refused"


class State(StrEnum):
    """How an approval stands."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


class ApprovalNeeded(RefusedByRule, code="approval-needed"):
    """An act needs an approval by another identity first; it waits for one."""


class ApprovalForOtherEffect(RefusedByRule, code="approval-for-other-effect"):
    """An approval was asked for under the key of an act that would now do something else."""

    default_why = "An approval covers exactly the entries, days, quantities and versions planned."


class ApprovalRefused(RefusedByRule, code="approval-refused"):
    """The approval that an act needs was refused."""

    default_next = "Ask again under another key: repeat the command without --key."


class ApprovalExpired(RefusedByRule, code="approval-expired"):
    """The approval that an act needs has expired, or one that is answered has."""

    default_why = f"An approval is good for {APPROVAL_DAYS} days, unless its answer names a day."


class ApprovalOwn(RefusedByRule, code="approval-own"):
    """Who asked for an approval gives it, or who gave it records the act."""

    default_why = "Who records an act and who approves it have to be two."


class ApprovalAnswered(RefusedByRule, code="approval-answered"):
    """An approval to be answered was answered before."""

    default_why = "An approval is answered once."
    default_next = "List those that wait with: cityfund approval list"


class ApprovalReasonMissing(UsageError, code="approval-reason-missing"):
    """An approval was to be refused without a reason."""

    default_why = "Who asked is shown the reason."
    default_next = "Give the reason: --reason TEXT"


class ApprovalUntilPast(InvalidInput, code="approval-until-past"):
    """An approval was to be good until a day that is past."""

    default_why = "An approval covers what is recorded from now on."
    default_next = (
        f"Name a later day, or leave out --until: it is then good for {APPROVAL_DAYS} days."
    )


class UnknownApproval(NotFound, code="unknown-approval"):
    """There is no approval of that code."""

    default_why = "Approvals are numbered APR-0001, APR-0002 as they are asked for."
    default_next = "List them with: cityfund approval list --all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval as it stands: what it is for, who asked, and what was answered.

    `expires_on` is the last day on which it can be answered, `valid_until` the last on which the
    act can be recorded.
    """

    id: int
    key: str
    command: str
    effect_hash: str
    rules: tuple[str, ...]
    lines: tuple[str, ...]
    expires_on: date
    asked_by: str
    answer: Answer | None = None
    answered_by: str | None = None
    answer_reason: str | None = None
    valid_until: date | None = None
    is_used: bool = False

    @property
    def code(self) -> str:
        """Give the code it goes by: APR-0001."""
        return approval_code(self.id)

    @property
    def has_own_key(self) -> bool:
        """Say whether its request goes by a key that was made from its code."""
        return self.key == self.code or self.key.startswith(f"{self.code}-")

    def state(self, today: date) -> State:
        """Say how it stands on a day."""
        if self.is_used:
            return State.USED
        if self.answer is Answer.REFUSED:
            return State.REFUSED
        last = self.expires_on if self.valid_until is None else self.valid_until
        if today > last:
            return State.EXPIRED
        return State.WAITING if self.answer is None else State.GIVEN


def approval_code(number: int) -> str:
    """Give the code of an approval's number."""
    return f"{PREFIX}{number:04d}"


def require_answerable(approval: Approval, identity: str, today: date) -> None:
    """Refuse an answer to an approval that cannot have one, or not from that identity.

    Raises `ApprovalAnswered`, `ApprovalExpired` and `ApprovalOwn`.
    """
    if approval.answer is not None:
        raise ApprovalAnswered(
            f"{approval.code} was {approval.answer} by {approval.answered_by} already."
        )
    if approval.state(today) is State.EXPIRED:
        raise ApprovalExpired(
            f"{approval.code} could be answered until {approval.expires_on}.",
            next_step=f"{approval.asked_by} can ask again by repeating the command.",
        )
    if approval.asked_by == identity:
        raise ApprovalOwn(
            f"{approval.code} was asked for by {identity}, as whom you are here.",
            next_step="Another person has to give it, under an account of their own.",
        )


def require_usable(approval: Approval, identity: str, today: date) -> None:
    """Refuse to record an act by an approval that is not good for it now, or not for that identity.

    Raises `ApprovalRefused`, `ApprovalExpired`, `ApprovalNeeded` and `ApprovalOwn`.
    """
    state = approval.state(today)
    if state is State.REFUSED:
        raise ApprovalRefused(
            f"{approval.code} was refused by {approval.answered_by}.",
            why=f"The reason given is: {(approval.answer_reason or 'none').rstrip('.')}.",
        )
    if state is State.EXPIRED:
        last = approval.valid_until or approval.expires_on
        raise ApprovalExpired(f"{approval.code} was good until {last}.")
    if state is State.WAITING:
        raise ApprovalNeeded(
            f"This waits for an approval by another person: {approval.code}.",
            why=f"It was asked for by {approval.asked_by} and has no answer yet.",
            next_step=f"Another person answers it with: cityfund approval give {approval.code}",
        )
    if approval.answered_by == identity:
        raise ApprovalOwn(
            f"{approval.code} was given by {identity}, as whom you are here.",
            next_step=f"{approval.asked_by} repeats the command with --key {approval.key}.",
        )
