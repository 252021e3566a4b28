"""The guards of both engines by name: what the program puts up, what stands, and what `check` sees.

Whoever owns the database can drop, replace or switch off what guards it. SQL cannot refuse that;
the check of guards names it.
"""

from __future__ import annotations

from contextlib import closing

import pytest
from raw import Raw
from sqlalchemy import create_engine
from world import World

from ledger.store.db.engine import write_transaction
from ledger.store.db.tables import append_only_tables, complete_metadata
from ledger.store.erasable import erasable_tables
from ledger.usecases.check import run_checks
from migrations import guards

VERSIONS = (
    *("city_version", "deal_version", "need_version", "offer_version", "office_version"),
    *("project_version", "provider_version", "setting_version"),
    *("restriction_version", "exemption_version", "body_version", "seat_version"),
    *("approach_version", "partnership_version", "undertaking_version"),
    *("meeting_version", "attendance_version", "motion_version", "target_version"),
    "credential_version",
    "identifier_version",
    *("note_version", "contact_version", "owner_version"),
    "phase_version",
    "instalment_version",
    "reminder_version",
    "pair_limit_version",
)
IDENTITIES = ("city", "provider", "project")
CHAINED_ORIGINS = ("seat", "approach", "partnership", "meeting")
ORIGINS = (*CHAINED_ORIGINS, "credential")
WITH_ORIGIN = tuple(f"{kind}_version" for kind in ("project", "offer", "deal", *CHAINED_ORIGINS))
CHAINED = tuple(f"{kind}_version" for kind in CHAINED_ORIGINS)
MEETING_UNDO = ("project", "need", "offer", "undertaking")
NAMED = ("office", "body", "restriction", "motion", *IDENTITIES, *ORIGINS)
WITH_OWN_NUMBERS = (
    *(
        "approach",
        "approval",
        "attendance",
        "body",
        "city",
        "contact",
        "credential",
        "deal",
        "entry",
    ),
    *("exemption", "finding", "holder", "identifier", "instalment", "meeting", "motion", "note"),
    *("office", "owner", "pair_limit", "partnership", "phase", "project", "proposal", "provider"),
    *("rate", "reminder", "restriction", "seat", "statement", "target", "undertaking"),
)
TRIGGERS = {
    *(
        f"{table.name}_refuses_{what}"
        for table in append_only_tables()
        for what in ("update", "delete", "truncate")
    ),
    "request_is_of_its_session",
    *(
        f"{table.name}_is_of_its_session"
        for table in append_only_tables()
        if "request_id" in table.c
    ),
    *(f"{table}_number_is_of_its_session" for table in WITH_OWN_NUMBERS),
    *(f"{table}_follows" for table in VERSIONS),
    *(f"{kind}_terms_meet_acts" for kind in ("need", "offer", "deal")),
    *(f"{kind}_terms_meet_undo" for kind in MEETING_UNDO),
    *(f"{kind}_in_error_meets_additions" for kind in NAMED),
    *(f"{table}_names_an_origin" for table in WITH_ORIGIN),
    *(f"{table}_comes_from_another" for table in CHAINED),
    "approach_meets_acts",
    *(f"{kind}_takes_free_code" for kind in IDENTITIES),
    *(f"{kind}_identity_change_{does}" for kind in IDENTITIES for does in ("follows", "counts")),
    "disclosure_is_erased",
    *(f"{one.table.name}_is_erased" for one in erasable_tables()),
    *("approval_answer_is_anothers", "approval_rule_follows", "approval_use_is_covered"),
    *("erasure_keeps_identities", "standing_approval_follows"),
    "allowed_move_is_closed",
    "balance_keeps_holder",
    "balance_refuses_delete",
    "balance_refuses_truncate",
    "balance_starts_at_zero",
    "deal_balance_keeps_deal",
    "deal_balance_refuses_delete",
    "deal_balance_refuses_truncate",
    "deal_balance_starts_at_zero",
    "deal_has_balance",
    "deal_joins_one_factor",
    "entry_is_in_order",
    "finding_event_follows",
    "holder_has_balance",
    "introduced_line_is_its_entrys",
    "movement_is_kept",
    "need_is_its_own_holder",
    "night_run_follows",
    "night_step_was_asked_for",
    "offer_is_its_own_holder",
    "proposal_line_was_announced",
    "rate_is_a_number",
    "seal_follows",
    "sealed_leaf_follows",
    "partnership_terms_meet_partnerships",
    "seat_terms_meet_seats",
    "statement_line_was_announced",
}
FUNCTIONS = {
    *("cityfund_erases()", "cityfund_only_erases()"),
    *("cityfund_disclosure_is_erased()", "cityfund_disclosure_refuses_delete()"),
    *(f"cityfund_{table}_follows()" for table in VERSIONS),
    *(f"cityfund_{kind}_terms_meet_acts()" for kind in ("need", "offer", "deal")),
    *(
        f"cityfund_{kind}_{does}()"
        for kind in IDENTITIES
        for does in (
            "refuses_update",
            "takes_free_code",
            "identity_change_follows",
            "identity_change_counts",
        )
    ),
    *(f"cityfund_{kind}_terms_meet_undo()" for kind in MEETING_UNDO),
    *(f"cityfund_{kind}_in_error_meets_additions()" for kind in NAMED),
    *(f"cityfund_{table}_names_an_origin()" for table in WITH_ORIGIN),
    *(f"cityfund_{table}_comes_from_another()" for table in CHAINED),
    *(f"cityfund_{kind}_refuses_update()" for kind in set(NAMED) - set(IDENTITIES)),
    *(f"cityfund_{what}_is_of_its_session()" for what in ("request", "row", "dated_row", "number")),
    "cityfund_approach_meets_acts()",
    "cityfund_seat_terms_meet_seats()",
    "cityfund_partnership_terms_meet_partnerships()",
    *("cityfund_approval_answer_is_anothers()", "cityfund_approval_rule_follows()"),
    *("cityfund_approval_use_is_covered()", "cityfund_standing_approval_follows()"),
    "cityfund_erasure_keeps_identities()",
    "cityfund_allowed_move_is_closed()",
    "cityfund_balance_starts_at_zero()",
    "cityfund_deal_balance_starts_at_zero()",
    "cityfund_deal_has_balance()",
    "cityfund_deal_joins_one_factor()",
    "cityfund_entry_is_in_order()",
    "cityfund_finding_event_follows()",
    "cityfund_holder_has_balance()",
    "cityfund_introduced_line_is_its_entrys()",
    "cityfund_is_its_own_holder()",
    "cityfund_keeps_its_owner()",
    "cityfund_movement_is_kept()",
    "cityfund_night_run_follows()",
    "cityfund_night_step_was_asked_for()",
    "cityfund_proposal_line_was_announced()",
    "cityfund_rate_is_a_number()",
    "cityfund_refuses()",
    "cityfund_seal_follows()",
    "cityfund_sealed_leaf_follows()",
    "cityfund_statement_line_was_announced()",
}
"""Spelled out, so that one that is lost on the way is noticed."""


def seen(world: World) -> tuple[str, ...]:
    (result,) = run_checks(world.ledger, ["guards"])
    assert result.ok == (not result.failures)
    return result.failures


def tamper(world: World, *statements: str) -> tuple[str, ...]:
    with closing(world.raw()) as raw:
        for statement in statements:
            raw.execute(statement)
    return seen(world)


def test_the_guards_on_postgresql_are_these():
    assert set(guards.guards("postgresql")) == TRIGGERS | FUNCTIONS


def test_what_stands_is_what_is_due(world):
    with world.ledger.read() as connection:
        assert set(guards.present(connection)) == set(guards.due(connection))
    assert seen(world) == ()


def test_guards_go_down_and_up_again(world):
    with write_transaction(world.ledger.engine) as connection:
        guards.take_down(connection)
        assert guards.present(connection) == {}
        guards.put_up(connection)
    assert seen(world) == ()


@pytest.mark.only_on("sqlite")
def test_guards_of_a_file_taken_down_weakened_or_added_are_seen(world):
    assert tamper(
        world,
        "DROP TRIGGER movement_refuses_delete",
        "DROP TRIGGER movement_refuses_update",
        "CREATE TRIGGER movement_refuses_update BEFORE UPDATE ON movement BEGIN SELECT 1; END",
        "CREATE TRIGGER helpful AFTER INSERT ON movement BEGIN SELECT 1; END",
    ) == (
        "trigger helpful is not a guard of the ledger",
        "guard movement_refuses_delete is missing",
        "guard movement_refuses_update was changed",
    )


IDLE = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
KEPT = "CREATE TRIGGER movement_is_kept AFTER INSERT ON movement FOR EACH ROW"
TAMPERED = {
    "dropped": (
        ["DROP TRIGGER movement_is_kept ON movement"],
        ["guard movement_is_kept is missing"],
    ),
    "dropped with its function": (
        ["DROP FUNCTION cityfund_rate_is_a_number() CASCADE"],
        ["guard cityfund_rate_is_a_number() is missing", "guard rate_is_a_number is missing"],
    ),
    "switched off": (
        ["ALTER TABLE movement DISABLE TRIGGER movement_is_kept"],
        ["guard movement_is_kept is switched off"],
    ),
    "left to a copy of the server": (
        ["ALTER TABLE movement ENABLE REPLICA TRIGGER movement_is_kept"],
        ["guard movement_is_kept is switched off"],
    ),
    "acting where a copy has acted already": (
        ["ALTER TABLE movement ENABLE ALWAYS TRIGGER movement_is_kept"],
        ["guard movement_is_kept was changed"],
    ),
    "all of a table switched off": (
        ["ALTER TABLE rate DISABLE TRIGGER USER"],
        [
            "guard rate_is_a_number is switched off",
            "guard rate_is_of_its_session is switched off",
            "guard rate_number_is_of_its_session is switched off",
            "guard rate_refuses_delete is switched off",
            "guard rate_refuses_truncate is switched off",
            "guard rate_refuses_update is switched off",
        ],
    ),
    "with another body": (
        [f"CREATE OR REPLACE FUNCTION cityfund_refuses() {IDLE}"],
        ["guard cityfund_refuses() was changed"],
    ),
    "with other rights": (
        ["ALTER FUNCTION cityfund_refuses() SECURITY DEFINER"],
        ["guard cityfund_refuses() was changed"],
    ),
    "with another path": (
        ["ALTER FUNCTION cityfund_refuses() SET search_path = pg_temp"],
        ["guard cityfund_refuses() was changed"],
    ),
    "with a condition": (
        [
            "DROP TRIGGER movement_is_kept ON movement",
            f"{KEPT} WHEN (NEW.amount > 1) EXECUTE FUNCTION cityfund_movement_is_kept()",
        ],
        ["guard movement_is_kept was changed"],
    ),
    "calling something else": (
        [
            f"CREATE FUNCTION idle() {IDLE}",
            f"CREATE OR REPLACE {KEPT.removeprefix('CREATE')} EXECUTE FUNCTION idle()",
        ],
        ["guard movement_is_kept was changed"],
    ),
    "calling a namesake elsewhere": (
        [
            "CREATE SCHEMA elsewhere",
            f"CREATE FUNCTION elsewhere.cityfund_movement_is_kept() {IDLE}",
            (
                f"CREATE OR REPLACE {KEPT.removeprefix('CREATE')}"
                " EXECUTE FUNCTION elsewhere.cityfund_movement_is_kept()"
            ),
        ],
        ["guard movement_is_kept was changed"],
    ),
    "moved to another table": (
        [
            "DROP TRIGGER rate_refuses_delete ON rate",
            (
                "CREATE TRIGGER rate_refuses_delete BEFORE DELETE ON balance"
                " FOR EACH ROW EXECUTE FUNCTION cityfund_refuses()"
            ),
        ],
        ["guard rate_refuses_delete was changed"],
    ),
    "with a namesake on another table": (
        [
            f"CREATE FUNCTION idle() {IDLE}",
            (
                "CREATE TRIGGER movement_is_kept BEFORE INSERT ON entry"
                " FOR EACH ROW EXECUTE FUNCTION idle()"
            ),
        ],
        ["guard movement_is_kept was changed"],
    ),
    "with a stranger beside it": (
        [
            f"CREATE FUNCTION idle() {IDLE}",
            "CREATE TRIGGER helpful BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION idle()",
        ],
        ["trigger helpful is not a guard of the ledger"],
    ),
    "with a function beside it that bears its name": (
        [f"CREATE FUNCTION cityfund_helps() {IDLE}"],
        ["function cityfund_helps() is not a guard of the ledger"],
    ),
    "gone round by a rule": (
        ["CREATE RULE sneaky AS ON DELETE TO entry DO INSTEAD NOTHING"],
        ["rule sneaky is not a guard of the ledger"],
    ),
}


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("how", TAMPERED)
def test_a_guard_on_a_server_is_seen_when_it_is(world, how):
    statements, words = TAMPERED[how]
    assert tamper(world, *statements) == tuple(words)

    with write_transaction(world.ledger.engine) as connection:
        guards.take_down(connection)
        guards.put_up(connection)
    assert seen(world) == (), "an upgrade puts the guards right"


@pytest.mark.only_on("postgresql")
def test_guards_work_in_any_schema_that_is_the_connection_s(world):
    with closing(world.raw()) as raw:
        raw.execute('CREATE SCHEMA "Another one"')
    url = world.ledger.engine.url.update_query_dict({"options": '-csearch_path="Another\\ one"'})
    engine = create_engine(url)
    with engine.begin() as connection:
        complete_metadata().create_all(connection)
        guards.put_up(connection)
        due, present = guards.due(connection), guards.present(connection)
        assert present.keys() == due.keys()
        assert {name: " ".join(text.split()) for name, text in present.items()} == {
            name: " ".join(text.split()) for name, text in due.items()
        }
    engine.dispose()
    with closing(world.raw()) as raw:
        # Under the path of another schema the functions still find their own tables.
        raw.execute('INSERT INTO "Another one".request SELECT * FROM request')
        raw.execute('INSERT INTO "Another one".unit SELECT * FROM unit')
        raw.execute("INSERT INTO \"Another one\".holder VALUES (77, 'need', 'EUR', 1)")
        assert balances(raw, '"Another one".') == [77]
        assert balances(raw, "") == []
    assert seen(world) == (), "what stands in other schemas is not the ledger's matter"


def balances(raw: Raw, schema: str) -> list[int]:
    return [holder for (holder,) in raw.execute(f"SELECT holder_id FROM {schema}balance")]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_guard_is_one_statement(dialect):
    for name, statement in guards.guards(dialect).items():
        assert statement.startswith("CREATE ")
        assert statement.count("CREATE ") == 1, name
        outside = statement.partition("$function$")[0] if dialect == "postgresql" else ""
        assert ";" not in outside, name
