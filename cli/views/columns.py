"""The columns of every screen: one catalogue of fields, from which each view selects.

A field has one kind and one usual heading on every screen. Without an entry here it is a
text, and its heading is made from its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, Final

from ledger.reports.table import Column

_KEYS: Final = {
    "code": """
        act asker bar base city code country deal eligible exemption exemptions factor finding
        from_text giver kind level mark need offer offer_unit office outcome partnership project
        proposal provider quote root restriction sample sector state status subject trend unit
        with_city
    """,
    "date": """
        answer_by answered_on as_of changed_at committed_on date day declined_on delivered_on
        due_on effective_on first_day held_on held_until interested_on last_day needed_by
        not_before offered_on opened_at rate_date recorded_at review_on sealed_at
        sent_on superseded_at valid_until when
    """,
    "partial": "closed_on done_on ended from member_since newest_trace opened_on signed until",
    "number": """
        active age_days answer_due approaches asked base_counted bound busy cities complete
        counted coverage covered credentials days days_late days_left days_of deals deals_given
        decimals declined done due eligible_offers entry examined gets_text gives_text in_force
        interested late leaves level_1_at_least level_1_at_most level_1_rise level_1_text
        level_2_at_least level_2_at_most level_2_rise level_2_text likeness line lines meetings
        most_days_late needs needs_covered new newly_barred not_counted of_before of_sent
        offer_fits offer_lapsed offers offers_counted open_text openings others pairs partnerships
        population_ratio projects proposal_line rank ranked rate request reverses seal seconds
        served_cities share_delivered share_used size sleeping step_text taken_up takes
        then_text ties today_text undertakings unknown version weight without_outcome
        without_rate
    """,
    "figure": "difference ours theirs",
    "figures": "gaps quantities",
    "amount": """
        alone available available_base closed committed delivered delivered_base expired gap
        gap_base gets gives held idle lapsing max_ticket min_ticket need_left net net_base
        offer_committed offer_delivered offer_gives offer_held offer_left offer_quantity offered
        open outstanding overdue promised promised_base quantity required stays_open
        stays_with_offer then today total withdrawn
    """,
}
"""The kinds of fields that are no plain text."""
_KINDS: Final = {key: kind for kind, keys in _KEYS.items() for key in keys.split()}
_TITLES: Final = {
    "about": "Subject",
    "actor": "By",
    "age_days": "Age (days)",
    "base_counted": "Counted in base",
    "changed_at": "Since",
    "city": "City code",
    "city_name": "City",
    "command": "Suggested command",
    "country_name": "Country",
    "due_on": "Due",
    "effective_on": "Date",
    "eligible_offers": "Fit",
    "gap_base": "Gap in base",
    "instruments": "Accepted instruments",
    "key": "Request key",
    "leaves": "New leaves",
    "giver": "City that could give",
    "asker": "City that needs",
    "mark": "Seal to store elsewhere",
    "name_local": "Local name",
    "not_counted": "Unknown",
    "newest_trace": "Newest trace",
    "opened_at": "Opened",
    "over_said": "State",
    "provider_name": "Provider",
    "rate_exact": "Exact rate",
    "recorded_at": "Recorded",
    "road": "Derivation",
    "said": "Description",
    "sealed_at": "Sealed",
    "standing": "Status",
    "takes": "Possible now",
    "when": "Recorded",
    "why_not": "Blocked by",
    "why_text": "Why not more",
    "with_city": "With code",
    "with_city_name": "With",
    "with_text": "Would fit with",
}
_ABSENT: Final = {"instruments": "any"}
_FIELD = re.compile(
    r"(?P<hidden>\()?(?P<key>\w+)(?P<missing>\?)?(?:\[(?P<unit>\w+)\])?"
    r"(?P<wraps>~)?(?::(?P<spare>\d))?\)?"
)


def columns(fields: str, **titles: str) -> list[Column]:
    """Make the columns of fields: `deal (note) gap?[unit] ours~ actor:2`.

    `titles` replace headings. A field in parentheses is left out for people. `?` shows a missing
    value as unknown, `[unit]` puts that field behind the value, and `~` lets a code be broken
    over lines. `:2` is the `spare`: where space is short, the highest are left out first.
    """
    return [_column(field, titles) for field in fields.split()]


def _column(field: str, titles: dict[str, str]) -> Column:
    match = _FIELD.fullmatch(field)
    assert match is not None, field
    key = match["key"]
    heading = re.sub("_(text|said)$", "", key).replace("_", " ").capitalize()
    return Column(
        key,
        titles.get(key, _TITLES.get(key, heading)),
        kind="text" if match["wraps"] else _KINDS.get(key, "text"),
        unit=match["unit"],
        absent="unknown" if match["missing"] else _ABSENT.get(key, ""),
        table=not match["hidden"],
        spare=int(match["spare"] or 0),
        absent_by="quantity_absent" if match["missing"] else "",
        measured_in=_measured_in(key),
    )


def _measured_in(key: str) -> str:
    if key.startswith("offer_"):
        return "offer_unit"
    return "base_currency" if key.endswith("_base") else "unit"


def attributes(record: object, names: str) -> dict[str, Any]:
    """Return the named attributes of a record, as a part of its row: two or more of them."""
    keys, values_of = _getter(names)
    return dict(zip(keys, values_of(record), strict=True))


@cache
def _getter(names: str) -> tuple[list[str], Callable[[object], tuple[Any, ...]]]:
    """Split the names once: a list has as many rows as there are records."""
    keys = names.split()
    return keys, attrgetter(*keys)
