"""The register of credentials: outside evidence of a city's standing in a topic.

A credential is a fact that somebody outside published, with its source: a grade that was given,
or one figure of a measure. What a city's standing is on a day is computed from them and from what
it delivered and offers; see `ledger.exchanges`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

if TYPE_CHECKING:
    from ledger.core.partial_dates import PartialDate

HIGHER: Final = "higher"
LOWER: Final = "lower"
BETTER: Final = (
    (HIGHER, "the higher value is the better one"),
    (LOWER, "the lower value is the better one"),
)
MEASURED: Final = ("measure", "value", "unit", "better")
"""The columns of a credential that is a figure; one that is a grade has none of them."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Outside evidence of a city's standing in a topic: a grade, or one figure of a measure.

    `as_of` and `until` are years, months or days, as they were written; a credential without
    `as_of` is of a time that is not known.
    """

    code: str
    city: str
    topic: str
    what: str
    source: str
    grade: str | None = None
    measure: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    better: str | None = None
    as_of: PartialDate | None = None
    until: PartialDate | None = None


CREDENTIAL: Final = RegisterSpec(
    name="credential",
    plural="credentials",
    help="Credentials: outside evidence of a city's standing in a topic.",
    record="ledger.registers.credentials:Credential",
    prefix="CR",
    title="what",
    is_origin=True,
    dated_by="as_of",
    parents=("city",),
    arguments=("city", "topic", "what"),
    columns=(
        required("code", Kind.CODE, "the unique code, short and readable", fixed=True),
        required("city", Kind.CODE, "code of the city", fixed=True, register="city"),
        ColumnSpec("city_name", Kind.SHOWN, "the city's name", name_of="city"),
        required("topic", Kind.TEXT, "topic, e.g. bus-rapid-transit"),
        required("what", Kind.TEXT, "what was graded or measured, e.g. a corridor"),
        ColumnSpec("grade", Kind.TEXT, "the grade that was given, e.g. gold; or a measure instead"),
        ColumnSpec("measure", Kind.TEXT, "what is measured, e.g. passengers a day"),
        ColumnSpec("value", Kind.DECIMAL, "the figure, exactly as it was published"),
        ColumnSpec("unit", Kind.TEXT, "the unit of the figure, e.g. passengers"),
        ColumnSpec(
            "better",
            Kind.CODE,
            "higher or lower: which value of the measure is the better one",
            words=BETTER,
            words_name="direction",
        ),
        ColumnSpec(
            "as_of",
            Kind.PARTIAL_DATE,
            "year, month or date that it is about",
            past=True,
        ),
        ColumnSpec(
            "until",
            Kind.PARTIAL_DATE,
            "year, month or date after which it no longer holds",
            not_before="as_of",
        ),
        required("source", Kind.TEXT, "who published it, and where"),
    ),
)
