"""The registers of restrictions and of exemptions from them.

A restriction is a bar on pairings by an authority, for a time; an exemption is an authority's
leave from one. Both are dated facts: whether one is in force is an answer for a day. The columns
follow the sanction of FollowTheMoney (authority, programme, reason, start and end).
"""

from __future__ import annotations

from typing import Final

from ledger.core.factors import Factor
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

_CODE: Final = required("code", Kind.CODE, "the unique code, short and readable", fixed=True)
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
        _CODE,
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
        ColumnSpec("from", Kind.DATE, "first day in force; empty: since ever"),
        ColumnSpec("until", Kind.DATE, "last day in force; empty: without end", not_before="from"),
        ColumnSpec(
            "review_on",
            Kind.DATE,
            "day on which somebody has to confirm it; a year after it is recorded when empty",
        ),
        ColumnSpec("source", Kind.TEXT, "the source of the data"),
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
        _CODE,
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
        _AUTHORITY,
        required("reference", Kind.TEXT, "the number of the leave"),
        _REASON,
        required("from", Kind.DATE, "first day in force"),
        required("until", Kind.DATE, "last day in force", not_before="from"),
    ),
)
