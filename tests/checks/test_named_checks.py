"""Each check passes on an honest ledger, and fails when its rule is broken behind our backs."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest
import time_machine
from complete_ledger import attack, live
from ledgers import Ledgers
from raw import Raw, Refused
from recorded_approvals import record_approvals
from recorded_night import record_night
from world import World

from ledger.checks import CHECKS, CheckResult
from ledger.store.session.ledger import Ledger, open_ledger
from ledger.usecases.check import UnknownCheck, check_document, run_checks


@pytest.fixture(scope="session")
def lived_in(run_ledgers: Ledgers) -> str:
    url = run_ledgers.new()
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=True):
        world = World(url)
        live(world)
        record_night(world)
        record_approvals(world.ledger)
        world.ledger.engine.dispose()
    run_ledgers.settle(url)
    return url


@pytest.fixture
def honest(lived_in: str, ledgers: Ledgers) -> str:
    return ledgers.furnished(lived_in)


def checked(url: str, *names: str) -> dict[str, CheckResult]:
    ledger: Ledger = open_ledger(url)
    results = {result.name: result for result in run_checks(ledger, names or None)}
    ledger.engine.dispose()
    return results


def test_an_honest_ledger_passes_every_check(honest: str) -> None:
    results = checked(honest)
    assert list(results) == list(CHECKS)
    assert {name: result.failures for name, result in results.items() if not result.ok} == {}
    assert all(result.examined > 0 for result in results.values())


def test_an_empty_ledger_passes_every_check(ledger_url: str) -> None:
    assert all(result.ok for result in checked(ledger_url).values())


HOLDER = "(SELECT id FROM need WHERE code = 'N-0001')"
OFFER = "(SELECT id FROM offer WHERE code = 'O-0001')"
FIRST_HOLD = "(SELECT min(id) FROM entry WHERE act = 'introduce')"
DECLARATION = (
    "(SELECT entry_id FROM movement WHERE from_stage = 'undeclared'"
    f" AND holder_id = {HOLDER} ORDER BY entry_id LIMIT 1)"
)
FIRST_COMMIT = "(SELECT min(id) FROM entry WHERE act = 'commit')"
FIRST_REVERSAL = "(SELECT min(id) FROM entry WHERE act = 'reverse')"
OF_NEED = f"holder_id = {HOLDER}"
OF_OFFER = f"holder_id = {OFFER}"
COMMITTED = f"entry_id = {FIRST_COMMIT}"
STRANGER = "(SELECT id FROM offer WHERE code = 'O-0004')"
LAST = "(SELECT max(id) FROM entry)"

ATTACKS = {
    "a view taken away": ("guards", ["DROP VIEW v_rate"]),
    "an index taken away": ("guards", ["DROP INDEX ix_night_run_day"]),
    "a column added to a table": ("guards", ["ALTER TABLE unit ADD COLUMN more TEXT"]),
    "the hash of a request rewritten": ("chain", [
        "UPDATE receipt SET hash = (SELECT max(hash) FROM receipt) WHERE request_id = 3"]),
    "a reference to a row that is gone": ("file", [
        f"UPDATE movement SET holder_id = 999 WHERE entry_id = {FIRST_HOLD} AND line = 1"]),
    "a negative amount": ("balanced", [
        f"UPDATE movement SET amount = -5 WHERE entry_id = {FIRST_COMMIT}"]),
    "another unit than the holder's": ("balanced", [
        f"UPDATE movement SET unit = 'USD' WHERE entry_id = {FIRST_HOLD} AND line = 1"]),
    "a movement into its own stage": ("balanced", [
        f"UPDATE movement SET to_stage = from_stage WHERE entry_id = {FIRST_HOLD}"]),
    "a movement of nobody": ("balanced", [
        f"UPDATE movement SET holder_id = 999 WHERE entry_id = {FIRST_HOLD} AND line = 1"]),
    "a jump from open to delivered": ("allowed-moves", [
        f"UPDATE movement SET to_stage = 'delivered' WHERE entry_id = {FIRST_HOLD}"]),
    "a stage there is none of": ("allowed-moves", [
        f"UPDATE movement SET to_stage = 'lost' WHERE entry_id = {FIRST_HOLD}"]),
    "a reversal of nothing": ("allowed-moves", [
        f"UPDATE entry SET reverses = NULL WHERE id = {FIRST_REVERSAL}"]),
    "more committed than held": ("nothing-below-zero", [
        f"UPDATE movement SET amount = amount * 50 WHERE entry_id = {FIRST_COMMIT}"]),
    "a need that was never declared": ("nothing-below-zero", [
        f"UPDATE movement SET amount = 1 WHERE from_stage = 'undeclared' AND {OF_NEED}"]),
    "a declaration moved behind what it was used for": ("timeline", [
        f"UPDATE {table} SET effective_on = '2026-10-01' WHERE {key} = (SELECT entry_id FROM"
        f" movement WHERE from_stage = 'undeclared' AND holder_id = {HOLDER} LIMIT 1)"
        for table, key in (("entry", "id"), ("movement", "entry_id"))]),
    "a deal's act moved before its hold": ("timeline", [
        f"UPDATE {table} SET effective_on = '2026-02-20' WHERE {key} = {FIRST_COMMIT}"
        for table, key in (("entry", "id"), ("movement", "entry_id"))]),
    "an offer that gives less than its need takes": ("both-sides", [
        f"UPDATE movement SET amount = amount - 1 WHERE entry_id = {FIRST_HOLD} AND {OF_OFFER}"]),
    "an offer that gives nothing": ("both-sides", [
        f"DELETE FROM movement WHERE entry_id = {FIRST_COMMIT} AND holder_id = {OFFER}"]),
    "a need that is left out": ("both-sides", [
        f"DELETE FROM movement WHERE entry_id = {FIRST_COMMIT} AND holder_id = {HOLDER}"]),
    "two sides that go two ways": ("both-sides", [
        f"UPDATE movement SET to_stage = 'available' WHERE {COMMITTED} AND {OF_OFFER}"]),
    "a total that was never said": ("totals", [
        f"UPDATE entry SET total = total + 1 WHERE id = {DECLARATION}"]),
    "a total struck out": ("totals", [
        f"UPDATE entry SET total = NULL WHERE id = {DECLARATION}"]),
    "a declaration of less than its total": ("totals", [
        f"UPDATE movement SET amount = amount - 1 WHERE entry_id = {DECLARATION}"]),
    "a total in words": ("exact", [
        f"UPDATE entry SET total = 'much' WHERE id = {DECLARATION}"]),
    "a project in error under its needs": ("in-error", [
        "UPDATE project_version SET in_error = TRUE"]),
    "a commitment before its time": ("sequence", [
        f"UPDATE need_version SET after = 'N-0004' WHERE need_id = {HOLDER}"]),
    "an approval taken away": ("approvals", ["DELETE FROM approval_use"]),
    "an answer by who asked": ("approvals", [
        "UPDATE approval_answer SET request_id = (SELECT min(request_id) FROM approval)"]),
    "more under a cap than it allows": ("limits", [
        "UPDATE pair_limit_version SET value = '1'"]),
    "a newer phase than the project's status": ("phases", [
        ('INSERT INTO phase (id, code, folded, reuse, project_id, "from", request_id)'
        " VALUES (7, 'P/2026-01-01', 'p/2026-01-01', 0, (SELECT min(id) FROM project),"
        " '2026-01-01', 1)"),
        ("INSERT INTO phase_version (phase_id, version, status, request_id, recorded_at, format)"
        " VALUES (7, 1, 'completion', 1, 5, 1)")]),
    "more due of a deal than it ever had": ("instalments", [
        "UPDATE instalment_version SET quantity = 4000000000000000000"]),
    "an instalment in another unit": ("instalments", [
        "UPDATE instalment SET unit = 'USD'"]),
    "another rate, afterwards": ("both-sides", [
        "UPDATE deal SET rate = '1.2' WHERE rate = '1.085'"]),
    "a deal's act without its deal": ("both-sides", [
        f"UPDATE movement SET deal_id = NULL WHERE entry_id = {FIRST_COMMIT}",
        f"UPDATE entry SET deal_id = NULL WHERE id = {FIRST_COMMIT}"]),
    "a third party in a deal": ("both-sides", [
        f"UPDATE movement SET holder_id = {STRANGER} WHERE {COMMITTED} AND {OF_OFFER}"]),
    "an entry cut out": ("append-only", [
        f"DELETE FROM movement WHERE entry_id = {FIRST_COMMIT}",
        f"DELETE FROM entry WHERE id = {FIRST_COMMIT}"]),
    "movements without their entry": ("append-only", [
        f"DELETE FROM entry WHERE id = {FIRST_COMMIT}"]),
    "the last entry without its movements": ("append-only", [
        f"DELETE FROM movement WHERE entry_id = {LAST}"]),
    "a line added": ("append-only", [
        f"UPDATE entry SET lines = lines - 1 WHERE id = {FIRST_COMMIT}"]),
    "a reversal that undoes something else": ("append-only", [
        f"UPDATE movement SET amount = amount + 1 WHERE entry_id = {FIRST_REVERSAL}"]),
    "a reversal of a later entry": ("append-only", [
        f"UPDATE entry SET reverses = {LAST} WHERE id = {FIRST_REVERSAL}"]),
    "an entry recorded earlier than it was": ("append-only", [
        f"UPDATE entry SET recorded_at = 5 WHERE id = {FIRST_COMMIT}"]),
    "an entry recorded at no moment": ("append-only", [
        f"UPDATE entry SET recorded_at = 'noon' WHERE id = {FIRST_COMMIT}"]),
    "a version in a format nobody knows": ("append-only", [
        "UPDATE city_version SET format = 7"]),
    "a country under another name": ("reference", [
        "UPDATE country SET name = 'Persia' WHERE code = 'IR'"]),
    "a region taken away": ("reference", ["DELETE FROM region WHERE code = '014'"]),
    "a sector of somebody's own": ("reference", [
        "INSERT INTO sector VALUES ('gambling', 'Gambling', NULL)"]),
    "a version that nobody asked for": ("request-keys", [
        ("INSERT INTO city_version SELECT city_id, version + 1, name, name_local, country,"
        " office_id, member_since, population, geonames_id, withdrawn, reason, request_id,"
        " recorded_at, format, in_error, member, office_given, latitude, longitude"
        " FROM city_version")]),
    "a unit that nobody asked for": ("request-keys", [
        "INSERT INTO unit SELECT 'XYZ', decimals, kind, name, request_id FROM unit LIMIT 1"]),
    "a format nobody knows": ("append-only", [
        f"UPDATE entry SET format = 7 WHERE id = {FIRST_COMMIT}"]),
    "a first version cut out": ("append-only", [
        f"DELETE FROM need_version WHERE need_id = {HOLDER} AND version = 1"]),
    "all versions cut out": ("append-only", ["DELETE FROM deal_version WHERE deal_id = 1"]),
    "a record cut out": ("append-only", ["DELETE FROM provider"]),
    "a holder that is the fund": ("broker", [
        "INSERT INTO holder (id, side, unit, request_id) VALUES (900, 'fund', 'EUR', 1)"]),
    "a need that holds as an offer": ("broker", [
        f"UPDATE holder SET side = 'offer' WHERE id = {HOLDER}"]),
    "a holder in another unit than declared": ("broker", [
        f"UPDATE holder SET unit = 'USD' WHERE id = {HOLDER}"]),
    "a hold resolved twice": ("resolved-once", [
        "UPDATE movement SET from_stage = 'held' WHERE from_stage = 'committed'"]),
    "a receipt thrown away": ("request-keys", [
        "DELETE FROM receipt WHERE request_id = (SELECT max(id) FROM request)"]),
    "a receipt rewritten": ("request-keys", [
        "UPDATE receipt SET body = replace(body, '[3]', '[4]') WHERE body LIKE '%[3]%'"]),
    "a receipt that is no receipt": ("request-keys", [
        "UPDATE receipt SET body = '[]' WHERE request_id = (SELECT max(id) FROM request)"]),
    "an entry that nobody asked for": ("request-keys", [
        f"UPDATE entry SET request_id = 9999 WHERE id = {FIRST_COMMIT}"]),
    "the last entry cut out, with its balances": ("request-keys", [
        f"DELETE FROM movement WHERE entry_id = {LAST}", f"DELETE FROM entry WHERE id = {LAST}"]),
    "a version at another moment than its request": ("request-keys", [
        f"UPDATE need_version SET recorded_at = recorded_at + 1 WHERE need_id = {HOLDER}"]),
    "a key used twice": ("request-keys", [
        "CREATE TABLE freed AS SELECT * FROM request", "DROP TABLE request",
        "PRAGMA legacy_alter_table = ON", "ALTER TABLE freed RENAME TO request",
        "UPDATE request SET key = 'letter-7' WHERE id = 5"]),
    "an act of tomorrow": ("two-times", [
        f"UPDATE entry SET effective_on = '2026-11-24' WHERE id = {LAST}"]),
    "an act before the declaration": ("two-times", [
        f"UPDATE entry SET effective_on = '2025-12-31' WHERE id = {FIRST_HOLD}"]),
    "a date that is none": ("two-times", [
        f"UPDATE entry SET effective_on = 'someday' WHERE id = {LAST}"]),
    "an entry reversed twice": ("append-only", [
        "UPDATE entry SET reverses = (SELECT min(reverses) FROM entry) WHERE act = 'reverse'"]),
    "a reversal before what it reverses": ("two-times", [
        f"UPDATE entry SET effective_on = '2026-03-04' WHERE id = {FIRST_REVERSAL}"]),
    "half a cent": ("exact", [
        f"UPDATE movement SET amount = 33.5 WHERE entry_id = {FIRST_HOLD}"]),
    "an amount in words": ("exact", [
        f"UPDATE movement SET amount = 'many' WHERE entry_id = {FIRST_HOLD}"]),
    "more than the ledger holds": ("exact", [
        f"UPDATE movement SET amount = 4000000000000000001 WHERE entry_id = {FIRST_HOLD}"]),
    "a balance in floating point": ("exact", [
        f"UPDATE balance SET free = 0.1 WHERE holder_id = {HOLDER}"]),
    "a rate in floating point": ("exact", ["UPDATE deal SET rate = CAST(1.085 AS BLOB)"]),
    "a share above one": ("exact", ["UPDATE offer_version SET max_share = '1.5'"]),
    "an override struck out": ("mandate", [
        "UPDATE entry SET override = NULL WHERE override IS NOT NULL"]),
    "a mandate narrowed afterwards, in place": ("mandate", [
        f"UPDATE offer_version SET countries = 'BR' WHERE offer_id = {OFFER}"]),
    "terms that came only later": ("mandate", [
        "UPDATE project_version SET recorded_at = 4000000000000000"]),
    "what no reason overrides": ("mandate", [
        "UPDATE offer SET factor = 'expertise' WHERE code = 'O-0004'"]),
    "an act that hides the exemption it rests on": ("restrictions", [
        "UPDATE entry SET exemptions = NULL WHERE exemptions IS NOT NULL"]),
    "an act that names an exemption it does not rest on": ("restrictions", [
        "UPDATE entry SET exemptions = 'EX-0009' WHERE exemptions IS NOT NULL"]),
    "a balance raised": ("balances", [
        f"UPDATE balance SET free = free + 1 WHERE holder_id = {HOLDER}"]),
    "a deal's balance lowered": ("balances", [
        "UPDATE deal_balance SET committed = committed - 1 WHERE deal_id = 1"]),
    "an expired balance of a need": ("balances", [
        "UPDATE balance SET expired = 7 WHERE holder_id IN (SELECT min(id) FROM need)"]),
    "a day of a mandate that is none": ("exact", [
        "UPDATE offer_version SET valid_until = 'fund'"]),
    "a day of a deal that the calendar lacks": ("exact", [
        "UPDATE deal_version SET due_on = '2026-02-30'"]),
    "a factor there is none of": ("exact", [
        "UPDATE need SET factor = 'luck' WHERE id IN (SELECT min(id) FROM need)"]),
    "a deal's balance of no deal": ("balances", [
        "INSERT INTO deal_balance VALUES (777, 'need', 0, 0, 0)"]),
    "a balance of nobody": ("balances", ["INSERT INTO balance VALUES (777, 0, 0, 0, 0, 0, 0)"]),
    "a moment beyond all calendars": ("request-keys", [
        f"UPDATE entry SET recorded_at = 9000000000000000000 WHERE id = {FIRST_COMMIT}"]),
    "a balance cut out": ("balances", [f"DELETE FROM balance WHERE holder_id = {HOLDER}"]),
    "a deal's balance cut out": ("balances", [
        "DELETE FROM deal_balance WHERE deal_id = 1 AND side = 'need'"]),
    "a line struck out of a proposal": ("proposals", ["DELETE FROM proposal_line WHERE line = 2"]),
    "a line of nobody's proposal": ("proposals", [
        ("INSERT INTO proposal_line SELECT 77, line, offer_id, need_id, need_amount, need_unit,"
        " offer_amount, offer_unit, rate, rate_exact FROM proposal_line")]),
    "a proposal that completes more than it did": ("proposals", [
        "UPDATE proposal SET complete_value = '7', complete_bound = '7'"]),
    "a bound below what is reached": ("proposals", ["UPDATE proposal SET coverage_bound = '0.5'"]),
    "a level that is no number": ("proposals", ["UPDATE proposal SET complete_value = 'much'"]),
    "a project that a proposal did not complete": ("proposals", [
        "INSERT INTO proposal_project SELECT 1, min(id), 1 FROM project"]),
    "a proposed amount raised": ("proposals", [
        "UPDATE proposal_line SET need_amount = need_amount + 1 WHERE line = 2"]),
    "a proposed line handed to another offer's need": ("proposals", [
        "UPDATE proposal_line SET need_id = offer_id WHERE line = 2"]),
    "an introduction said to be of another line": ("proposals", [
        "UPDATE introduced_line SET line = 2"]),
    "an introduction said to be of no line there is": ("proposals", [
        "UPDATE introduced_line SET line = 9"]),
    "an introduction that hides its proposal": ("proposals", ["DELETE FROM introduced_line"]),
    "an introduction of more than was proposed": ("proposals", [
        "UPDATE movement SET amount = 1999 WHERE entry_id IN (SELECT entry_id FROM introduced_line)"
    ]),
    "a proposal that nobody asked for": ("request-keys", [
        ("INSERT INTO proposal SELECT 9, 'MAT-0009', 'mat-0009', 9, day, selection, solver,"
        " limited, milliseconds, complete_value, complete_bound, coverage_value, coverage_bound,"
        " cost, cost_unit, cost_unknown, without_rate, solved_on, 0, reason, request_id,"
        " recorded_at FROM proposal")]),
    "a statement's line struck out": ("statements", ["DELETE FROM statement_line"]),
    "a line of no statement there is": ("statements", [
        "UPDATE statement_line SET statement_id = 77"]),
    "a statement that announced more": ("statements", ["UPDATE statement SET lines = 2"]),
    "a statement that nobody read": ("statements", [
        ("INSERT INTO statement SELECT 77, provider_id, 'B', content_hash, file_name, lines,"
        " request_id, recorded_at FROM statement")]),
    "a finding that no night opened": ("statements", [
        ("INSERT INTO finding SELECT 77, 'k', kind, subject, said, ours, theirs, difference,"
        " command, provider_id, statement, line, deal_id, entry_id, office, request_id,"
        " recorded_at, file_name, content_hash FROM finding")]),
    "a finding of a line that is not there": ("statements", ["UPDATE finding SET line = '9'"]),
    "a finding settled before it was opened": ("statements", [
        "UPDATE finding_event SET event = 'healed'"]),
    "a finding that was never opened": ("statements", ["DELETE FROM finding_event"]),
    "an event of no finding there is": ("statements", [
        "UPDATE finding_event SET finding_id = 77"]),
    "a finding healed by hand": ("statements", [
        ("INSERT INTO finding_event SELECT finding_id, 2, 'healed', reason, request_id, recorded_at"
        " FROM finding_event")]),
    "a step cut out of a run": ("nights", ["DELETE FROM night_step WHERE place = 1"]),
    "a step of no run there is": ("nights", ["UPDATE night_step SET run_id = 77"]),
    "a run that began before the one before it": ("nights", [
        ("INSERT INTO night_run SELECT 77, day, steps, whole, actor, system_user, host,"
        " database_user, program, started_at - 1 FROM night_run")]),
    "a run of tomorrow": ("nights", ["UPDATE night_run SET started_at = 4000000000000000"]),
    "a night that has not come": ("nights", ["UPDATE night_run SET day = '2026-11-25'"]),
    "a step that was not asked for": ("nights", ["UPDATE night_run SET steps = 'gaps'"]),
    "a step that there is none of": ("nights", ["UPDATE night_run SET steps = 'statements;luck'"]),
    "a step's figures blotted out": ("nights", ["UPDATE night_step SET figures = 'none'"]),
    "a step that ended before its run": ("nights", ["UPDATE night_step SET ended_at = 5"]),
    "a snapshot of more than was open": ("snapshots", ["UPDATE gap_snapshot SET free = free + 1"]),
    "a snapshot of no need there is": ("snapshots", ["UPDATE gap_snapshot SET need_id = 777"]),
    "a snapshot of a night to come": ("snapshots", ["UPDATE gap_snapshot SET day = '2026-11-25'"]),
    "a snapshot struck out": ("statements", ["DELETE FROM gap_snapshot"]),
    "a name rewritten that was sealed": ("seals", [
        "UPDATE city_version SET name = 'Elsewhere'"]),
    "a leaf rewritten with what it stands for": ("seals", [
        "UPDATE sealed_leaf SET hash = (SELECT max(hash) FROM sealed_leaf) WHERE position = 7"]),
    "a seal cut out": ("seals", ["DELETE FROM seal WHERE number = 2"]),
    "a version of a request in words": ("request-keys", [
        "UPDATE need_version SET request_id = 'none'"]),
    "an entry of a request in words": ("request-keys", [
        f"UPDATE entry SET request_id = 'none' WHERE id = {LAST}"]),
    "a move added to the table of moves": ("guards", [
        "INSERT INTO allowed_move VALUES ('deliver', 'need', 'open', 'delivered')"]),
    "a move taken from the table of moves": ("guards", [
        "DELETE FROM allowed_move WHERE act = 'commit'"]),
}  # fmt: skip


AN_HOUR = 3_600 * 10**6
"""In microseconds, as moments are stored."""

ON_A_SERVER = {
    # Entries' numbers may have holes there, so it is the receipts that miss one.
    "an entry cut out": ("request-keys", ATTACKS["an entry cut out"][1]),
    # A write may have begun before a rule was recorded a moment ago; an older one it has seen.
    "an approval taken away": ("approvals", [
        "DELETE FROM approval_use",
        f"UPDATE approval_rule SET recorded_at = recorded_at - {AN_HOUR}"]),
    "more under a cap than it allows": ("limits", [
        f"UPDATE pair_limit_version SET value = '1', recorded_at = recorded_at - {AN_HOUR}"]),
    "a key used twice": ("request-keys", [
        "ALTER TABLE request DROP CONSTRAINT uq_request_key",
        "UPDATE request SET key = 'letter-7' WHERE id = 5"]),
}  # fmt: skip
NO_SUCH_VALUE = {
    "an entry recorded at no moment": "bigint",
    "a date that is none": "date",
    "a day of a mandate that is none": "date",
    "a day of a deal that the calendar lacks": "date",
    "an amount in words": "bigint",
    "a total in words": "bigint",
    "a version of a request in words": "bigint",
    "an entry of a request in words": "bigint",
    "a rate in floating point": "blob",
}
"""What a column of a server cannot hold in the first place; its words say so."""
ROUNDED = {"half a cent", "a balance in floating point"}
"""What a column of a server makes a whole number of."""


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("instalment_version", None),
        ("approval_answer", "CHECK (answer IN ('given', 'refused', 'taken'))"),
        ("unit", "CHECK (decimals BETWEEN 0 AND 60)"),
    ],
)
def test_a_constraint_of_other_words_is_found(honest: str, name: str, due: str | None) -> None:
    """On a server as in a file: a check that admits more, a key that is not compared any more."""
    with closing(Raw(honest)) as raw:
        found = raw.rows(
            "SELECT conname, contype::text AS kind FROM pg_constraint "
            f"WHERE conrelid = '{name}'::regclass AND contype IN ('c', 'f') ORDER BY contype, 1"
        )
        kind = "c" if due else "f"
        constraint = next(one["conname"] for one in found if one["kind"] == kind)
        if due is None:
            (row,) = raw.rows(
                "SELECT pg_get_constraintdef(oid) AS words FROM pg_constraint "
                f"WHERE conname = '{constraint}'"
            )
            due = f"{row['words']} NOT VALID"
        changes = [
            f"ALTER TABLE {name} DROP CONSTRAINT {constraint}",
            f"ALTER TABLE {name} ADD CONSTRAINT {constraint} {due}",
        ]
        for statement in changes:
            raw.execute(statement)
    result = checked(honest, "guards")["guards"]
    assert f"the constraint {name}.{constraint} was changed" in str(result.failures)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_check_fails_when_its_rule_is_broken(name: str, honest: str, engine_name: str) -> None:
    check, statements = ATTACKS[name]
    if engine_name == "postgresql":
        check, statements = ON_A_SERVER.get(name, (check, statements))
        if name in NO_SUCH_VALUE:
            with pytest.raises(Refused, match=NO_SUCH_VALUE[name]):
                attack(honest, *statements)
            return
        check = "balances" if name in ROUNDED else check
    attack(honest, *statements)
    results = checked(honest)
    assert list(results) == list(CHECKS), "what one check fails on must not stop the others"
    result = results[check]
    assert not result.ok, f"{check} does not see {name}"
    assert result.failed >= len(result.failures) > 0
    assert all(result.failures)


def test_every_check_is_attacked() -> None:
    assert {check for check, _ in ATTACKS.values()} == set(CHECKS)


def test_a_failure_names_the_entry_the_holder_and_the_figures(honest: str) -> None:
    attack(honest, ATTACKS["more committed than held"][1][0])
    told = " ".join(checked(honest, "nothing-below-zero")["nothing-below-zero"].failures)
    assert "entry 4 leaves need N-0001 with -466.67 EUR held" in told
    assert "entry 4 leaves deal D-0001, its need's side, with -466.67 EUR held" in told


IN_ERROR = {
    "office": "city MHD rests on office asia, which was recorded in error",
    "city": "project PRJ-0001 rests on city MHD",
    "provider": "offer O-0001 rests on provider BANK",
    "project": "need N-0001 rests on project PRJ-0001",
    "need": "deal D-0001 rests on need N-0001",
    "offer": "deal D-0001 rests on offer O-0001",
    "deal": "a quantity rests on deal D-0001",
}


@pytest.mark.parametrize("kind", IN_ERROR)
def test_what_rests_on_a_record_in_error_is_named(honest: str, kind: str) -> None:
    attack(honest, f"UPDATE {kind}_version SET in_error = TRUE")
    told = checked(honest, "in-error")["in-error"].failures
    assert any(IN_ERROR[kind] in one for one in told), told


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("provider", "a statement rests on provider BANK"),
        ("need", "a quantity rests on need N-0001"),
        ("offer", "a quantity rests on offer O-0001"),
        ("city", "offer O-0001 rests on city MHD"),
    ],
)
def test_statements_quantities_and_lists_rest_on_records_too(
    honest: str, kind: str, words: str
) -> None:
    attack(
        honest,
        "UPDATE offer_version SET cities = 'QOM;MHD'",
        f"UPDATE {kind}_version SET in_error = TRUE",
    )
    result = checked(honest, "in-error")["in-error"]
    assert result.failed > 0
    assert any(words in one for one in result.failures), result.failures


def test_a_total_that_differs_is_named_with_both_figures(honest: str) -> None:
    attack(honest, ATTACKS["a total that was never said"][1][0])
    (told,) = checked(honest, "totals")["totals"].failures
    assert "states the total of need N-0001, 10,000.01 EUR; its entries until" in told
    assert "add up to 10,000.00 EUR" in told


def test_failures_beyond_twenty_are_counted(honest: str) -> None:
    attack(honest, "UPDATE movement SET amount = 0")
    result = checked(honest, "balanced")["balanced"]
    assert len(result.failures) == 20
    assert result.failed == result.examined > 20


def test_the_document_has_the_contract_s_keys(honest: str) -> None:
    document = check_document(checked(honest, "exact", "broker").values())
    assert document["schema"] == "cityfund.check/1"
    assert [check["name"] for check in document["checks"]] == ["broker", "exact"]
    assert {"name", "ok", "examined", "failures"} <= document["checks"][0].keys()
    assert document["checks"][0]["failures"] == []


def test_an_unknown_check_names_the_nearest(honest: str) -> None:
    with pytest.raises(UnknownCheck) as caught:
        checked(honest, "balance")
    assert "balances" in caught.value.next_step or "balanced" in caught.value.next_step
