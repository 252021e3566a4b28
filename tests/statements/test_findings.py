"""What becomes of a finding: healed by itself, settled by an officer, opened again."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest
from bars import a_restriction
from nights import TODAY, a_night, findings, put
from world import World

from ledger.statements.differences import FindingKind
from ledger.store.registers import UnknownCode
from ledger.store.statements.stored_findings import UnknownFinding
from ledger.usecases.statements import findings as acts
from ledger.usecases.statements.inbox import InboxUnreadable

COMMITTED = "BANK,2026-10,1,2026-10-02,commitment,D-0001,,,1000.00,EUR,LOAN-1"
DELIVERED = "BANK,2026-10,2,2026-10-10,delivery,D-0001,,,400.00,EUR,PAY-1"
ADDED = "BANK,2026-10,3,2026-10-20,delivery,D-0001,,,50.00,EUR,PAY-2"


@pytest.fixture
def fund(world: World) -> World:
    world.need("5000 EUR")
    world.offer("9000 EUR")
    world.introduce("1000 EUR", directly=True, reference="LOAN-1", on=date(2026, 10, 2))
    world.deliver("400 EUR", reference="PAY-1", on=date(2026, 10, 10))
    return world


def events(fund: World, at: int = 0) -> list[str]:
    return [event.event.value for event in findings(fund)[at].events]


def test_a_difference_has_three_numbers_and_the_command_that_heals_it(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED.replace("400", "450"))

    (found,) = a_night(fund, tmp_path / "inbox").findings

    assert (found.kind, found.subject, found.office) == (FindingKind.AMOUNT, "D-0001", "asia")
    assert (found.ours, found.theirs, found.difference) == ("400.00 EUR", "450.00 EUR", "50.00 EUR")
    assert found.command == (
        "cityfund deal deliver D-0001 '50.00 EUR' --on 2026-10-10 --reference PAY-1"
    )
    fund.deliver("50 EUR", reference="PAY-1", on=date(2026, 10, 10))
    healed = a_night(fund, day=date(2026, 11, 24))
    assert (healed.figures["healed"], healed.findings) == (1, ())
    assert events(fund) == ["opened", "healed"]
    assert findings(fund)[0].last.reason == "no longer found on the night of 2026-11-24"


def test_less_than_ours_is_put_right_by_a_return(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED.replace("400", "390"))

    (found,) = a_night(fund, tmp_path / "inbox").findings

    assert found.command == (
        "cityfund deal return D-0001 '10.00 EUR' --on 2026-10-10 --reference PAY-1"
    )
    fund.give_back("10 EUR", reference="PAY-1", on=date(2026, 10, 10))
    assert a_night(fund).findings == ()


def test_an_act_that_their_statement_lacks_heals_when_it_is_reversed(fund, tmp_path):
    extra = fund.deliver("25 EUR", on=date(2026, 10, 12))["entry"]
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED)

    (found,) = a_night(fund, tmp_path / "inbox").findings

    assert (found.kind, found.ours, found.theirs) == (FindingKind.MISSING, "25.00 EUR", "0.00 EUR")
    assert found.command == f"cityfund journal reverse {extra} --reason 'in no statement of BANK'"
    fund.reverse(extra)
    assert a_night(fund).figures["healed"] == 1


def test_what_is_settled_rests_as_long_as_its_numbers_do(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED, ADDED)
    a_night(fund, inbox)
    fund.do(lambda uow: acts.resolve(uow, "f-0001"), reason="paid to another account")

    assert a_night(fund, inbox).findings == ()

    put(inbox, "b.csv", COMMITTED, DELIVERED, ADDED.replace("50.00", "60.00"))
    (other,) = a_night(fund, inbox).findings
    assert (other.code, other.theirs) == ("F-0002", "60.00 EUR")
    assert events(fund) == ["opened", "settled"]


def test_what_healed_and_comes_back_is_found_again(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)
    a_night(fund, tmp_path / "inbox")
    first = fund.deliver("50 EUR", reference="PAY-2", on=date(2026, 10, 20))["entry"]
    a_night(fund)
    fund.reverse(first)
    (found,) = a_night(fund).findings
    assert events(fund) == ["opened", "healed", "reopened"]

    assert found.command == (
        "cityfund deal deliver D-0001 '50.00 EUR' --on 2026-10-20 --reference PAY-2"
    )
    fund.deliver("50 EUR", reference="PAY-2", on=date(2026, 10, 20))
    assert a_night(fund).findings == ()
    assert events(fund) == ["opened", "healed", "reopened", "healed"]


def test_a_finding_is_settled_once_with_a_reason_and_opened_again_with_one(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)
    a_night(fund, tmp_path / "inbox")

    with fund.refuses(acts.FindingReasonMissing, "F-0001"):
        fund.do(lambda uow: acts.resolve(uow, "F-0001"))
    with fund.refuses(acts.FindingOpen, "F-0001"):
        fund.do(lambda uow: acts.reopen(uow, "F-0001"), reason="?")
    fund.do(lambda uow: acts.resolve(uow, "1"), reason="asked them")
    with fund.refuses(acts.FindingNotOpen, "F-0001", "resolved"):
        fund.do(lambda uow: acts.resolve(uow, "F-0001"), reason="asked again")
    fund.do(lambda uow: acts.reopen(uow, "F-0001"), reason="they deny it")

    assert events(fund) == ["opened", "settled", "reopened"]
    assert [event.reason for event in findings(fund)[0].events] == [
        None,
        "asked them",
        "they deny it",
    ]
    assert a_night(fund).figures["open"] == 1


@pytest.mark.parametrize("typed", ["F-0007", "seven", "D-0001"])
def test_a_finding_that_is_not_there_is_named(fund, typed):
    with fund.refuses(UnknownFinding, typed):
        fund.do(lambda uow: acts.resolve(uow, typed), reason="?")


def test_an_inbox_that_is_not_there_is_refused(fund, tmp_path):
    with fund.refuses(InboxUnreadable, "nowhere"):
        a_night(fund, tmp_path / "nowhere")


def test_a_statement_sent_again_takes_the_place_of_the_former(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED, ADDED)
    assert a_night(fund, inbox).figures["open"] == 1

    put(inbox, "b.csv", COMMITTED, DELIVERED)
    came = a_night(fund, inbox)

    assert (came.figures["healed"], came.figures["lines"]) == (1, 2)


def test_a_statement_may_go_on_in_another_file(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED)
    put(inbox, "b.csv", DELIVERED)

    assert a_night(fund, inbox).figures["confirmed"] == 2


def test_deliveries_are_posted_once_under_the_providers_reference(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED, ADDED)

    came = a_night(fund, inbox, post_deliveries=True)

    assert (came.figures["deliveries_posted"], came.findings) == (1, ())
    assert fund.deal_stages() == {"committed": 55_000, "delivered": 45_000}
    posted = fund.entries()[-1]
    assert (posted.reference, posted.effective_on) == ("PAY-2", date(2026, 10, 20))
    assert posted.reason.startswith("statement 2026-10 of BANK, line 3; file a.csv, SHA-256 ")
    assert posted.reason.endswith(sha256((inbox / "a.csv").read_bytes()).hexdigest())
    with fund.unchanged():
        assert a_night(fund, inbox, post_deliveries=True).figures["deliveries_posted"] == 0

    fund.reverse(posted.number, reason="not ours")
    again = a_night(fund, inbox, post_deliveries=True)
    assert fund.deal_stages() == {"committed": 60_000, "delivered": 40_000}
    assert [finding.kind for finding in again.findings] == [FindingKind.UNKNOWN]


def test_deliveries_are_posted_in_the_order_of_their_days(fund, tmp_path):
    later = "BANK,2026-10,4,2026-10-25,delivery,D-0001,,,70.00,EUR,PAY-3"
    put(tmp_path / "inbox", "a.csv", later, ADDED, DELIVERED, COMMITTED)

    came = a_night(fund, tmp_path / "inbox", post_deliveries=True)

    assert (came.figures["deliveries_posted"], came.findings) == (2, ())
    assert [entry.reference for entry in fund.entries()[-2:]] == ["PAY-2", "PAY-3"]


def test_a_delivery_before_the_deals_last_act_is_posted_on_its_day(fund, tmp_path):
    fund.deliver("10 EUR", reference="PAY-9", on=date(2026, 11, 2))
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)

    came = a_night(fund, tmp_path / "inbox", post_deliveries=True)

    assert (came.figures["deliveries_posted"], came.findings) == (1, ())
    assert fund.entries()[-1].effective_on == date(2026, 10, 20)


def test_more_than_is_committed_is_not_posted(fund, tmp_path):
    much = ADDED.replace("50.00", "600.01")
    twice = [
        ADDED.replace("50.00", "400.00"),
        ADDED.replace(",3,", ",4,").replace("50.00", "300.00"),
    ]
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, much)
    assert a_night(fund, tmp_path / "inbox", post_deliveries=True).figures["open"] == 1

    put(tmp_path / "inbox", "b.csv", COMMITTED, DELIVERED, *twice)
    came = a_night(fund, tmp_path / "inbox", post_deliveries=True)
    assert came.figures["deliveries_posted"] == 1
    assert [finding.theirs for finding in came.findings] == ["300.00 EUR"]
    assert any(line.startswith("Not posted: 300.00 EUR") for line in came.lines)


def test_a_delivery_of_a_barred_pair_is_not_posted(fund, tmp_path):
    bank = fund.record("offer", "O-0001").provider
    fund.do(lambda uow: uow.add("restriction", a_restriction(providers=(bank,))))
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)

    came = a_night(fund, tmp_path / "inbox", post_deliveries=True)
    assert came.figures["deliveries_posted"] == 0
    assert [finding.theirs for finding in came.findings] == ["50.00 EUR"]
    assert any(line.startswith("Not posted: 50.00 EUR") for line in came.lines)


def test_a_dry_run_says_what_it_would_post(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)

    with fund.unchanged():
        came = a_night(fund, tmp_path / "inbox", post_deliveries=True, dry=True)

    assert came.figures["deliveries_posted"] == 1


def test_a_provider_with_living_deals_that_is_silent_is_found(fund, tmp_path):
    fund.provider("QUIET")
    fund.offer("10 EUR", code="O-0002", provider="QUIET")

    assert a_night(fund, silent_days=52).figures["open"] == 0
    (found,) = a_night(fund, silent_days=51).findings
    assert (found.kind, found.subject) == (FindingKind.SILENT, "BANK")
    assert (found.ours, found.theirs, found.difference) == ("51 days", "52 days", "1 day")

    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED)
    assert a_night(fund, tmp_path / "inbox", silent_days=51).figures["healed"] == 1


def test_a_silent_provider_is_one_finding_however_many_nights_pass(fund):
    a_night(fund, silent_days=10)
    again = a_night(fund, silent_days=10, day=date(2026, 11, 22))

    assert (again.figures["opened"], again.figures["open"]) == (0, 1)
    # Not asked for, it is not thought to have spoken.
    assert a_night(fund, day=TODAY).figures["open"] == 1


def test_a_finding_names_its_file_and_the_digest_of_it(fund, tmp_path):
    path = put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, ADDED)
    a_night(fund, tmp_path / "inbox")
    (found,) = findings(fund)
    digest = sha256(path.read_bytes()).hexdigest()
    assert (found.file_name, found.content_hash) == ("a.csv", digest)


def test_only_files_tied_to_their_provider_are_posted_from(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED, ADDED)
    with pytest.raises(UnknownCode, match="no provider 'OTHER'"):
        a_night(fund, inbox, senders=(("OTHER", "a*"),))
    fund.provider("OTHER")
    came = a_night(fund, inbox, post_deliveries=True, senders=(("other", "a*"),))
    assert came.figures["deliveries_posted"] == 0
    assert came.figures["files_bad"] == 1, "a file of OTHER has no lines of BANK"
    came = a_night(fund, inbox, post_deliveries=True, senders=())
    assert came.figures["deliveries_posted"] == 0
    assert any("The file a.csv is not tied to BANK" in line for line in came.lines)
    came = a_night(fund, inbox, post_deliveries=True, senders=(("BANK", "A.csv"),))
    assert came.figures["deliveries_posted"] == 1


def test_a_file_of_another_name_has_no_lines_of_a_tied_provider(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED, ADDED)
    (found,) = a_night(fund, inbox, senders=(("BANK", "bank/*"),)).findings
    assert found.kind is FindingKind.FILE
    assert "The files of BANK are bank/*, and this one is not" in found.sentence
    (inbox / "bank").mkdir()
    (inbox / "a.csv").rename(inbox / "bank" / "a.csv")
    came = a_night(fund, inbox, senders=(("BANK", "bank/*"),), post_deliveries=True)
    assert (came.figures["deliveries_posted"], came.findings) == (1, ())


def test_the_folder_of_one_provider_sends_for_no_other(fund, tmp_path):
    inbox = tmp_path / "inbox"
    fund.provider("OTHER")
    senders = (("BANK", "*.csv"), ("OTHER", "other/*"))
    (inbox / "other").mkdir(parents=True)
    put(inbox / "other", "a.csv", COMMITTED, DELIVERED, ADDED)
    came = a_night(fund, inbox, senders=senders, post_deliveries=True)
    assert (came.figures["deliveries_posted"], came.figures["files_bad"]) == (0, 1)
    (inbox / "other" / "a.csv").rename(inbox / "a.csv")
    came = a_night(fund, inbox, senders=senders, post_deliveries=True)
    assert came.figures["deliveries_posted"] == 1
