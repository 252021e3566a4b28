"""What a tired officer types wrong, and the next step that the refusal offers."""

from __future__ import annotations

import pytest
from officer import Officer

MISTYPED = [
    ("need add PRJ-0001 money 40M EUR", 2, ('"40M EUR"', "unexpected argument: EUR")),
    ("project add X --city MHD --sector transport --need money 40M EUR", 2, ('"money 40M EUR"',)),
    (
        "project add X --city MHD --sector transport --need money 4 EUR --need money 5 EUR",
        2,
        ('--need "money 4 EUR"',),
    ),
    ("export ''", 2, ("PATH is empty",)),
    ("db backup ''", 2, ("FILE is empty",)),
    ("gaps --output ''", 2, ("--output is empty", "omit it")),
    ("gaps --where ''", 2, ("--where is empty",)),
    ("deal deliver D-0001 ''", 3, ("The quantity is empty",)),
    ("need withdraw N-0001 --reason ''", 2, ("--reason is empty",)),
    ("offer add EDB money '9M EUR' --note ''", 2, ("--note is empty",)),
    ("city add New York --country US", 2, ('"New York"',)),
    ("offer add EDB money '9M EUR' --min-ticket 1M EUR", 2, ('--min-ticket "1M EUR"',)),
    ("deal introduce O-0001 N-0001 60 EUR --until 2027-01-31", 2, ('"60 EUR"',)),
    ("city show MHD LHE", 2, ("city show --help", "It takes CITY")),
    ("city list MHD", 2, ("options only",)),
    ("city add X --local-name Y --country IR", 2, ("Did you mean --name-local?",)),
    ("office add mena --name X", 2, ("office add NAME",)),
    ("office add Mena", 2, ("Add --code CODE",)),
    ("need withdraw N-0001 --again", 2, ("See cityfund need withdraw --help.",)),
    ("need add PRJ-0001 expertise '-5 person-day'", 2, ("positive", "Omit the sign")),
    ("deal introduce O-0001 N-0001", 2, ("deal introduce OFFER NEED QUANTITY",)),
    ("deal introduce N-0001 O-0001 '1 EUR' --until 2027-01-31", 5, ("the code of a need",)),
    ("need add PRJ-0001 expertise '120 days'", 3, ("Did you mean person-day?",)),
    ("need add PRJ-0001 money '120 person-day'", 3, ("QUANTITY: person-day is no unit",)),
    ("need add PRJ-0001 money '4M EUR' --needed-by 1206-01-01", 3, ("Gregorian", "Jalali")),
    ("offer expire O-0001", 4, ("cityfund offer withdraw O-0001",)),
    ("import nothing.csv", 74, ("No such file",)),
]


@pytest.mark.parametrize(("line", "code", "words"), MISTYPED)
def test_the_refusal_says_what_to_type(
    fund: Officer, line: str, code: int, words: tuple[str, ...]
) -> None:
    fund.refused(line, code, *words)
