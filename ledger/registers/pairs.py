"""The registers about pairs: approaches, restrictions, exemptions, deals and instalments.

An approach presents a need to a provider, before any offer; a deal is one offer's part in a need.
A restriction is a bar on pairings by an authority, for a time; an exemption is an authority's leave
from one. Their columns follow the sanction of FollowTheMoney (authority, programme, reason, start
and end).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.core.factors import Factor
from ledger.registers.spec import CODE, NOTE, SOURCE, ColumnSpec, Kind, RegisterSpec, required

CHANNELS: Final = ("letter", "meeting", "call", "event")
REASONS_OF_RULES: Final = (
    *("topic", "sector", "geography", "instrument", "window", "start", "ticket", "share"),
    "restricted",
)
"""Reasons of a decline that are rules of eligibility, by the names of the rules."""

APPROACH_DAYS: Final = 60
"""How many days after it was sent an approach waits for an answer, where nothing else is set."""

OTHER_REASON: Final = "other"
_LONGEST_INSTALMENT: Final = 75
"""A code, the stroke and a day."""
DECLINE_REASONS: Final = (
    *(*REASONS_OF_RULES, "price", "risk", "capacity", "priority"),
    OTHER_REASON,
)
"""Why a provider declines: so that the answers of people and of the program add up."""


@dataclass(frozen=True, slots=True)
class Approach:
    """What was asked of whom and when, and what was answered.

    `answer_by` is the last day on which an answer is waited for. One that was interested and
    declined later has both days. `withdrawn` says that it was recorded in error. After a decline
    the pair is not proposed before `not_before`, or for twelve months where that is not said.
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
    not_before: date | None = None


APPROACH: Final = RegisterSpec(
    name="approach",
    plural="approaches",
    help="Approaches: needs presented to providers, and their answers.",
    record="ledger.registers.pairs:Approach",
    prefix="AP",
    parents=("need", "provider"),
    arguments=("need", "provider"),
    is_origin=True,
    dated_by="sent_on",
    exists_with="need",
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
        ColumnSpec(
            "not_before",
            Kind.DATE,
            "declined: first day on which the pair is proposed again; 12 months later when empty",
            not_before="declined_on",
        ),
    ),
)

_AUTHORITY: Final = required("authority", Kind.TEXT, "the authority that decided it")
_REASON: Final = required("reason", Kind.TEXT, "the authority's reason")
_FACTORS: Final = ColumnSpec(
    "factors",
    Kind.CODES,
    "money, expertise, implementation; empty: any",
    words=tuple((factor.value, "") for factor in Factor),
    words_name="factor",
)
_SECTORS: Final = ColumnSpec(
    "sectors", Kind.CODES, "sectors with their subsectors; empty: any", vocabulary="sectors"
)

RESTRICTION: Final = RegisterSpec(
    name="restriction",
    plural="restrictions",
    help="Restrictions: bars on pairings by an authority, for a time.",
    record="ledger.registers.records:Restriction",
    prefix="RS",
    bars_pairs=True,
    columns=(
        CODE,
        ColumnSpec(
            "binds_countries",
            Kind.CODES,
            "countries whose parties it binds; with binds_providers empty: everybody",
            vocabulary="countries",
        ),
        ColumnSpec(
            "binds_providers",
            Kind.CODES,
            "providers that it binds; with binds_countries empty: everybody",
            register="provider",
        ),
        ColumnSpec(
            "countries", Kind.CODES, "countries whose parties it targets", vocabulary="countries"
        ),
        ColumnSpec("cities", Kind.CODES, "cities that it targets", register="city"),
        ColumnSpec("providers", Kind.CODES, "providers that it targets", register="provider"),
        _FACTORS,
        _SECTORS,
        ColumnSpec("topics", Kind.TEXTS, "topics of needs; empty: any"),
        ColumnSpec("instruments", Kind.CODES, "instruments; empty: any", vocabulary="instruments"),
        _AUTHORITY,
        ColumnSpec("programme", Kind.TEXT, "the programme it belongs to"),
        _REASON,
        ColumnSpec("reference", Kind.TEXT, "the number of the decision or the list entry"),
        ColumnSpec("from", Kind.DATE, "first day in force; empty: since ever", past=True),
        ColumnSpec("until", Kind.DATE, "last day in force; empty: without end", not_before="from"),
        ColumnSpec(
            "review_on",
            Kind.DATE,
            "day on which somebody has to confirm it; a year after it is recorded when empty",
        ),
        SOURCE,
    ),
)

EXEMPTION: Final = RegisterSpec(
    name="exemption",
    plural="exemptions",
    help="Exemptions: an authority's leave from a restriction, for a time.",
    record="ledger.registers.records:Exemption",
    prefix="EX",
    parents=("restriction",),
    arguments=("restriction",),
    columns=(
        CODE,
        required(
            "restriction",
            Kind.CODE,
            "code of the restriction",
            fixed=True,
            register="restriction",
        ),
        ColumnSpec("providers", Kind.CODES, "providers it covers; empty: any", register="provider"),
        ColumnSpec("cities", Kind.CODES, "cities it covers; empty: any", register="city"),
        ColumnSpec("projects", Kind.CODES, "projects it covers; empty: any", register="project"),
        _FACTORS,
        _SECTORS,
        required("authority", Kind.TEXT, "the authority that gave leave; none: nobody did"),
        required("reference", Kind.TEXT, "the number of the leave"),
        _REASON,
        required("from", Kind.DATE, "first day in force", past=True),
        required("until", Kind.DATE, "last day in force", not_before="from"),
    ),
)

LIMIT: Final = RegisterSpec(
    name="limit",
    plural="limits",
    help="Limits across pairs: caps and floors of quantities, numbers of projects and shares.",
    record="ledger.registers.records:Limit",
    prefix="LIM",
    stored_in="pair_limit",
    arguments=("kind", "measure", "value"),
    columns=(
        CODE,
        required(
            "measure",
            Kind.CODE,
            "quantity, number (of projects) or share (of the money of a project)",
            words=(("quantity", ""), ("number", ""), ("share", "")),
            words_name="measure",
        ),
        required(
            "kind",
            Kind.CODE,
            "cap (at most) or floor (at least)",
            words=(("cap", ""), ("floor", "")),
            words_name="kind of limit",
        ),
        required(
            "value",
            Kind.DECIMAL,
            "the quantity, the number, or the share from 0 to 1",
            option_help='the quantity ("40M EUR"), the number, or the share from 0 to 1',
            measured_in="unit",
        ),
        ColumnSpec("unit", Kind.CODE, "unit of a quantity"),
        ColumnSpec("offers", Kind.TEXT, "offers it counts, as a filter; empty: every offer"),
        ColumnSpec("projects", Kind.TEXT, "projects it counts, as a filter; empty: every project"),
        ColumnSpec(
            "per",
            Kind.CODE,
            "for each provider, country, sector, year, project or offer by itself",
            words=tuple(
                (one, "") for one in ("provider", "country", "sector", "year", "project", "offer")
            ),
            words_name="per",
        ),
        ColumnSpec("from", Kind.DATE, "first day in force; empty: since ever"),
        ColumnSpec("until", Kind.DATE, "last day in force; empty: without end", not_before="from"),
        NOTE,
    ),
)

DEAL: Final = RegisterSpec(
    name="deal",
    plural="deals",
    help="Deals: introduce, commit, deliver, release.",
    record="ledger.deals.deal:Deal",
    prefix="D",
    by_acts=True,
    columns=(
        CODE,
        required("offer", Kind.CODE, "code of the offer", fixed=True, register="offer"),
        required("need", Kind.CODE, "code of the need", fixed=True, register="need"),
        required("rate", Kind.DECIMAL, "offer units per need unit", fixed=True),
        ColumnSpec(
            "rate_exact", Kind.FRACTION, "the rate, where the decimal rounds it", fixed=True
        ),
        ColumnSpec("rate_road", Kind.CODE, "derivation of the rate", fixed=True, longest=16),
        ColumnSpec("rate_day", Kind.DATE, "day of the oldest quote behind the rate", fixed=True),
        ColumnSpec("instrument", Kind.CODE, "instrument, e.g. grant or loan", fixed=True),
        ColumnSpec("held_until", Kind.DATE, "last day of the hold"),
        ColumnSpec("due_on", Kind.DATE, "date the delivery is due"),
        NOTE,
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        ColumnSpec(
            "not_before", Kind.DATE, "released: first day on which the pair is proposed again"
        ),
    ),
)

INSTALMENT: Final = RegisterSpec(
    name="instalment",
    plural="instalments",
    help="Instalments: quantities of a deal, each due on a day.",
    record="ledger.deals.instalments:Instalment",
    identity=("deal", "due_on"),
    parents=("deal",),
    arguments=("deal", "due_on", "quantity"),
    exists_with="deal",
    columns=(
        ColumnSpec(
            "code",
            Kind.CODE,
            "made of the code of the deal and the day",
            fixed=True,
            derived=True,
            longest=_LONGEST_INSTALMENT,
        ),
        required("deal", Kind.CODE, "code of the deal", fixed=True, register="deal"),
        required("due_on", Kind.DATE, "day on which it is due", fixed=True),
        required("quantity", Kind.AMOUNT, "how much of the deal is due then, in the need's unit"),
        required("unit", Kind.CODE, "the need's unit", fixed=True, vocabulary="units"),
        ColumnSpec(
            "withdrawn",
            Kind.YES_NO,
            "yes when it is due no more: dropped, or put off to another day",
            default="no",
        ),
    ),
)
