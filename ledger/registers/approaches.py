"""The register of approaches: the fund presents a need to a provider who may hold the factor.

An approach comes before any offer. Its dates are facts; whether it waits, is silent, or was
answered is an answer for a day (`ledger.approaches`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

CHANNELS: Final = ("letter", "meeting", "call", "event")
REASONS_OF_RULES: Final = (
    *("topic", "sector", "geography", "instrument", "window", "start", "ticket", "share"),
    "restricted",
)
"""Reasons of a decline that are rules of eligibility, by the names of the rules."""

APPROACH_DAYS: Final = 60
"""How many days after it was sent an approach waits for an answer, where nothing else is set."""

OTHER_REASON: Final = "other"
DECLINE_REASONS: Final = (
    *(*REASONS_OF_RULES, "price", "risk", "capacity", "priority"),
    OTHER_REASON,
)
"""Why a provider declines: so that the answers of people and of the program add up."""


@dataclass(frozen=True, slots=True)
class Approach:
    """What was asked of whom and when, and what was answered.

    `answer_by` is the last day on which an answer is waited for. One that was interested and
    declined later has both days. `withdrawn` says that it was recorded in error.
    """

    code: str
    need: str
    provider: str
    sent_on: date
    answer_by: date
    channel: str | None = None
    interested_on: date | None = None
    declined_on: date | None = None
    reason: str | None = None
    reference: str | None = None
    origin: str | None = None
    note: str | None = None
    withdrawn: bool = False


APPROACH: Final = RegisterSpec(
    name="approach",
    plural="approaches",
    help="Approaches: needs presented to providers, and their answers.",
    record="ledger.registers.approaches:Approach",
    prefix="AP",
    parents=("need", "provider"),
    arguments=("need", "provider"),
    is_origin=True,
    dated_by="sent_on",
    columns=(
        required("code", Kind.CODE, "the unique code, short and readable", fixed=True),
        required("need", Kind.CODE, "code of the need", fixed=True, register="need"),
        required("provider", Kind.CODE, "code of the provider", fixed=True, register="provider"),
        required("sent_on", Kind.DATE, "day it was sent", fixed=True, past=True, default="today"),
        ColumnSpec(
            "answer_by",
            Kind.DATE,
            "last day of waiting for an answer; 60 days after it was sent when empty",
            filled=True,
            not_before="sent_on",
        ),
        ColumnSpec(
            "channel",
            Kind.CODE,
            "letter, meeting, call or event",
            words=tuple((one, "") for one in CHANNELS),
            words_name="channel",
        ),
        ColumnSpec(
            "interested_on",
            Kind.DATE,
            "day on which the provider was interested",
            not_before="sent_on",
            past=True,
        ),
        ColumnSpec(
            "declined_on",
            Kind.DATE,
            "day on which the provider declined",
            not_before="sent_on",
            past=True,
        ),
        ColumnSpec(
            "reason",
            Kind.CODE,
            "why it was declined: a rule of eligibility, price, risk, capacity, priority or other",
            words=tuple((one, "") for one in DECLINE_REASONS),
            words_name="reason of a decline",
        ),
        ColumnSpec("reference", Kind.TEXT, "an external reference, such as a letter"),
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        ColumnSpec("note", Kind.TEXT, "a note; required where the reason is other"),
        ColumnSpec("withdrawn", Kind.YES_NO, "yes when it was recorded in error", default="no"),
    ),
)
