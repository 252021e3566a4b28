"""A receipt says what was recorded: every term of what is new, and each change before and after."""

from __future__ import annotations

from officer import Officer


def test_a_new_project_says_its_city_office_sector_and_needs(fund: Officer) -> None:
    words = "project add 'Tram line 1' --code P9 --city mhd --sector transport.urban"
    receipt = fund.asks(f"{words} --need 'expertise 40 person-day metro' --need 'money ? EUR'")
    recorded = receipt["recorded"]
    needs = recorded.pop("needs")
    assert recorded == {
        "code": "P9",
        "title": "Tram line 1",
        "city": "MHD",
        "office": "asia",
        "sector": "transport.urban",
        "status": "identification",
        "weight": 1,
    }
    assert needs[0] == {
        "code": "N-0005",
        "project": "P9",
        "factor": "expertise",
        "topic": "metro",
        "quantity": "40.00",
        "unit": "person-day",
        "declared_on": "2026-11-23",
        "divisible": True,
    }
    assert (needs[1]["quantity"], needs[1]["unit"]) == (None, "EUR")
    said = fund.says("project add 'Tram line 2' --city MHD --sector transport --need 'money ? EUR'")
    assert "  title: Tram line 2; city: MHD; office: asia; sector: transport;" in said
    assert "need N-0007: factor: money; quantity: not known yet, in EUR;" in said


def test_a_new_offer_says_every_term(fund: Officer) -> None:
    mandate = "--topics metro,tram --countries IR,PK --min-ticket '1M USD' --max-share 0.50"
    receipt = fund.asks(f"offer add EDB money '20M USD' {mandate} --valid-until 2027-06-30")
    assert receipt["recorded"] == {
        "code": "O-0003",
        "provider": "EDB",
        "factor": "money",
        "topics": ["metro", "tram"],
        "quantity": "20000000.00",
        "unit": "USD",
        "declared_on": "2026-11-23",
        "valid_until": "2027-06-30",
        "countries": ["IR", "PK"],
        "min_ticket": "1000000.00",
        "max_share": "0.50",
    }
    said = fund.says(f"offer add EDB money '20M USD' {mandate}")
    assert "topics: metro, tram; quantity: 20,000,000.00 USD;" in said


def test_an_edit_says_each_term_before_and_after(fund: Officer) -> None:
    edited = fund.asks("city edit MHD --population 3300000 --name-local مشهد --name Mashhad")
    assert edited["changes"] == {"name_local": [None, "مشهد"], "population": [None, 3300000]}
    assert "recorded" not in edited
    offer = fund.asks("offer edit O-0001 --quantity '120M EUR' --sectors health")
    assert offer["changes"] == {
        "sectors": [["transport"], ["health"]],
        "quantity": ["100000000.00", "120000000.00"],
    }
    assert fund.asks("need edit N-0004 --quantity '5 IRR'")["changes"] == {
        "quantity": [None, "5.00"]
    }
    said = fund.says("offer edit O-0001 --sectors ''")
    assert "  sectors: health → none" in said
    assert fund.asks("provider retire MBL")["changes"] == {"withdrawn": [False, True]}
    assert fund.asks("project cancel PRJ-0001")["changes"] == {
        "status": ["identification", "cancelled"]
    }


def test_a_rate_says_its_figure_and_the_one_it_replaces(fund: Officer) -> None:
    added = fund.asks("rates add EUR USD 1.10 --on 2026-11-20 --source 'the bank'")
    assert added["recorded"] == {
        "date": "2026-11-20",
        "base": "EUR",
        "quote": "USD",
        "rate": "1.10",
        "source": "the bank",
    }
    again = fund.asks("rates add EUR USD 1.2 --on 2026-11-20 --reason misread")
    assert again["changes"] == {"rate": ["1.10", "1.2"]}


def test_an_act_says_its_day_reference_and_the_terms_of_the_deal(fund: Officer) -> None:
    act = "deal introduce O-0001 N-0001 '1M EUR' --until 2026-12-31 --on 2026-11-02"
    recorded = fund.asks(f"{act} --reference 'Letter 4' --note first")["recorded"]
    assert recorded == {
        "act": "introduce",
        "quantity": "1000000.00",
        "unit": "EUR",
        "effective_on": "2026-11-02",
        "reference": "Letter 4",
        "offer": "O-0001",
        "need": "N-0001",
        "rate": "1",
        "held_until": "2026-12-31",
        "note": "first",
    }
    committed = fund.asks("deal commit D-0001 --reference 'Letter 5' --reason signed")["recorded"]
    assert (committed["quantity"], committed["reason"]) == ("1000000.00", "signed")
    edited = fund.asks("deal edit D-0001 --due 2027-01-31 --note ''")
    assert edited["changes"] == {"due_on": [None, "2027-01-31"], "note": ["first", None]}


def test_a_receipt_that_is_replayed_says_the_same(fund: Officer) -> None:
    first = fund.asks("city add Lahore --code LHE --country PK --key k1")
    again = fund.asks("city add Lahore --code LHE --country PK --key k1")
    assert again == {**first, "replayed": True}


def test_an_act_on_a_quantity_says_what_was_recorded(fund: Officer) -> None:
    line = "need withdraw N-0001 '10M EUR' --on 2026-11-02 --reason 'a smaller plan'"
    act = {
        "act": "withdraw",
        "quantity": "10000000.00",
        "unit": "EUR",
        "effective_on": "2026-11-02",
        "reason": "a smaller plan",
    }
    receipt = fund.asks(line)
    assert receipt["recorded"] == act
    assert "changes" not in receipt
    back = fund.asks(f"journal reverse {receipt['entry']} --yes --reason slip")["recorded"]
    assert (back["act"], back["quantity"], back["reverses"], back["reason"]) == (
        "reverse",
        "10000000.00",
        receipt["entry"],
        "slip",
    )
    ended = fund.asks("offer withdraw O-0001 --yes")
    assert ended["recorded"]["quantity"] == "100000000.00"
    assert ended["changes"] == {"withdrawn": [False, True]}
    said = fund.says("offer reinstate O-0001")
    assert "act: reinstate; quantity: 100,000,000.00 EUR; effective on: 2026-11-23" in said
    assert "  withdrawn: yes → no" in said


def test_a_correction_says_the_act_as_meant_and_what_it_changes(fund: Officer) -> None:
    held = fund.asks("deal introduce O-0001 N-0001 '1M EUR' --until 2026-12-31 --on 2026-11-02")
    line = f"journal correct {held['entry']} --quantity '2M EUR' --on 2026-11-03"
    receipt = fund.asks(f"{line} --reference 'Letter 4' --reason misread")
    recorded = receipt["recorded"]
    assert (recorded["act"], recorded["quantity"], recorded["reason"]) == (
        "introduce",
        "2000000.00",
        "misread",
    )
    assert receipt["changes"] == {
        "quantity": ["1000000.00", "2000000.00"],
        "effective_on": ["2026-11-02", "2026-11-03"],
        "reference": [None, "Letter 4"],
    }
    number = fund.asks("need edit N-0001 --quantity '50M EUR'")["entry"]
    total = fund.asks(f"journal correct {number} --quantity '40M EUR' --reason misread")
    assert total["recorded"]["quantity"] == "40000000.00"
    assert total["changes"] == {"quantity": ["50000000.00", "40000000.00"]}


def test_amounts_that_change_are_grouped_and_carry_the_unit(fund: Officer) -> None:
    said = fund.says("need edit N-0001 --quantity '40M EUR'")
    assert "  quantity: 90,000,000.00 EUR → 40,000,000.00 EUR" in said
    said = fund.says("offer edit O-0001 --min-ticket '1M EUR'")
    assert "  min ticket: none → 1,000,000.00 EUR" in said
    said = fund.says("need edit N-0004 --quantity '5000 IRR'")
    assert "  quantity: not known yet, in IRR → 5,000.00 IRR" in said
    said = fund.says("city edit MHD --population 3300000")
    assert "  population: none → 3300000" in said
    mandate = "--min-ticket '1M USD' --max-ticket '2M USD'"
    said = fund.says(f"offer add EDB money '20M USD' {mandate}")
    assert "min ticket: 1,000,000.00 USD; max ticket: 2,000,000.00 USD" in said


def test_a_rate_withdrawn_and_a_topic_renamed_say_why(fund: Officer) -> None:
    fund.says("rates add EUR USD 1.10 --on 2026-11-20 --reason 'the bank'")
    gone = fund.asks("rates withdraw EUR USD 2026-11-20 --reason misread")
    assert gone["recorded"] == {
        "date": "2026-11-20",
        "base": "EUR",
        "quote": "USD",
        "reason": "misread",
    }
    renamed = fund.asks("topic rename metro subway --yes --reason spelling")
    assert renamed["recorded"] == {"reason": "spelling"}
    assert renamed["changes"] == {"topic": ["metro", "subway"]}
