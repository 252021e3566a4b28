"""Every bad cell is a clear error at its file, line and column, and all of them are given."""

import pytest
from importing import WORLD, problems

from ledger.interchange.problems import ImportRefused

NEEDS = "code,project,factor,quantity,unit,declared_on,needed_by,divisible,instruments\n"
OFFERS = (
    "code,provider,factor,quantity,unit,valid_from,valid_until,min_ticket,max_ticket,max_share,"
    "condition,countries,regions,sectors,cities\n"
)
DEALS = "code,offer,need,act,quantity,unit,effective_on,held_until,from_stage,reverses,rate\n"
INTRODUCED = "D-9,O-1,N-1,introduced,1,EUR,2026-05-01,,,,\n"


def only_problem(table: str, header: str, row: str):
    (problem,) = problems({**WORLD, table: header + row})
    assert problem.what
    assert problem.file == f"{table}.csv"
    return problem


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("N-9,PRJ-9,money,1,EUR,,,,", "project", "unknown-code"),
        ("N-9,PRJ-1,monney,1,EUR,,,,", "factor", "unknown-word"),
        ("N-9,PRJ-1,money,1,EUX,,,,", "unit", "unknown-unit"),
        ("N-9,PRJ-1,money,1,km,,,,", "unit", "wrong-unit"),
        ("N-9,PRJ-1,expertise,1,EUR,,,,", "unit", "wrong-unit"),
        ("N-9,PRJ-1,money,-1,EUR,,,,", "quantity", "negative-quantity"),
        ("N-9,PRJ-1,money,0,EUR,,,,", "quantity", "zero-quantity"),
        ('N-9,PRJ-1,money,"1,5",EUR,,,,', "quantity", "ambiguous-number"),
        ("N-9,PRJ-1,money,1e5,EUR,,,,", "quantity", "exponent-notation"),
        ("N-9,PRJ-1,money,1.005,EUR,,,,", "quantity", "too-many-decimals"),
        ("N-9,PRJ-1,money,99999999999999999,EUR,,,,", "quantity", "quantity-too-large"),
        ("N-9,PRJ-1,money,5 EUR,EUR,,,,", "quantity", "unit-in-amount"),
        ("N-9,PRJ-1,money,1,EUR,2026-11-24,,,", "declared_on", "future-date"),
        ("N-9,PRJ-1,money,1,EUR,24/11/2026,,,", "declared_on", "bad-date"),
        ("N-9,PRJ-1,money,1,EUR,,2026-02-30,,", "needed_by", "bad-date"),
        ("N-9,PRJ-1,money,1,EUR,,,perhaps,", "divisible", "not-yes-no"),
        ("N-9,PRJ-1,money,1,EUR,,,,gift", "instruments", "unknown-instrument"),
        ("N 9,PRJ-1,money,1,EUR,,,,", "code", "bad-code"),
        (f"{'N' * 65},PRJ-1,money,1,EUR,,,,", "code", "bad-code"),
        (",PRJ-1,money,1,EUR,,,,", "code", "missing-value"),
        ("N-9,PRJ-1,money,1,,,,,", "unit", "missing-value"),
    ],
)
def test_a_bad_need(row: str, column: str, code: str):
    problem = only_problem("needs", NEEDS + "N-1,PRJ-1,money,9,EUR,2026-01-10,,,\n", row)
    assert (problem.line, problem.column, problem.code) == (3, column, code)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("O-9,EDX,money,1,EUR,,,,,,,,,,", "provider", "unknown-code"),
        ("O-9,EDF,money,,EUR,,,,,,,,,,", "quantity", "missing-value"),
        ("O-9,EDF,money,1,EUR,2026-05-02,2026-05-01,,,,,,,,", "valid_until", "out-of-order"),
        ("O-9,EDF,money,9,EUR,,,5,4,,,,,,", "max_ticket", "out-of-order"),
        ("O-9,EDF,money,9,EUR,,,,,1.5,,,,,", "max_share", "out-of-range"),
        ("O-9,EDF,money,9,EUR,,,,,50%,,,,,", "max_share", "bad-number"),
        ("O-9,EDF,money,9,EUR,,,,,,compleet,,,,", "condition", "unknown-word"),
        ("O-9,EDF,money,9,EUR,,,,,,,UK,,,", "countries", "unknown-country"),
        ("O-9,EDF,money,9,EUR,,,,,,,,Souther Asia,,", "regions", "unknown-region"),
        ("O-9,EDF,money,9,EUR,,,,,,,,,transport.urbn,", "sectors", "unknown-sector"),
        ("O-9,EDF,money,9,EUR,,,,,,,,,,SMP;XXX", "cities", "unknown-code"),
    ],
)
def test_a_bad_offer(row: str, column: str, code: str):
    offers = OFFERS + "O-1,EDF,money,9,EUR,,,,,,,,,,\n"
    (problem,) = problems({**WORLD, "offers": offers + row, "deals": DEALS})
    assert (problem.line, problem.column, problem.code) == (3, column, code)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("D-8,O-9,N-1,introduced,1,EUR,2026-05-02,,,,", "offer", "unknown-code"),
        ("D-8,O-1,N-9,introduced,1,EUR,2026-05-02,,,,", "need", "unknown-code"),
        ("D-9,O-1,N-1,promised,1,EUR,2026-05-02,,,,", "act", "unknown-word"),
        ("D-9,O-1,N-1,introduced,1,USD,2026-05-02,,,,", "unit", "wrong-unit"),
        ("D-9,O-1,N-1,introduced,1,EUR,2026-11-24,,,,", "effective_on", "future-date"),
        ("D-9,O-1,N-1,introduced,1,EUR,2026-01-20,,,,", "effective_on", "before-declaration"),
        ("D-9,O-1,N-1,introduced,1,EUR,2026-05-02,2026-05-01,,,", "held_until", "out-of-order"),
        ("D-9,O-1,N-1,introduced,1,EUR,2026-05-01,,,,", "reference", "twice"),
        ("D-8,O-1,N-1,delivered,1,EUR,2026-05-02,,,,", "code", "deal-not-opened"),
        ("D-9,O-1,N-1,delivered,1,EUR,2026-05-02,,committed,,", "from_stage", "out-of-place"),
        ("D-9,O-1,N-1,reversed,1,EUR,2026-05-02,,,,", "reverses", "missing-value"),
        ("D-9,O-1,N-1,reversed,1,EUR,2026-05-02,,,7,", "reverses", "unknown-sequence"),
        ("D-9,O-1,N-1,committed,1,EUR,2026-05-02,,,,0", "rate", "out-of-range"),
    ],
)
def test_a_bad_act_of_a_deal(row: str, column: str, code: str):
    problem = only_problem("deals", DEALS + INTRODUCED, row)
    assert (problem.line, problem.column, problem.code) == (3, column, code)


def test_a_deal_keeps_its_terms_in_every_row():
    first = INTRODUCED + "D-9,O-1,N-1,committed,1,EUR,2026-05-02,,,,1.2\n"
    row = "D-9,O-1,N-1,delivered,1,EUR,2026-05-03,,,,1.3"
    assert only_problem("deals", DEALS + first, row).code == "other-terms"


@pytest.mark.parametrize(
    ("table", "header", "row", "column", "code"),
    [
        ("cities", "code,name,country\n", "X,Ex,ZZ", "country", "unknown-country"),
        ("cities", "code,name,country,office\n", "X,Ex,IR,mars", "office", "unknown-code"),
        ("cities", "code,name,country,population\n", "X,Ex,IR,1.5", "population", "not-whole"),
        ("cities", "code,name,country,population\n", "X,Ex,IR,9.000", "population", "not-whole"),
        ("cities", "code,name,country,member_since\n", "X,Ex,IR,98", "member_since", "bad-date"),
        ("cities", "code,name,country\n", "X,E\x07x,IR", "name", "control-character"),
        ("providers", "code,name,kind\n", "X,Ex,club", "kind", "unknown-word"),
        ("projects", "code,title,city,sector\n", "X,Ex,SMQ,transport", "city", "unknown-code"),
        (
            "projects",
            "code,title,city,sector,status\n",
            "X,Ex,SMP,transport,dreamt",
            "status",
            "unknown-status",
        ),
        (
            "projects",
            "code,title,city,sector,weight\n",
            "X,Ex,SMP,transport,101",
            "weight",
            "out-of-range",
        ),
        ("rates", "date,base,quote,rate\n", "2026-01-02,EUR,km,1", "quote", "wrong-unit"),
        ("rates", "date,base,quote,rate\n", "2026-01-02,EUR,EUR,1", "quote", "same-currency"),
        ("rates", "date,base,quote,rate\n", "2027-01-02,EUR,USD,1", "date", "future-date"),
        ("units", "code,decimals\n", "tram,9", "decimals", "out-of-range"),
    ],
)
def test_a_bad_row_of_another_table(table: str, header: str, row: str, column: str, code: str):
    world = {"cities": WORLD["cities"], table: header + row}
    (problem,) = problems(world)
    assert (problem.line, problem.column, problem.code) == (2, column, code)


def test_nearest_words_are_suggested():
    world = {**WORLD, "needs": NEEDS + "N-1,PRJ-11,money,1,EUR,,,,\nN-2,PRJ-1,mony,1,EUR,,,,\n"}
    said = " ".join(problem.next for problem in problems({**world, "deals": DEALS}))
    assert "Did you mean PRJ-1?" in said
    assert "Did you mean money?" in said


@pytest.mark.parametrize(
    ("table", "text", "column", "code"),
    [
        ("meetings", "code,body,name,from,until\nM,B,May,,2026-05-02\n", "from", "missing-value"),
        (
            "approaches",
            "code,need,provider,sent_on,answer_by\nA,N-1,EDF,,2026-05-02\n",
            "sent_on",
            "missing-value",
        ),
        (
            "targets",
            "code,body,measure,value,by\nT,B,deciding,much,2027-01-01\n",
            "value",
            "bad-number",
        ),
    ],
)
def test_what_is_missing_or_bad_is_compared_with_nothing(
    table: str, text: str, column: str, code: str
):
    bodies = "code,name,kind\nB,Board,board\n"
    (problem,) = problems({**WORLD, "bodies": bodies, table: text})
    assert (problem.line, problem.column, problem.code) == (2, column, code)


def test_a_code_twice_names_the_first_place():
    world = {**WORLD, "cities": WORLD["cities"] + "SMP,Again,IR\n"}
    (problem,) = problems(world)
    assert (problem.code, problem.line) == ("twice", 4)
    assert "cities.csv:2" in problem.what


def test_every_bad_row_of_every_file_is_reported_once_and_nothing_else():
    world = {
        **WORLD,
        "cities": "code,name,country\nSMP,Simapolis,ZZ\nMHD,Mashhad,IR\n",
        "needs": WORLD["needs"] + "N-3,PRJ-7,money,1,EUR,\nN-4,PRJ-1,money,-4,EUR,2027-01-01\n",
        "deals": WORLD["deals"] + "D-2,O-1,N-4,introduced,5,EUR,2026-05-01,,\n",
    }
    # The project of the bad city and the deal on the bad need are not at fault themselves.
    assert sorted((p.file, p.line, p.column) for p in problems(world)) == [
        ("cities.csv", 2, "country"),
        ("needs.csv", 4, "project"),
        ("needs.csv", 5, "declared_on"),
        ("needs.csv", 5, "quantity"),
    ]


def test_a_table_that_could_not_be_read_puts_no_blame_on_others():
    (problem,) = problems({**WORLD, "cities": "code;name;country\nSMP;Simapolis;IR\n"})
    assert problem.code == "not-commas"


def test_a_refusal_carries_them_all():
    found = problems({**WORLD, "rates": "date,base,quote,rate\nx,EUR,USD,y\n"})
    error = ImportRefused(found)
    assert error.what == "2 problems in 1 file"
    assert len(error.lines()) == 2
    assert error.lines()[0].startswith("rates.csv:2 date: 'x' is not a date.")
