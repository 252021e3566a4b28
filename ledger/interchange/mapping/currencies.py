"""The currency that an amount of a foreign file is written with, beside the unit of its row."""

from __future__ import annotations

import re
from typing import Final

from ledger.core.quantity import CURRENCY_SIGNS
from ledger.interchange.mapping.problems import BadCell
from ledger.reference.units import iso4217_units

_OF_SHARED_SIGNS: Final = {
    "$": (
        "ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD "
        "NIO NZD SBD SGD SRD TOP TTD TWD USD UYU WST XCD"
    ),
    "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY",
    "₩": "KPW KRW",
    "₡": "CRC SVC",
    "﷼": "IRR OMR QAR SAR YER",
}
"""The currencies that share a sign, by the short symbols of Unicode's CLDR."""

_SIGN: Final = f"[{''.join((*CURRENCY_SIGNS, *_OF_SHARED_SIGNS))}]"
SIGNS: Final = re.compile(rf"(?<![0-9]){_SIGN}|{_SIGN}(?![0-9])")
"""Signs of currencies; none between digits, where 1200$50 has a sign for its decimal point."""

_CODES: Final = r"^[A-Z]{3}(?=\s?[^A-Za-z]*[0-9])|(?<=[0-9)])\s?[A-Z]{3}$"
_SIGN_OR_CODE: Final = re.compile(rf"{SIGNS.pattern}|{_CODES}")
has_currency: Final = _SIGN_OR_CODE.search
"""Says whether an amount is written with the sign of a currency, or with a code at one end."""


def without_currency(column: str, text: str, unit: str) -> str:
    """Give an amount without the sign and the code of its currency.

    Raises `BadCell` where the unit is another one. A sign that several currencies share is of
    each of them, and letters that are no code of ISO 4217 stay.
    """

    def nothing(match: re.Match[str]) -> str:
        word = match[0].strip()
        codes = CURRENCY_SIGNS.get(word) or _OF_SHARED_SIGNS.get(word) or word
        if word == codes and word not in iso4217_units():
            return match[0]
        if unit and unit.upper() not in codes.split():
            what = f"{text!r} is not in {unit}, which its row is counted in."
            raise BadCell(column, "other-currency", what, "Correct the amount, or the unit.")
        return ""

    return _SIGN_OR_CODE.sub(nothing, text).strip()
