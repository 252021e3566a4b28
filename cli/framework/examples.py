"""Two examples for every command, shown at the end of its help; a test runs each of them.

The codes are those of one small ledger: the city MHD (Mashhad) and its twin TBZ (Tabriz), the
project P-1 with the needs N-0001 and N-X, the provider BANK with the offers O-0001 to O-0003.
"""

from __future__ import annotations

from typing import Final

from ledger.registers.table import REGISTERS

_EXAMPLES: Final[dict[str, tuple[str, str]]] = {
    "need add": (
        'P-1 money "40M EUR" --topic metro --needed-by 2028-01-01',
        'P-1 expertise "? person-day" --topic metro --note "quantity to follow"',
    ),
    "need edit": ('N-0001 --quantity "80M EUR" --reason "new estimate"', "N-0001 --divisible no"),
    "need withdraw": ('N-0001 "2 EUR" --reason smaller', "N-0001 --reason dropped --dry-run"),
    "need reinstate": ('N-0001 "1 EUR"', "N-0001 --reason resumed --dry-run"),
    "need candidates": ("N-0001", "N-0001 --json"),
    "offer add": (
        'BANK money "5M USD" --topics tram,metro --min-ticket "1M USD"',
        'BANK expertise "120 person-day" --valid-until 2027-12-31',
    ),
    "offer edit": (
        'O-0001 --max-ticket "50M EUR" --countries IR,PK',
        "O-0001 --reason letter --note checked",
    ),
    "offer withdraw": ('O-0001 "10M EUR" --reason smaller', "O-0001 --yes --dry-run"),
    "offer reinstate": ("O-0002", "O-0002 --dry-run"),
    "offer expire": ("O-0003", "O-0003 --dry-run"),
    "offer candidates": ("O-0001", "O-0001 --json"),
    "deal introduce": (
        'O-0001 N-0001 "1M EUR" --until 2027-01-31 --reference L-1',
        'O-0001 N-0001 "1M EUR" --commit --instrument loan --dry-run',
    ),
    "deal commit": ("D-0001 --reference L-2", 'D-0001 "4 EUR" --dry-run'),
    "deal deliver": ('D-0002 "2 EUR" --reference L-3', "D-0002 --dry-run"),
    "deal release": ('D-0001 "2 EUR" --reason smaller', "D-0001 --reason declined --dry-run"),
    "deal return": ('D-0002 "1 EUR"', 'D-0002 "1 EUR" --reason overpaid --dry-run'),
    "deal edit": ("D-0001 --until 2027-02-28", 'D-0001 --note "signed in Paris"'),
    "deal letter": ("D-0001", "D-0001 --lang fa --output letter.md"),
    "project add": (
        '"Bus line" --city MHD --sector transport --need "money 8 EUR"',
        '"Tram line 2" --city MHD --sector transport --weight 2 --dry-run',
    ),
    "project edit": ('P-1 --title "Tram line 1"', "P-1 --weight 3 --reason priority"),
    "project cancel": ("P-1 --reason dropped --yes", "P-1 --reason dropped --yes --dry-run"),
    "project restore": ("P-2", "P-2 --dry-run"),
    "project brief": ("P-1 --output brief.md", "P-1 --lang fa --output brief.html"),
    "city add": ("Lahore --code LHE --country PK", "Qazvin --country IR --dry-run"),
    "city edit": ("MHD --population 3300000", "MHD --member-since 1993"),
    "city retire": ("MHD --reason left", "MHD --dry-run"),
    "city restore": ("QOM", "QOM --dry-run"),
    "provider add": ("Builders --code MBL --kind firm", '"City bank" --kind bank --country IR'),
    "provider edit": ("BANK --country DE", 'BANK --name "The Bank" --reason renamed'),
    "provider retire": ("BANK", "BANK --reason closed --dry-run"),
    "provider restore": ("OLD", "OLD --dry-run"),
    "office add": ("Andes --code andes --regions 'South America'", "Gulf --code gulf --dry-run"),
    "office edit": ("hq --host Lyon", "hq --host Lyon --dry-run"),
    "office retire": ("africa", "africa --dry-run"),
    "office restore": ("lima", "lima --dry-run"),
    "office reroute": ("--yes", "--dry-run --yes"),
    "approach add": ("N-0001 OLD2 --channel letter", "N-X BANK --on yesterday --dry-run"),
    "approach reply": (
        'AP-0001 declined --reason other --note "another programme"',
        "AP-0001 interested --dry-run",
    ),
    "approach offer": ('AP-0001 "5M EUR" --valid-until 2027-06-30', 'AP-0001 "5M EUR" --dry-run'),
    "approach edit": ("AP-0001 --channel call", "AP-0001 --reference L-4"),
    "approach withdraw": ("AP-0001", "AP-0001 --reason mistake --dry-run"),
    "approach reinstate": ("AP-0002", "AP-0002 --dry-run"),
    "approach suggest": ("N-0001", "N-X --json"),
    "approach letter": ("AP-0001", "AP-0001 --lang fa --output letter.md"),
    "restriction add": (
        "--countries IR --binds-countries FR --authority Council --reason war --yes",
        "--providers OLD2 --authority Council --reason debarred --yes --dry-run",
    ),
    "restriction edit": ("RS-0001 --programme embargo --yes", "RS-0001 --reference L-5 --yes"),
    "restriction confirm": ("RS-0001 --review 2027-06-30", "RS-0001 --review 2027-06-30 --dry-run"),
    "restriction end": ("RS-0001 --until today --yes", "RS-0001 --until today --yes --dry-run"),
    "restriction check": ("O-0001 N-0001", "O-0001 N-0001 --json"),
    "exemption add": (
        (
            "RS-0001 --projects P-1 --authority Treasury --reference L-9 --reason relief "
            "--from 2026-11-01 --until 2027-01-31"
        ),
        (
            "RS-0001 --projects P-1 --authority Treasury --reference L-9 --reason relief "
            "--from 2026-11-01 --until 2027-01-31 --dry-run"
        ),
    ),
    "exemption edit": ("EX-0001 --reference L-10", "EX-0001 --reference L-10 --dry-run"),
    "exemption end": ("EX-0001 --until today", "EX-0001 --until today --dry-run"),
    "body add": ('"Women in cities" --kind committee --parent METROPOLIS', "C40 --kind network"),
    "body edit": ("METROPOLIS --seats 22", 'METROPOLIS --name "Metropolis association"'),
    "body end": ("METROPOLIS --until 2025", "METROPOLIS --until 2025 --dry-run"),
    "seat add": ("MHD METROPOLIS --role observer --from 2020", "TBZ METROPOLIS --from 2024-05"),
    "seat edit": ("ST-0001 --from 1993-10", "ST-0001 --from 1993-10 --dry-run"),
    "seat end": ("ST-0001 --until 2025-06", "ST-0001 --until 2025-06 --dry-run"),
    "partnership add": (
        "TBZ MHD --kind memorandum --signed 2020 --aim schools",
        "TBZ MHD --kind city-to-city --signed 2024-05 --dry-run",
    ),
    "partnership edit": ('PA-0001 --aim "a library"', 'PA-0001 --aim "a library" --dry-run'),
    "partnership end": ("PA-0001 --ended 2026-10", "PA-0001 --ended 2026-10 --dry-run"),
    "partnership undertake": (
        'PA-0001 "a bus line" --by MHD --due 2027-03-01',
        'PA-0001 "a bus line" --by TBZ --host MHD --dry-run',
    ),
    "partnership done": ("UT-0001 --on 2026-11-20", "UT-0001 --on 2026-11-20 --dry-run"),
    "partnership log": ('PA-0001 "a visit" --by TBZ', 'PA-0001 "a visit" --by TBZ --dry-run'),
    "undertaking add": ('PA-0001 "a school" --by TBZ', 'PA-0001 "a park" --by TBZ --host MHD'),
    "undertaking edit": ("UT-0001 --payer TBZ", "UT-0001 --payer TBZ --dry-run"),
    "undertaking confirm": ("UT-0002", "UT-0002 --dry-run"),
    "credential add": (
        'MHD metro "line 1" --grade good --as-of 2026 --source "a survey"',
        (
            'MHD metro "line 1" --measure speed --value 30.5 --unit km/h --better higher '
            "--as-of 2015-06 --source S"
        ),
    ),
    "credential edit": ("CR-0001 --grade excellent", "CR-0001 --grade excellent --dry-run"),
    "exchange accept": ("N-X TBZ", "N-X TBZ --dry-run"),
    "exchange standing": ("metro", "metro --json"),
    "exchange suggest": ("N-X", "metro --limit 5"),
    "meeting add": (
        "--body METROPOLIS --name Session --from 2026-05-10 --place Sydney",
        "--body METROPOLIS --name Session --from 2026-05-10 --dry-run",
    ),
    "meeting edit": ("MT-0001 --complete yes", "MT-0001 --place Sydney"),
    "meeting attend": ("MT-0001 MHD --presence online", "MT-0001 MHD --did spoke,chaired"),
    "attendance add": (
        "--meeting MT-0002 --city MHD --presence apologies",
        "--meeting MT-0002 --city TBZ --presence online --dry-run",
    ),
    "attendance edit": ("MT-0001/MHD --did chaired", "MT-0001/MHD --did chaired --dry-run"),
    "identifier add": ("cities MHD geonames 124665", "projects P-2 iati X-7 --dry-run"),
    "identifier edit": (
        "projects/iati/X-1 --record P-2",
        "projects/iati/X-1 --record P-2 --dry-run",
    ),
    "identifier withdraw": ("projects/iati/X-1", "projects/iati/X-1 --dry-run"),
    "identifier reinstate": ("projects/iati/X-2", "projects/iati/X-2 --dry-run"),
    "note add": ('MHD "The mayor asks for a metro"', 'D-0001 "Signed in Paris" --dry-run'),
    "note edit": ('NT-0001 --text "Two metros"', 'NT-0001 --text "Two metros" --dry-run'),
    "contact add": (
        'city:MHD "B. Amin" --role clerk --email b@mashhad.ir',
        'BANK "E. Roux" --role director --dry-run',
    ),
    "contact edit": ('CN-0001 --phone "+98 51 3841"', "CN-0001 --role secretary --dry-run"),
    "contact withdraw": ("CN-0001", "CN-0001 --dry-run"),
    "contact reinstate": ("CN-0002", "CN-0002 --dry-run"),
    "remind": ('D-0001 2027-01-15 "Ask for the report"', 'MHD 2027-02-01 "Call" --dry-run'),
    "done": ("R-0001", "R-0001 --dry-run"),
    "reminder add": ('MHD 2027-01-15 "Call the mayor"', 'MHD 2027-01-16 "Call" --dry-run'),
    "reminder edit": ("R-0001 --date 2027-03-01", "R-0001 --date 2027-03-02 --dry-run"),
    "reminder reopen": ("R-0002", "R-0002 --dry-run"),
    "owner add": ("P-1 sara", "BANK omid --dry-run"),
    "owner edit": ("OW-0001 omid", "OW-0001 omid --dry-run"),
    "owner withdraw": ("OW-0001", "OW-0001 --dry-run"),
    "owner reinstate": ("OW-0002", "OW-0002 --dry-run"),
    "brief": ("MHD", "--office asia --format html --output asia.html"),
    "instalment add": (
        'D-0002 2027-05-01 "3 EUR"',
        'D-0002 2027-06-01 "1 EUR" --dry-run',
    ),
    "instalment edit": (
        'D-0002/2027-03-01 --quantity "4 EUR"',
        'D-0002/2027-03-01 --quantity "4 EUR" --dry-run',
    ),
    "limit add": (
        'cap quantity "40M EUR" --offers provider=BANK --per country',
        "cap share 25% --offers instruments=grant --dry-run",
    ),
    "limit edit": ('LIM-0001 --value "50M EUR"', 'LIM-0001 --note "board of March" --dry-run'),
    "limit end": ("LIM-0001 --until 2027-12-31", "LIM-0001 --until 2028-12-31 --dry-run"),
    "instalment withdraw": ("D-0002/2027-03-01", "D-0002/2027-03-01 --dry-run"),
    "instalment reinstate": ("D-0002/2027-04-01", "D-0002/2027-04-01 --dry-run"),
    "calendar": ("--office asia --output due.ics", "--json"),
    "phase add": (
        "P-1 completion --from 2026-02-01",
        "P-1 preparation --from 2026-02-01 --dry-run",
    ),
    "phase edit": (
        "P-2/2026-11-23 --status completion",
        "P-2/2026-11-23 --status completion --dry-run",
    ),
    "motion add": (
        "--meeting MT-0001 --by MHD --what fund --follows MO-0001",
        "--meeting MT-0001 --by MHD --what bank --dry-run",
    ),
    "motion edit": ("MO-0001 --outcome declined --reason charter", "MO-0001 --outcome adopted"),
    "target add": (
        "--body METROPOLIS --measure deciding --value 1 --by 2027-12-31",
        "--body METROPOLIS --measure present --value 0.8 --by 2028-12-31 --dry-run",
    ),
    "target edit": ("TG-0001 --value 0.95", "TG-0001 --value 0.95 --dry-run"),
    "unit add": ("kwh --name 'Kilowatt hour' --decimals 1", "km2 --decimals 3 --dry-run"),
    "topic list": ("", "--format csv"),
    "topic rename": ("metro subway --yes --reason spelling", "metro subway --yes --dry-run"),
    "rates add": ("EUR JPY 160 --on 2026-11-20", "EUR USD 1.20 --source bank --dry-run"),
    "rates withdraw": (
        "EUR USD 2026-11-20 --reason misread",
        "EUR USD 2026-11-20 --reason misread --dry-run",
    ),
    "rates show": ("", "EUR USD --as-of 2026-11-22"),
    "rates history": ("EUR USD", "EUR USD --format csv"),
    "rates import": ("rates.csv --yes", "rates.csv --since 2026-11-01 --dry-run"),
    "finding resolve": ('F-0001 --reason "the bank confirmed"', "F-0001 --reason read --dry-run"),
    "finding reopen": ("F-0002 --reason unread", "F-0002 --reason unread --dry-run"),
    "finding settle": ("F-0001 --reason read", "F-0001 --reason read --dry-run"),
    "approval list": ("", "--all --format csv"),
    "approval show": ("APR-0001", "APR-0001 --json"),
    "approval give": ("APR-0001", "APR-0002 --until 2026-12-31 --dry-run"),
    "approval refuse": (
        'APR-0001 --reason "ask the board first"',
        "APR-0002 --reason board --dry-run",
    ),
    "approval rule add": ('commit --above "1M EUR" --key APR-0003', "reverse --dry-run"),
    "approval standing add": (
        'BANK "5M EUR" --until 2026-12-31',
        'OLD2 "1M USD" --until 2026-12-31 --dry-run',
    ),
    "approval standing list": ("", "--all --json"),
    "approval standing end": ("SA-0001 --reason moved", "SA-0001 --dry-run"),
    "approval rule list": ("", "--all --json"),
    "approval rule end": ("AR-0001 --key APR-0004", "AR-0001 --dry-run"),
    "gaps report": ("--where country=IR --sort -gap", "--by country,factor --format csv"),
    "gaps trend": ("", "--by factor --json"),
    "match propose": ("--reserves", "--where city=MHD --json"),
    "match list": ("", "--limit 5"),
    "match show": ("MAT-0001", "MAT-0001 --json"),
    "match accept": (
        "--until 2027-01-31 --yes",
        "--until 2027-01-31 --dry-run --yes",
    ),
    "match explain": ("N-0001", "P-1"),
    "match whatif": ("--withdraw O-0001", "--lift RS-0001 --json"),
    "match worth": ("", "--json"),
    "report coverage": ("", "--format csv"),
    "report offers": ("", "--where use=idle"),
    "report providers": ("", "--currency USD"),
    "report cities": ("", "--office asia"),
    "report overview": ("", "--format html --output overview.html"),
    "report pipeline": ("", "--json"),
    "report partnerships": ("", "--format md"),
    "report engagement": ("--body METROPOLIS", "--body METROPOLIS --json"),
    "report seats": ("", "--format csv"),
    "report restrictions": ("", "--json"),
    "screen": ("names.csv", "names.csv --dry-run"),
    "journal list": ("--need N-0001", "--limit 10"),
    "journal show": ("1", "1 --json"),
    "journal reverse": ("9 --reason slip --yes", "9 --reason slip --yes --dry-run"),
    "journal correct": (
        '9 --quantity "4 EUR" --reason slip',
        '9 --quantity "4 EUR" --reason slip --dry-run',
    ),
    "journal follow": ("--once", "--since 3 --once"),
    "audit seal": ("", "--sign fund.key --note seal.note"),
    "audit seals": ("", "--limit 1"),
    "audit packet": (
        "1 2 --note seal.note --output packet.json",
        "5 need:N-0001 --note seal.note --disclose reference",
    ),
    "audit statement": (
        "packet.json --provider BANK --signer fund.key.pub",
        "packet.json --provider BANK --signer fund.key.pub --output bank.csv",
    ),
    "audit erase": (
        "contact:CN-0001 --reason 'asked on 30 November' --yes",
        "entry:2 --field reference,receipt --reason 'asked for' --yes",
    ),
    "audit keygen": ("k.key --name fund.example/ledger", "w.key --name w.example --witness"),
    "audit cosign": (
        "seal.note --key office.key --signer fund.key.pub",
        "seal.note --key office.key --signer fund.key.pub --json",
    ),
    "audit consistency": (
        "seal.note --size 0 --output proof.txt",
        "seal.note --size 2 --json",
    ),
    "audit prove": ("1 --output proof.json", "2 --disclose actor --output proof-2.json"),
    "audit verify": ("proof.json", "proof.json --json"),
    "log": ("", "--where actor=sara --limit 20"),
    "undo": ("--reason slip --yes", "--reason slip --yes --dry-run"),
    "check": ("", "balances --json"),
    "import tables": ("cities.csv --dry-run", "pipeline/ --yes"),
    "import template": ("city.xlsx", "needs.xlsx --table projects,needs"),
    "export": ("everything", "needs.xlsx --table needs --manifest"),
    "query": (
        '"SELECT city, sum(gap_minor) FROM v_gap GROUP BY city"',
        '"SELECT * FROM v_gap" --output v_gap.csv',
    ),
    "codes": ("sectors", "units --json"),
    "help": ("dates", "--man"),
    "find": ("Mashhad", "tram --limit 5 --json"),
    "show": ("P-1", "N-0001 --format md"),
    "history": ("D-0001", "city:MHD --format csv"),
    "init": ("", "--time-zone Europe/Paris"),
    "demo": ("", "--keep demo.db"),
    "status": ("", "--json"),
    "doctor": ("", "--json"),
    "config list": ("", "--json"),
    "config get": ("office", "db --json"),
    "config set": ("office asia", "profile.training.db sqlite:///training.db"),
    "config unset": ("office", "profile.training.office"),
    "config path": ("", "--json"),
    "settings list": ("", "--json"),
    "settings edit": ("--time-zone Asia/Tehran --reason moved", "--sleeping-months 36 --dry-run"),
    "db upgrade": ("", "--json"),
    "db backup": ("backup.db", "backup-2.db --json"),
    "db copy": ("--to sqlite:///copy.db", "--to sqlite:///copy-2.db --json"),
    "db restore": (
        "backup.db --db sqlite:///restored.db",
        "backup.db --db sqlite:///again.db --json",
    ),
    "db grants": ("", "--officer officers --night nights --json"),
    "db correct-clock": (
        '--reason "the battery was empty" --yes',
        "--reason battery --yes --dry-run",
    ),
    "reconcile night": ("--dry-run", "--only lapse,check"),
    "reconcile install": ("--cron --inbox statements", "--systemd --at 01:30"),
}

_RECORDS: Final = {
    "city": "MHD",
    "provider": "BANK",
    "project": "P-1",
    "office": "hq",
    "need": "N-0001",
    "offer": "O-0001",
    "deal": "D-0001",
    "finding": "F-0001",
    "approach": "AP-0001",
    "restriction": "RS-0001",
    "exemption": "EX-0001",
    "body": "METROPOLIS",
    "seat": "ST-0001",
    "partnership": "PA-0001",
    "undertaking": "UT-0001",
    "credential": "CR-0001",
    "meeting": "MT-0001",
    "attendance": "MT-0001/MHD",
    "motion": "MO-0001",
    "target": "TG-0001",
    "phase": "P-2/2026-11-23",
    "instalment": "D-0002/2027-03-01",
    "note": "NT-0001",
    "reminder": "R-0001",
    "limit": "LIM-0001",
    "contact": "CN-0001",
    "owner": "OW-0001",
    "identifier": "projects/iati/X-1",
}
"""A record of each register, for the verbs that all of them have."""
_OF_ALL: Final = {
    "list": ("", "--limit 5 --format csv"),
    "show": ("{code}", "{code} --json"),
}


def examples_of(command: str) -> tuple[str, ...]:
    """Return two lines that a person can type, none for a command that is always refused.

    The command is named by all of its words, the verb that a noun stands for included.
    """
    noun, _, verb = command.partition(" ")
    rest = _EXAMPLES.get(command)
    if rest is None and (noun in REGISTERS or noun == "finding") and verb in _OF_ALL:
        rest = _OF_ALL[verb]
    if rest is None:
        return ()
    code = _RECORDS.get(noun, "")
    words = command.removesuffix(_DEFAULT.get(noun, " ")).strip()
    lines = (f"cityfund {words} {one.replace('{code}', code)}".strip() for one in rest)
    # What would happen is looked at before it is done.
    return tuple(sorted(lines, key=lambda line: "--dry-run" not in line))


_DEFAULT: Final = {"gaps": "report", "match": "propose", "import": "tables", "reconcile": "night"}
"""The verbs that these nouns stand for when they stand alone."""
