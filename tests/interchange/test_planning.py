"""What an import would do: add, edit, revise, post, or nothing at all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from importing import EMPTY, WORLD, carried_out, plan, problems

from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.interchange.planning.steps import (
    Add,
    Edit,
    Holdings,
    ImportPlan,
    ImportStep,
    Revise,
    Same,
)
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.journal.entries import Act
from ledger.registers.records import City


@pytest.fixture
def ledger():
    return carried_out(plan(WORLD))


def changing(done: ImportPlan) -> list[ImportStep]:
    return [step for step in done.steps if not isinstance(step, Same)]


def test_an_abridged_plan_says_whether_it_changes_anything():
    first = plan(WORLD)
    again = plan(WORLD, carried_out(first))
    for one in (first, again):
        assert one.abridged().changes_nothing is one.changes_nothing
        assert one.abridged().notes == one.notes
    assert [len(first.abridged().steps), len(again.abridged().steps)] == [1, 0]


def test_a_world_in_any_order_is_planned_in_an_order_that_can_be_done():
    done = plan(dict(reversed(WORLD.items())))
    assert not done.problems
    kinds = [step.kind for step in done.steps if isinstance(step, Add)]
    assert kinds == ["cities", "cities", "providers", "projects", "needs", "needs", "offers"]
    acts = [step.act for step in done.steps if isinstance(step, DealActRow)]
    assert acts == [Act.INTRODUCE, Act.COMMIT, Act.DELIVER]


def test_cities_get_their_office_by_region():
    cities = [step.record for step in plan(WORLD).steps if isinstance(step, Add)][:2]
    assert [(city.country, city.office) for city in cities] == [("IR", "asia"), ("IR", "asia")]


def test_building_is_not_divisible_unless_said():
    needs = [s.record for s in plan(WORLD).steps if isinstance(s, Add) and s.kind == "needs"]
    assert [need.divisible for need in needs] == [True, False]


def test_importing_again_changes_nothing(ledger: Holdings):
    again = plan(WORLD, ledger)
    assert not again.problems
    assert again.changes_nothing
    assert carried_out(again, ledger) == ledger


def test_the_preview_counts_by_table(ledger: Holdings):
    needs = WORLD["needs"].replace("400000000.00", "410000000.00").replace("N-2", "N-3")
    done = plan({**WORLD, "needs": needs}, ledger)
    assert "needs: 1 new, 1 changed (quantity 1), 0 unchanged" in map(str, done.tallies())


def test_a_changed_term_is_an_edit_and_an_empty_cell_keeps_what_the_ledger_has(ledger: Holdings):
    text = "code,title,city,sector,description,weight\nprj-1,Metro,smp,transport.urban,,5\n"
    (step,) = changing(plan({"projects": text}, ledger))
    assert isinstance(step, Edit)
    assert step.fields == ("title", "weight")
    assert (step.after.code, step.after.city, step.after.weight) == ("PRJ-1", "SMP", 5)
    text = "code,title,city,sector\nPRJ-1,Metro,SMP,transport.urban\n"
    edited = carried_out(plan({"projects": text}, ledger), ledger)
    assert edited.of("projects")["PRJ-1"].title == "Metro"


def test_a_changed_quantity_is_a_revision_to_the_new_total(ledger: Holdings):
    (step,) = changing(plan({"needs": WORLD["needs"].replace("400000000.00", "5")}, ledger))
    assert (*step[:2], step.unit.code) == (Side.NEED, "N-1", "EUR")
    assert (step.old_total, step.new_total) == (40_000_000_000, 500)


def test_a_quantity_that_becomes_known_is_declared(ledger: Holdings):
    needs = WORLD["needs"].replace(",,package", ",3,package")
    (step,) = changing(plan({"needs": needs}, ledger))
    assert isinstance(step, Revise)
    assert (step.old_total, step.new_total) == (None, 3)


def test_an_empty_quantity_keeps_the_one_known(ledger: Holdings):
    needs = WORLD["needs"].replace("400000000.00", "")
    assert plan({"needs": needs}, ledger).changes_nothing


@pytest.mark.parametrize(
    ("table", "before", "after", "column"),
    [
        ("needs", "money,400000000.00,EUR,2026-01-10", "money,1,USD,2026-01-10", "unit"),
        ("needs", "2026-01-10", "2026-01-11", "declared_on"),
        ("offers", "2026-02-01", "2026-02-02", "declared_on"),
    ],
)
def test_some_fields_never_change(
    ledger: Holdings, table: str, before: str, after: str, column: str
):
    text = WORLD[table].replace(before, after)
    found = problems({table: text}, ledger)
    assert {(problem.column, problem.code) for problem in found} == {(column, "fixed-field")}


def test_the_city_of_a_project_is_edited(ledger: Holdings):
    (edited,) = plan({"projects": WORLD["projects"].replace("SMP", "MHD")}, ledger).steps
    assert isinstance(edited, Edit)
    assert (edited.fields, edited.after.city) == (("city",), "MHD")


def test_a_unit_never_changes(ledger: Holdings):
    units = {**ledger.of("units"), "tree": Unit(code="tree", decimals=0, kind="work", name="Tree")}
    held = replace(ledger, registers={**ledger.registers, "units": units})
    same, (problem,) = (
        problems({"units": f"code,decimals,name\ntree,0,{name}\n"}, held)
        for name in ("Tree", "Forest")
    )
    assert same == []
    assert (problem.column, problem.code) == ("name", "fixed-field")
    assert problem.next.startswith("Record another unit")


def test_an_unknown_project_of_a_known_need_is_one_fault(ledger: Holdings):
    (problem,) = problems({"needs": WORLD["needs"].replace("N-1,PRJ-1", "N-1,PRJ-9")}, ledger)
    assert (problem.column, problem.code) == ("project", "unknown-code")


@pytest.mark.parametrize(
    ("act", "before", "after", "instead"),
    [
        ("introduced", "introduced,100", "introduced,90", "`released`"),
        ("committed", "committed,60", "committed,61", "`committed`"),
        ("delivered", "delivered,10", "delivered,9", "`returned`"),
    ],
)
def test_a_posted_act_with_another_quantity_names_the_act_to_use(
    ledger: Holdings, act: str, before: str, after: str, instead: str
):
    (problem,) = problems({"deals": WORLD["deals"].replace(before, after)}, ledger)
    assert (problem.column, problem.code) == ("quantity", "changed-act")
    assert instead in problem.next


def test_a_further_act_is_posted_beside_those_that_stand(ledger: Holdings):
    row = "D-1,O-1,N-1,delivered,20,EUR,2026-05-01,INV-2,\n"
    (step,) = changing(plan({"deals": WORLD["deals"] + row}, ledger))
    assert (step.amount, step.reference) == (2000, "INV-2")


def test_a_commitment_without_an_introduction_is_direct():
    deals = WORLD["deals"].splitlines(keepends=True)
    assert not problems({**WORLD, "deals": "".join(deals[:3])})


def test_a_rate_given_anew_says_which_it_replaces(ledger: Holdings):
    rates = WORLD["rates"].replace("1.0850", "1.09")
    (step,) = changing(plan({"rates": rates}, ledger))
    assert (step.rate.rate, step.replaces.rate) == (Decimal("1.09"), Decimal("1.0850"))


def test_a_code_differing_in_case_from_two_is_unknown():
    two = {code: City(code=code, name=code, country="IR", office="asia") for code in ("smp", "SMP")}
    projects = WORLD["projects"].replace("SMP", "Smp")
    (problem,) = problems(
        {"projects": projects}, replace(EMPTY, registers={**EMPTY.registers, "cities": two})
    )
    assert problem.code == "unknown-code"


def test_two_spellings_of_one_code_stand_twice(ledger: Holdings):
    (problem,) = problems({"cities": "code,name,country\nSMP,A,IR\nsmp,A,IR\n"}, ledger)
    assert (problem.code, problem.line) == ("twice", 3)


HISTORY = {
    **WORLD,
    "needs": WORLD["needs"].replace("400000000.00", "250"),
    "changes": (
        "table,code,act,quantity,unit,effective_on,sequence,reverses,from_stage\n"
        "need,N-1,revised,-50,EUR,2026-03-01,4,,\n"
        "need,N-1,declared,300,EUR,2026-01-10,1,,\n"
        "need,N-1,revised,20,EUR,2026-03-01,2,,\n"
        "need,N-1,reversed,20,EUR,2026-03-02,3,2,\n"
        "need,N-1,withdrawn,30,EUR,2026-03-03,5,,\n"
        "need,N-1,reinstated,30,EUR,2026-03-04,6,,withdrawn\n"
    ),
    "deals": (
        "code,offer,need,act,quantity,unit,effective_on,reference,rate,sequence\n"
        "D-1,O-1,N-1,delivered,5,EUR,2026-05-01,,,13\n"
        "D-1,O-1,N-1,committed,60,EUR,2026-04-01,,,12\n"
        "D-1,O-1,N-1,delivered,5,EUR,2026-05-01,,,14\n"
        "D-1,O-1,N-1,introduced,100,EUR,2026-04-01,,,11\n"
    ),
}
"""A ledger moved whole: two deliveries of one day without a reference, a reversal, a total."""


def test_history_is_posted_in_the_order_of_the_ledger_it_came_from():
    done = plan(HISTORY)
    assert not done.problems
    rows = [step for step in done.steps if isinstance(step, DealActRow | ChangeRow)]
    assert [row.sequence for row in rows] == [1, 2, 3, 4, 5, 6, 11, 12, 13, 14]
    (need, *_) = [s for s in done.steps if isinstance(s, Add) and s.kind == "needs"]
    assert need.quantity is None
    assert not [step for step in done.steps if isinstance(step, Revise)]


def test_history_imported_again_changes_nothing():
    done = plan(HISTORY)
    # Carrying out a reversal is the store's business; the total is what the register states.
    held = carried_out(done)
    held.required[Side.NEED, "N-1"] = 25_000
    again = plan(HISTORY, held)
    assert not again.problems
    assert again.changes_nothing


def test_changes_that_do_not_add_up_are_refused():
    needs = HISTORY["needs"].replace("250", "251")
    (problem,) = problems({**HISTORY, "needs": needs})
    assert (problem.file, problem.line, problem.code) == ("needs.csv", 2, "other-total")


def test_the_first_change_of_a_new_need_declares_it():
    changes = HISTORY["changes"].replace("need,N-1,declared,300,EUR,2026-01-10,1,,\n", "")
    changes = changes.replace("revised,20", "revised,300").replace("reversed,20", "reversed,300")
    found = {problem.code for problem in problems({**HISTORY, "changes": changes})}
    assert "not-declared" in found


def test_units_and_offices_of_the_import_count_at_once():
    texts = {
        "needs": "code,project,factor,quantity,unit\nN-1,P,implementation,2.5,tram\n",
        "projects": "code,title,city,sector\nP,Trams,C,transport\n",
        "cities": "code,name,country\nC,City,IR\n",
        "offices": "code,name,regions\nnear,Near office,Southern Asia\n",
        "units": "code,decimals,name\ntram,1,a tram\n",
    }
    done = plan(texts)
    assert not done.problems
    added = {step.record.code: step for step in done.steps}
    assert added["N-1"].quantity == 25
    assert added["C"].record.office == "near"
    assert list(added) == ["tram", "near", "C", "P", "N-1"]


def test_a_unit_keeps_its_decimals():
    (problem,) = problems({"units": "code,decimals\nkm,2\n"})
    assert (problem.column, problem.code) == ("decimals", "fixed-field")


def test_declared_today_when_not_said():
    texts = {**WORLD, "needs": "code,project,factor,unit\nN-1,PRJ-1,money,EUR\n"}
    del texts["deals"]
    needs = [s.record for s in plan(texts).steps if isinstance(s, Add) and s.kind == "needs"]
    assert needs[0].declared_on == date(2026, 11, 23)
    assert EMPTY.of("needs") == {}
