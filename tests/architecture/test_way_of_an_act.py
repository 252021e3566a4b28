"""How far a command travels through the program: files entered, modules loaded, engines opened."""

import subprocess
import sys

import pytest
from bench_structure import COMMANDS, HELP, INTRODUCE, Trace, make_ledger_here, traced
from sqlalchemy import Engine, event

from cli.main import main
from ledger.registers.table import REGISTERS

MOST_FILES_OF_AN_ACT = 35
MOST_MODULES_OF_HELP = 25
MOST_MODULES_OF_A_SCREEN = 126
MOST_MODULES_OF_A_LIST = 94
MOST_STATEMENTS = {"project show PRJ-0001": 36, "need show N-0001": 30}
"""Of a project with one need, and of the need: one offer could serve it."""


@pytest.fixture(scope="module")
def ledger_url(tmp_path_factory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('way') / 'ledger.db'}"
    make_ledger_here(url)
    return url


@pytest.fixture(scope="module")
def introduction(ledger_url) -> Trace:
    trace = traced(INTRODUCE, ledger_url)
    assert trace.exit_code == 0
    return trace


def test_an_introduction_enters_few_files(introduction):
    assert len(introduction.files) <= MOST_FILES_OF_AN_ACT, introduction.files


def test_an_introduction_opens_one_database_engine(introduction):
    assert introduction.engines == 1


def test_an_introduction_loads_no_module_of_statements(introduction):
    assert introduction.statement_modules == []


@pytest.mark.parametrize("report", ["gaps", "match"])
def test_a_report_loads_no_module_of_statements(ledger_url, report):
    trace = traced(COMMANDS[report], ledger_url)

    assert trace.exit_code == 0
    assert trace.statement_modules == []


@pytest.mark.parametrize("screen", [("project", "show", "PRJ-0001"), ("need", "show", "N-0001")])
def test_a_screen_loads_few_modules_and_no_gap_report(ledger_url, screen):
    trace = traced(screen, ledger_url)

    assert trace.exit_code == 0
    assert not {"ledger.usecases.gaps", "ledger.gaps.groups"} & {*trace.modules}
    assert len(trace.modules) <= MOST_MODULES_OF_A_SCREEN, trace.modules


@pytest.mark.parametrize(("command", "most"), MOST_STATEMENTS.items())
def test_a_screen_sends_few_statements(ledger_url, command, most):
    sent: list[str] = []

    def connected(connection, _record) -> None:
        connection.set_trace_callback(sent.append)

    event.listen(Engine, "connect", connected)
    try:
        assert main(["--db", ledger_url, *command.split()]) == 0
    finally:
        event.remove(Engine, "connect", connected)
    asked = [one for one in sent if one.startswith("SELECT")]
    assert len(asked) <= most, asked


@pytest.mark.parametrize("kind", ["city", "need", "provider"])
def test_a_list_loads_few_modules(ledger_url, kind):
    trace = traced((kind, "list"), ledger_url)

    assert trace.exit_code == 0
    assert len(trace.modules) <= MOST_MODULES_OF_A_LIST, trace.modules


WITHOUT_TABLES = ("city list", "need list", "provider list", "gaps", "status")
"""What reads registers by SQL written from their specifications alone."""


@pytest.mark.parametrize("command", WITHOUT_TABLES)
def test_a_reading_command_makes_no_table_of_a_register(ledger_url, command):
    program = (
        "import sys; from cli.main import main; main(sys.argv[1:]);"
        "from ledger.store.db.types import metadata; print(*metadata.tables, file=sys.stderr)"
    )
    words = [sys.executable, "-c", program, *command.split(), "--db", ledger_url]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    made = set(done.stderr.split())

    assert not {name for name in REGISTERS if f"{name}_version" in made}
    assert not {name for name in made if name.startswith(("proposal", "introduced"))}


def test_a_ledger_in_a_file_is_read_without_the_dialect_of_servers(ledger_url):
    program = (
        "import sys; from cli.main import main; main(sys.argv[1:]);"
        "sys.exit('sqlalchemy.dialects.postgresql' in sys.modules)"
    )
    command = [sys.executable, "-c", program, "need", "list", "--db", ledger_url]

    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.usefixtures("introduction")  # makes the deal
@pytest.mark.parametrize("words", ["deal show D-0001", "need list", "deal --help"])
def test_of_a_noun_the_verb_that_is_asked_for_is_built_alone(ledger_url, words):
    program = (
        "import sys; made = []\n"
        "from typer import main as typer_main; build = typer_main.get_command_from_info\n"
        "def counted(command_info, **given):\n"
        "    made.append(command_info.name)\n"
        "    return build(command_info, **given)\n"
        "typer_main.get_command_from_info = counted\n"
        "from cli.main import main; main(sys.argv[1:]); print(*made, file=sys.stderr)"
    )
    line = [sys.executable, "-c", program, "--db", ledger_url, *words.split()]
    done = subprocess.run(line, capture_output=True, text=True, check=True)

    # The parameters of every command are made with a nameless one.
    made = [name for name in done.stderr.split() if name != "None"]
    if "--help" in words:
        assert len(made) > 1
    else:
        assert made == [words.split()[1]]


def test_help_loads_few_modules(ledger_url):
    trace = traced(HELP, ledger_url)

    assert trace.exit_code == 0
    assert len(trace.modules) <= MOST_MODULES_OF_HELP, trace.modules
    assert trace.engines == 0
