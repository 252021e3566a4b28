"""Lists of cities and providers: apart from single ones, which load the views of all about them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cli.framework.register_commands import Listing, withdrawn
from cli.views.columns import columns
from cli.views.register import register_row
from ledger.registers.table import CITY, PROVIDER

if TYPE_CHECKING:
    from ledger.registers.records import City
    from ledger.store.session.snapshot import Snapshot

_CITY_LIST = columns(
    "code name name_local country_name:2 office:1 member:3 member_since:3", code="City"
)
_PROVIDER_LIST = columns(
    "code name kind country_name city offers sample", code="Provider", city="Member city"
)


def city_row(snapshot: Snapshot, city: City) -> dict[str, Any]:
    """Return the row of a city; whether it is a member, and since when, is said for the day."""
    return {
        **register_row(snapshot, CITY, city),
        "member": snapshot.is_member(city),
        "member_since": snapshot.memberships.since_of(city),
    }


def list_cities(snapshot: Snapshot) -> Listing:
    """List the cities."""
    rows = [city_row(snapshot, one) for one in snapshot.records("city").values()]
    return Listing(rows, _CITY_LIST, hides=withdrawn)


def list_providers(snapshot: Snapshot) -> Listing:
    """List the providers, with how many offers each has made."""
    of = Counter(offer.provider for offer in snapshot.records("offer").values())
    rows = [
        {**register_row(snapshot, PROVIDER, one), "offers": of[one.code]}
        for one in snapshot.records("provider").values()
    ]
    return Listing(rows, _PROVIDER_LIST, more=["offers"], hides=withdrawn)
