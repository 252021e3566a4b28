"""Refusals of codes that are in no reference table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from ledger.core.errors import InvalidInput
from ledger.core.quantity_errors import quote_text


class UnknownReference(InvalidInput, code="unknown-reference"):
    """Base of the refusals of a code that a reference table lacks. It is never raised itself."""

    table: ClassVar[str] = "the table"

    @classmethod
    def of(cls, text: str, names: Mapping[str, str]) -> Self:
        """Build the refusal of `text`, suggesting the nearest of `names` (code to name)."""
        near = nearest_entries(text, names)
        suggestion = f"Did you mean {near}?" if near else None
        if not near and "," in text:
            suggestion = (
                f'Write several in quotes, separated by semicolons: "{text.replace(",", ";")}".'
            )
        return cls(f"{quote_text(text)} is not in {cls.table}.", next_step=suggestion)


class UnknownCountry(UnknownReference, code="unknown-country"):
    """The country is not an ISO 3166 code."""

    table = "ISO 3166"
    default_why = "Countries are named by their two or three letters in ISO 3166."
    default_next = "Give a code such as IR, FRA or BR."


class UnknownRegion(UnknownReference, code="unknown-region"):
    """The region is not a UN M49 code or name."""

    table = "UN M49"
    default_why = "Regions are named by their code or English name in UN M49."
    default_next = "Give a code or name such as 034 or Southern Asia."


class UnknownSector(UnknownReference, code="unknown-sector"):
    """The sector is not an OC4IDS projectSector code."""

    table = "the OC4IDS project sectors"
    default_why = "Sectors are named by their OC4IDS projectSector code."
    default_next = "Give a code such as transport.urban or waterAndWaste."


class UnknownStatus(UnknownReference, code="unknown-status"):
    """The project status is not an OC4IDS projectStatus code."""

    table = "the OC4IDS project statuses"
    default_why = "Statuses are named by their OC4IDS projectStatus code."
    default_next = "Give a code such as identification, preparation or implementation."


class UnknownInstrument(UnknownReference, code="unknown-instrument"):
    """The instrument is not in the fund's list."""

    table = "the list of instruments"
    default_why = "Instruments come from the fund's list."
    default_next = "Give a code such as grant, loan or in-kind."


class UnknownSeatRole(UnknownReference, code="unknown-seat-role"):
    """The role is not in the list of roles of seats."""

    table = "the list of roles"
    default_why = "Roles of seats come from a list, in which each has its step."
    default_next = "Give a role such as member, adviser, host, board or candidate."


class NoOfficeForCountry(InvalidInput, code="no-office-for-country"):
    """The country is in no office's regions."""

    default_why = "A country's office is found by the UN M49 regions of the offices."
    default_next = "Give the office."


def nearest_entries(text: str, names: Mapping[str, str]) -> str:
    """Return up to three entries whose code or name is close to `text`; empty if none is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something went wrong

    key = text.strip().casefold()
    labels = {code.casefold(): code for code in names}
    labels |= {name.casefold(): code for code, name in names.items()}
    if key in labels:  # an exact name: no other suggestion
        return f"{labels[key]} ({names[labels[key]]})"
    close = dict.fromkeys(labels[word] for word in get_close_matches(key, labels, n=3, cutoff=0.6))
    return " or ".join(f"{code} ({names[code]})" for code in close)
