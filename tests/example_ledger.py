"""A small ledger in which there is something of everything that commands act on."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from officer import Officer, Unheard
from people import Person

REFUSED = "deal deposit"
"""The fund is no bank: there is nothing to show."""
PLAYED_ELSEWHERE = "demo"
"""Both of its examples are played by `tests/demo`, which takes a while."""
ITS_OWN_LEDGER = {"db restore", "init"}
"""Commands that make a ledger, which has no other."""
BEFORE = {
    "config unset": ("config set office asia", "config set profile.training.office asia"),
    "db restore": ("db backup backup.db",),
    "gaps trend": ("reconcile --only gaps",),
    "audit prove": ("audit seal",),
    "audit seal": ("audit keygen fund.key --name fund.example/ledger",),
    "audit packet": (
        "audit keygen fund.key --name fund.example/ledger",
        "audit seal --sign fund.key --note seal.note",
    ),
    "audit statement": (
        "audit keygen fund.key --name fund.example/ledger",
        "audit seal --sign fund.key --note seal.note",
        "audit packet 6 7 8 --note seal.note --output packet.json",
    ),
    "audit cosign": (
        "audit keygen fund.key --name fund.example/ledger",
        "audit keygen office.key --name office.example --witness",
        "audit seal --sign fund.key --note seal.note",
    ),
    "audit consistency": (
        "audit keygen fund.key --name fund.example/ledger",
        "audit seal --sign fund.key --note seal.note",
    ),
    "audit verify": ("audit seal", "audit prove 1 --output proof.json"),
}
"""What has been done before an example is typed."""
FINDINGS = {"audit verify", "check", "doctor", "reconcile night", "screen", "status"}
"""Commands that may end with findings, which is exit code 1."""


def furnish(officer: Officer) -> None:
    """Record what each of the lines needs; the last request edits an offer."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Qom --code QOM --country IR")
    officer.says("city retire QOM")
    officer.says("office add Lima --code lima")
    officer.says("office retire lima")
    officer.says("provider add Bank --code BANK --kind bank")
    officer.says("provider add 'Old bank' --code OLD --kind bank")
    officer.says("provider retire OLD")
    officer.says("project add Tram --code P-1 --city MHD --sector transport --on 2026-01-10")
    officer.says("project add Bus --code P-2 --city MHD --sector transport")
    officer.says("need add P-1 money '90M EUR' --topic metro --on 2026-01-10")
    officer.says("project cancel P-2 --reason dropped")
    for _ in range(3):
        officer.says("offer add BANK money '100M EUR' --on 2026-01-10")
    officer.says("offer withdraw O-0002")
    officer.says("rates add EUR USD 1.10 --on 2026-11-20")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    officer.says(
        "deal introduce O-0001 N-0001 '20 EUR' --commit --instrument loan",
        *("--due", "2027-03-01=6 EUR", "--due", "2027-04-01=2 EUR"),
    )
    officer.says("deal deliver D-0002 '5 EUR'")
    officer.says("need withdraw N-0001 '3 EUR' --reason smaller")
    with TemporaryDirectory() as inbox:
        for name in ("a.csv", "b.csv"):
            (Path(inbox) / name).write_text(f"provider,statement\n{name},?\n", encoding="utf-8")
        officer.tries(f"reconcile --only statements --inbox {inbox}")
    officer.says("finding resolve F-0002 --reason read")
    officer.says("match --save")
    officer.says("provider add 'Other bank' --code OLD2 --kind bank")
    officer.says("approach add N-0001 BANK --on 2026-11-01")
    officer.says("approach add N-0001 OLD2 --on 2026-11-02 --code AP-0002")
    for line in (
        *("approach withdraw AP-0002", "instalment withdraw D-0002/2027-04-01"),
        "limit add cap quantity '900M EUR' --per provider",
    ):
        officer.says(line)
    officer.says("restriction add --providers OLD --authority Council --reason debarred --yes")
    officer.says(
        "exemption add RS-0001 --projects P-2 --authority Treasury --reference L-1 "
        "--reason relief --from 2026-11-01 --until 2026-12-31"
    )
    officer.says("body add Metropolis --code METROPOLIS --kind association")
    officer.says("seat add MHD METROPOLIS --from 1993")
    officer.says("city add Tabriz --code TBZ --country IR")
    officer.says("partnership add TBZ MHD --kind twinning --signed 2006")
    officer.says("partnership undertake PA-0001 'a library' --by MHD --due 2026-12-01")
    officer.says("partnership log PA-0001 'an office' --by TBZ --lasts yes --on 2026-11-01")
    officer.says("need add P-1 expertise '9 person-day' --code N-X --topic metro")
    for line in (
        "note add city:MHD 'Asked twice'",
        "contact add city:MHD 'A. Karimi' --role mayor",
        "contact add city:MHD 'C. Amin'",
        "contact withdraw CN-0002",
        "owner add city:MHD sara",
        "remind city:MHD 2026-12-01 Call",
        "remind city:MHD 2026-11-20 'Ask for the plan'",
        "done R-0002",
        "owner add D-0001 sara",
        "owner withdraw OW-0002",
    ):
        officer.says(line)
    officer.says("credential add MHD metro 'line 1' --grade good --as-of 2015 --source S")
    officer.says("identifier add projects P-1 iati X-1")
    officer.says("identifier add projects P-1 iati X-2")
    officer.says("identifier withdraw projects/iati/X-2")
    officer.says("meeting add --body METROPOLIS --name Assembly --from 2025-11-03")
    officer.says("meeting add --body METROPOLIS --name Board --from 2026-03-02")
    officer.says("meeting attend MT-0001 MHD --did spoke")
    officer.says("motion add --meeting MT-0001 --by MHD --what bank")
    officer.says("target add --body METROPOLIS --measure present --value 0.9 --by 2027-12-31")
    _furnish_approvals(officer)
    for line in (
        "office edit hq --regions '150;009;010;034'",
        "offer edit O-0003 --valid-until yesterday",
    ):
        officer.says(line)


def _furnish_approvals(officer: Officer) -> None:
    """Record a rule, approvals that wait for an answer, and some that were given."""
    other = Person(officer.world, Unheard(), "lea")
    officer.says("approval rule add commit --above '9000bn EUR'")
    for act in ("deliver", "override"):
        other.tries(f"approval rule add {act}")
    for line in (
        "approval rule add commit --above '1M EUR'",
        "approval rule end AR-0001",
        "approval rule add reverse --key rule",
        "approval rule end AR-0001 --key rule",
    ):
        officer.tries(line)
    officer.says("approval standing add BANK '4M EUR' --until 2026-12-31")
    for number in (3, 4, 5, 6):
        other.says(f"approval give APR-{number:04d}")


def write_files(folder: Path) -> None:
    """Write the files that the examples name, into the folder where they are typed."""
    (folder / "pipeline").mkdir()
    for path in (folder / "cities.csv", folder / "pipeline" / "cities.csv"):
        path.write_text("code,name,country\nLHE,Lahore,PK\n", encoding="utf-8")
    rates = "date,base,quote,rate\n2026-11-19,EUR,USD,1.1\n"
    (folder / "rates.csv").write_text(rates, encoding="utf-8")
    (folder / "names.csv").write_text("name\nBank of the North\n", encoding="utf-8")
