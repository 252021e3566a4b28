"""The table of registers: the one place that says which there are and what their columns are.

Commands, files, history, completion, the database's tables and the leaves of the ledger's
evidence are made from it. A new register is one specification here, one migration, and the
rules that are its own; it goes last, since the order is that of leaves in older seals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from ledger.core.factors import Factor
from ledger.registers.activity import ACTIVITY
from ledger.registers.network import (
    ATTENDANCE,
    BODY,
    CREDENTIAL,
    MEETING,
    MOTION,
    PARTNERSHIP,
    SEAT,
    TARGET,
    UNDERTAKING,
)
from ledger.registers.pairs import APPROACH, DEAL, EXEMPTION, INSTALMENT, LIMIT, RESTRICTION
from ledger.registers.spec import CODE, NOTE, SOURCE, ColumnSpec, Kind, RegisterSpec, required

FACTORS: Final = tuple((factor.value, "") for factor in Factor)
PROVIDER_KINDS: Final = ("fund", "bank", "donor", "firm", "institute", "association", "city")
WEIGHT_RANGE: Final = (1, 100)
MAX_DECIMALS: Final = 6
MAX_WHOLE: Final = 10**12
LATITUDES: Final = (-90, 90)
LONGITUDES: Final = (-180, 180)
CONDITION_COMPLETE: Final = "complete"
"""The one condition of a mandate: give only where the project ends complete."""

_LONGEST_PHASE: Final = 75
"""A code, the stroke and a day."""
_CODE_UNTIL_ACTS: Final = CODE._replace(until_acts=True)
RETIRED: Final = ("retire", "restore")
_WITHDRAWN: Final = ColumnSpec(
    "withdrawn", Kind.YES_NO, "yes when it is no longer in use", default="no"
)
_INSTRUMENTS: Final = ColumnSpec(
    "instruments",
    Kind.CODES,
    "accepted instruments; empty: any",
    vocabulary="instruments",
)
_FACTOR: Final = required(
    "factor",
    Kind.CODE,
    "money, expertise or implementation",
    fixed=True,
    words=FACTORS,
    words_name="factor",
)
_UNIT: Final = required(
    "unit",
    Kind.CODE,
    "ISO 4217 currency, or a unit of work such as person-day or km",
    fixed=True,
    vocabulary="units",
)
_DECLARED: Final = ColumnSpec(
    "declared_on",
    Kind.DATE,
    "first day in the ledger; today when empty",
    fixed=True,
    corrected=True,
    default="today",
    past=True,
)
_ORIGIN: Final = ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007")
_COUNTRY_NAME: Final = ColumnSpec(
    "country_name", Kind.SHOWN, "the country's name", name_of="country"
)

UNIT: Final = RegisterSpec(
    name="unit",
    plural="units",
    help="Currencies and units of work.",
    record="ledger.core.quantity:Unit",
    title="name",
    arguments=("code",),
    versioned=False,
    columns=(
        CODE,
        required(
            "decimals",
            Kind.WHOLE,
            "number of decimals, 0 to 6",
            fixed=True,
            bounds=(0, MAX_DECIMALS),
        ),
        ColumnSpec("name", Kind.TEXT, "the unit's name", fixed=True),
    ),
)
OFFICE: Final = RegisterSpec(
    name="office",
    plural="offices",
    leaving=RETIRED,
    help="The fund's offices.",
    record="ledger.registers.records:Office",
    title="name",
    arguments=("name",),
    columns=(
        CODE,
        required("name", Kind.TEXT, "the office's name"),
        ColumnSpec("host", Kind.TEXT, "the city that hosts it"),
        ColumnSpec(
            "regions",
            Kind.TEXTS,
            "UN M49 regions (code or name) of the office",
            vocabulary="regions",
        ),
        ColumnSpec("opened_on", Kind.PARTIAL_DATE, "year, month or day of opening", past=True),
        ColumnSpec(
            "closed_on",
            Kind.PARTIAL_DATE,
            "year, month or day of closing",
            past=True,
            not_before="opened_on",
        ),
        _WITHDRAWN,
    ),
)
CITY: Final = RegisterSpec(
    name="city",
    plural="cities",
    leaving=RETIRED,
    help="Member cities.",
    compares_names=True,
    record="ledger.registers.records:City",
    prefix="CTY",
    title="name",
    parents=("office",),
    arguments=("name",),
    columns=(
        _CODE_UNTIL_ACTS,
        required("name", Kind.TEXT, "the city's name in Latin script"),
        ColumnSpec("name_local", Kind.TEXT, "the name in its own script"),
        required("country", Kind.CODE, "ISO 3166 alpha-2 or alpha-3", vocabulary="countries"),
        _COUNTRY_NAME,
        ColumnSpec(
            "office",
            Kind.CODE,
            "fund office; by the country's region when empty",
            register="office",
            filled=True,
        ),
        ColumnSpec(
            "member_since", Kind.PARTIAL_DATE, "year or date (ISO 8601) of joining", past=True
        ),
        ColumnSpec("population", Kind.WHOLE, "inhabitants"),
        ColumnSpec("geonames_id", Kind.WHOLE, "GeoNames number", bounds=(1, MAX_WHOLE)),
        ColumnSpec("latitude", Kind.DECIMAL, "degrees north, -90 to 90", bounds=LATITUDES),
        ColumnSpec("longitude", Kind.DECIMAL, "degrees east, -180 to 180", bounds=LONGITUDES),
        ColumnSpec(
            "member",
            Kind.YES_NO,
            "no when it is known only as a twin, host or teacher; yes when empty",
            default="yes",
            added_later=True,
        ),
        ColumnSpec(
            "office_given",
            Kind.YES_NO,
            "yes when an officer named the office, no when the region did",
            default="no",
            added_later=True,
        ),
        _WITHDRAWN,
    ),
)
PROVIDER: Final = RegisterSpec(
    name="provider",
    plural="providers",
    leaving=RETIRED,
    help="Providers of money, expertise or implementation.",
    compares_names=True,
    record="ledger.registers.records:Provider",
    prefix="PRV",
    title="name",
    arguments=("name",),
    columns=(
        _CODE_UNTIL_ACTS,
        required("name", Kind.TEXT, "the organisation's name"),
        required(
            "kind",
            Kind.CODE,
            "fund, bank, donor, firm, institute, association or city",
            words=tuple((kind, "") for kind in PROVIDER_KINDS),
            words_name="kind of provider",
        ),
        ColumnSpec("country", Kind.CODE, "ISO 3166 alpha-2 or alpha-3", vocabulary="countries"),
        _COUNTRY_NAME,
        ColumnSpec(
            "city", Kind.CODE, "the member city, where the provider is one", register="city"
        ),
        ColumnSpec(
            "sample",
            Kind.YES_NO,
            "yes for sample data",
            default="no",
        ),
        _WITHDRAWN,
    ),
)
PROJECT: Final = RegisterSpec(
    name="project",
    plural="projects",
    leaving=("cancel", "restore"),
    help="Projects of member cities.",
    compares_names=True,
    record="ledger.registers.records:Project",
    prefix="PRJ",
    title="title",
    parents=("city",),
    arguments=("title",),
    columns=(
        _CODE_UNTIL_ACTS,
        required("title", Kind.TEXT, "the project's title"),
        required(
            "city",
            Kind.CODE,
            "code of the member city",
            fixed=True,
            until_acts=True,
            register="city",
        ),
        ColumnSpec("city_name", Kind.SHOWN, "the city's name", name_of="city"),
        required(
            "sector",
            Kind.CODE,
            "OC4IDS projectSector code, e.g. transport.urban",
            vocabulary="sectors",
        ),
        ColumnSpec(
            "status",
            Kind.CODE,
            "OC4IDS projectStatus; identification when empty",
            vocabulary="project_statuses",
            default="identification",
        ),
        ColumnSpec(
            "weight",
            Kind.WHOLE,
            "priority, 1 to 100; 1 when empty",
            bounds=WEIGHT_RANGE,
            default="1",
        ),
        ColumnSpec("starts_on", Kind.DATE, "first day of the project"),
        ColumnSpec("ends_on", Kind.DATE, "last day of the project", not_before="starts_on"),
        ColumnSpec("description", Kind.TEXT, "a description"),
        SOURCE,
        _ORIGIN,
        ColumnSpec("recipient", Kind.TEXT, "the organisation that receives; the city when empty"),
    ),
)
NEED: Final = RegisterSpec(
    name="need",
    plural="needs",
    help="Needs of projects.",
    record="ledger.registers.records:Need",
    prefix="N",
    parents=("project",),
    arguments=("project", "factor", "quantity"),
    dated_by="declared_on",
    columns=(
        CODE,
        required("project", Kind.CODE, "code of the project", fixed=True, register="project"),
        ColumnSpec("project_title", Kind.SHOWN, "the project's title", name_of="project"),
        _FACTOR,
        ColumnSpec("topic", Kind.TEXT, "topic, e.g. monorail"),
        ColumnSpec(
            "quantity",
            Kind.AMOUNT,
            "total required; empty: not yet known",
            in_journal=True,
            option_help='total required: "40M EUR"; "? EUR" if not yet known',
        ),
        _UNIT,
        _DECLARED,
        ColumnSpec("needed_by", Kind.DATE, "last useful day"),
        ColumnSpec(
            "divisible",
            Kind.YES_NO,
            "may several offers share it; empty: yes, for implementation no",
            option_help="may several offers share it; default: yes, for implementation no",
        ),
        _INSTRUMENTS,
        NOTE,
        ColumnSpec(
            "after",
            Kind.CODES,
            "needs of the same project whose gaps are closed before it is committed",
            register="need",
            added_later=True,
            option_help="needs of the same project that come first: this one is committed once "
            "their gaps are closed",
        ),
    ),
)
OFFER: Final = RegisterSpec(
    name="offer",
    plural="offers",
    help="Offers of providers.",
    record="ledger.registers.records:Offer",
    prefix="O",
    parents=("provider",),
    arguments=("provider", "factor", "quantity"),
    dated_by="declared_on",
    columns=(
        CODE,
        required("provider", Kind.CODE, "code of the provider", fixed=True, register="provider"),
        ColumnSpec("provider_name", Kind.SHOWN, "the provider's name", name_of="provider"),
        _FACTOR,
        ColumnSpec("topics", Kind.TEXTS, "accepted topics; empty: any"),
        required(
            "quantity",
            Kind.AMOUNT,
            "total offered, not the remainder",
            in_journal=True,
            option_help='total offered, not the remainder: "40M EUR"',
        ),
        _UNIT,
        _DECLARED,
        ColumnSpec("valid_from", Kind.DATE, "first day of validity"),
        ColumnSpec(
            "valid_until",
            Kind.DATE,
            "last day of validity",
            not_before="valid_from",
        ),
        ColumnSpec("available_from", Kind.DATE, "first day on which it is available"),
        ColumnSpec(
            "sectors",
            Kind.CODES,
            "accepted sectors with their subsectors; empty: any",
            vocabulary="sectors",
        ),
        ColumnSpec("countries", Kind.CODES, "accepted countries of cities", vocabulary="countries"),
        ColumnSpec(
            "regions", Kind.TEXTS, "accepted UN M49 regions (code or name)", vocabulary="regions"
        ),
        ColumnSpec("cities", Kind.CODES, "accepted cities", register="city"),
        ColumnSpec("excluded_countries", Kind.CODES, "excluded countries", vocabulary="countries"),
        _INSTRUMENTS,
        ColumnSpec(
            "min_ticket",
            Kind.AMOUNT,
            "minimum ticket: least for one need",
            option_help='minimum ticket, the least for one need: "1M EUR"',
        ),
        ColumnSpec(
            "max_ticket",
            Kind.AMOUNT,
            "maximum ticket: most for one need",
            option_help='maximum ticket, the most for one need: "10M EUR"',
        ),
        ColumnSpec("max_share", Kind.DECIMAL, "maximum share of one need, above 0 and up to 1"),
        ColumnSpec(
            "condition",
            Kind.CODE,
            "complete: only if the project becomes complete",
            words=((CONDITION_COMPLETE, "only if the project becomes complete"),),
            words_name="condition",
        ),
        ColumnSpec("rate", Kind.DECIMAL, "interest rate, % p.a."),
        NOTE,
        _WITHDRAWN,
        _ORIGIN,
    ),
)
PHASE: Final = RegisterSpec(
    name="phase",
    plural="project_statuses",
    help="Phases of projects: the status of each from a day on.",
    record="ledger.registers.records:Phase",
    identity=("project", "from"),
    parents=("project",),
    arguments=("project", "status"),
    dated_by="from",
    columns=(
        ColumnSpec(
            "code",
            Kind.CODE,
            "made of the code of the project and the day",
            fixed=True,
            derived=True,
            longest=_LONGEST_PHASE,
        ),
        required("project", Kind.CODE, "code of the project", fixed=True, register="project"),
        required("status", Kind.CODE, "OC4IDS projectStatus", vocabulary="project_statuses"),
        required("from", Kind.DATE, "first day of the status", fixed=True, past=True),
        SOURCE,
    ),
)
_IDENTIFIED: Final = (CITY, PROVIDER, PROJECT, NEED, OFFER, DEAL, BODY)
"""The registers whose records can have identifiers of others."""

_LONGEST_SCHEME: Final = 32
_LONGEST_IDENTIFIER: Final = 120
IDENTIFIER: Final = RegisterSpec(
    name="identifier",
    plural="identifiers",
    help="What records are called elsewhere.",
    record="ledger.registers.records:Identifier",
    identity=("table", "scheme", "id"),
    arguments=("table", "record", "scheme", "id"),
    columns=(
        ColumnSpec(
            "code",
            Kind.CODE,
            "made of the table, the scheme and the id",
            fixed=True,
            derived=True,
            longest=_LONGEST_IDENTIFIER,
        ),
        required(
            "table",
            Kind.CODE,
            "table of the record: " + ", ".join(spec.plural for spec in _IDENTIFIED),
            fixed=True,
            words=tuple((spec.plural, "") for spec in _IDENTIFIED),
            words_name="table",
        ),
        required("record", Kind.CODE, "code of the record", in_files="code"),
        required(
            "scheme",
            Kind.CODE,
            "who gives the identifier, e.g. iati, oc4ids, org-id or geonames",
            fixed=True,
            longest=_LONGEST_SCHEME,
        ),
        required("id", Kind.CODE, "the identifier", fixed=True),
        _WITHDRAWN,
    ),
)
IDENTIFIED_TABLES: Final[Mapping[str, str]] = {spec.plural: spec.name for spec in _IDENTIFIED}
"""The register of each table whose records can have identifiers."""
NAMING_BY_CODE: Final = frozenset({IDENTIFIER.name, *(spec.name for spec in ACTIVITY)})
"""The registers whose records name others by their codes alone, which no foreign key holds."""

REGISTERS: Final[dict[str, RegisterSpec]] = {
    spec.name: spec
    for spec in (
        *(UNIT, OFFICE, CITY, PROVIDER, PROJECT, NEED, OFFER, DEAL),
        *(RESTRICTION, EXEMPTION, BODY, SEAT, APPROACH),
        *(PARTNERSHIP, UNDERTAKING, CREDENTIAL),
        *(MEETING, ATTENDANCE, MOTION, TARGET),
        *(IDENTIFIER, *ACTIVITY, PHASE, INSTALMENT, LIMIT),
    )
}
"""Every register by name, each after those that its columns refer to."""


@cache
def by_plural() -> dict[str, RegisterSpec]:
    """Give the registers that have a canonical table of their own, by its name."""
    return {spec.plural: spec for spec in REGISTERS.values() if not spec.by_acts}


@cache
def versioned() -> dict[str, RegisterSpec]:
    """Give the registers whose records are kept in versions, by name."""
    return {spec.name: spec for spec in REGISTERS.values() if spec.versioned}


@cache
def origin_kinds() -> tuple[str, ...]:
    """Name the registers whose records others can name as what they came from."""
    return tuple(spec.name for spec in REGISTERS.values() if spec.is_origin)


def children_of(name: str) -> list[tuple[RegisterSpec, str]]:
    """Give the registers whose records stand under another's, each with the column that says so."""
    return [
        (spec, column)
        for spec in REGISTERS.values()
        for column in spec.parents
        if spec.references[column] == name
    ]


@cache
def code_prefixes() -> dict[str, str]:
    """Give what the codes begin with that the program makes: of records, and of proposals."""
    own = {spec.name: spec.prefix for spec in REGISTERS.values() if spec.prefix is not None}
    return {**own, "proposal": "MAT"}
