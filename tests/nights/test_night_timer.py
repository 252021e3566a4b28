"""What a machine is told to run every night: nothing secret in it, and every odd name survives."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.commands import reconcile
from cli.commands.reconcile import (
    CannotSchedule,
    NoTimeOfDay,
    Timer,
    cron_files,
    program,
    systemd_files,
    timer,
)
from cli.main import main
from ledger.core.errors import ExitCode

ODD = 'sqlite:////srv/the fund\'s "odd" 100% $HOME `ledger`\\;.db'


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program in the place of this one, which tells its words and its environment."""
    told = tmp_path / "a program's place"
    told.mkdir()
    script = told / "cityfund"
    script.write_text(
        "#!/usr/bin/env python3\n"
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:], os.environ.get('CITYFUND_DB')]))\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setattr(reconcile, "program", lambda: [str(script)])
    return script


def of(url: str, **more: object) -> Timer:
    terms = {"at": "02:30", "environment": Path("/etc/night.env"), "actor": None, "user": "fund"}
    return timer(url, **{**terms, **more})  # type: ignore[arg-type]


def done_by_cron(line: str) -> object:
    """Carry a crontab's line out as cron does: the sixth field, its percent signs unescaped."""
    minute, hour, *stars, command = line.rstrip("\n").split(" ", 5)
    assert (minute.isdigit(), hour.isdigit(), stars) == (True, True, ["*", "*", "*"])
    bare = command.replace("\\%", "")
    assert "%" not in bare, "a bare percent sign ends the command"
    told = subprocess.run(
        ["/bin/sh", "-c", command.replace("\\%", "%")], capture_output=True, check=True, text=True
    )
    return json.loads(told.stdout)


def test_a_crontab_s_line_starts_the_night_whatever_the_names(echo: Path, tmp_path: Path) -> None:
    file = tmp_path / "the night's 50% $x.env"
    file.write_text("CITYFUND_DB='postgresql://h/db'\n", encoding="utf-8")
    (line,) = cron_files(of(ODD, environment=file)).values()
    assert line.startswith("30 2 * * * ")
    assert done_by_cron(line) == [["reconcile", "--db", ODD], "postgresql://h/db"]


def test_the_environment_file_may_be_missing_where_nothing_needs_it(
    echo: Path, tmp_path: Path
) -> None:
    (line,) = cron_files(of(ODD, environment=tmp_path / "none.env", actor="the night")).values()
    assert done_by_cron(line) == [["reconcile", "--db", ODD, "--actor", "the night"], None]


SECRETS = (
    "postgresql://fund:s3cr%40t@db.example/ledger",
    "postgresql://db.example/ledger?user=fund&password=s3cret",
)


@pytest.mark.parametrize("url", SECRETS)
def test_no_password_stands_in_what_is_printed(url: str) -> None:
    one = of(url)
    assert one.needs_file
    printed = [*cron_files(one).values(), *systemd_files(one).values()]
    assert all("s3cr" not in text and "--db" not in text for text in printed)
    (service, _) = systemd_files(one).values()
    assert "EnvironmentFile=/etc/night.env\n" in service
    assert ". /etc/night.env;" in cron_files(one)["crontab"]


def words_of(service: str) -> Sequence[str]:
    """Read ExecStart as systemd does: words in double quotes, what is escaped taken back."""
    line = next(one for one in service.splitlines() if one.startswith("ExecStart="))
    words, word, inside, signs = [], "", False, iter(line.removeprefix("ExecStart="))
    for sign in signs:
        if sign == "\\":
            word += next(signs)
        elif sign in "%$":
            assert next(signs) == sign, "systemd would fill something in"
            word += sign
        elif sign == '"':
            if inside:
                words.append(word)
            word, inside = "", not inside
        elif inside:
            word += sign
        else:
            assert sign == " "
    return words


def test_systemd_s_units_start_the_night_whatever_the_names(echo: Path) -> None:
    files = systemd_files(of(ODD, at="23:05", environment=Path("/etc/50%/night.env")))
    assert [Path(path).name for path in files] == [
        "cityfund-night.service", "cityfund-night.timer",
    ]  # fmt: skip
    service, timed = files.values()
    assert words_of(service) == [str(echo), "reconcile", "--db", ODD]
    assert "EnvironmentFile=-/etc/50%%/night.env" in service
    assert "User=fund" in service
    assert "Type=oneshot" in service
    assert "SuccessExitStatus=1\n" in service
    assert "OnCalendar=*-*-* 23:05:00" in timed
    assert "Persistent=true" in timed


@pytest.mark.parametrize("at", ["2:30", "24:00", "02:60", "noon", "", "02:30:00"])
def test_a_time_that_no_clock_shows_is_refused(at: str) -> None:
    with pytest.raises(NoTimeOfDay):
        of(ODD, at=at)


@pytest.mark.parametrize("url", ["sqlite:////srv/a\nb.db", "sqlite:////srv/a\x00b.db"])
def test_what_a_line_cannot_hold_is_refused(url: str) -> None:
    with pytest.raises(CannotSchedule):
        of(url)


def test_the_program_is_named_so_that_it_is_found_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reconcile.shutil, "which", lambda _name: None)
    monkeypatch.setattr("sys.argv", ["elsewhere"])
    assert program()[1:] == ["-m", "cli.main"]
    monkeypatch.setattr(reconcile.shutil, "which", lambda _name: "/usr/bin/cityfund")
    assert program() == ["/usr/bin/cityfund"]
    script = tmp_path / "cityfund"
    script.touch()
    monkeypatch.setattr("sys.argv", [str(script)])
    assert program() == [str(script)]


def test_the_command_prints_one_or_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    url = "sqlite:////srv/fund.db"
    assert main(["reconcile", "install", "--cron", "--db", url]) == ExitCode.DONE
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert "crontab -e" in told.err
    assert main(["reconcile", "install", "--systemd", "--json", "--db", url]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cityfund.install/1"
    assert [one["path"] for one in document["files"]] == [
        "/etc/systemd/system/cityfund-night.service",
        "/etc/systemd/system/cityfund-night.timer",
    ]
    assert main(["reconcile", "install", "--db", url]) == ExitCode.USAGE
    assert main(["reconcile", "install", "--cron", "--systemd", "--db", url]) == ExitCode.USAGE


def test_the_line_for_cron_is_quiet_and_names_the_inbox(
    echo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    url, inbox = "sqlite:////srv/fund.db", tmp_path / "the bank's 100%"
    words = ["reconcile", "install", "--inbox", inbox.name, "--db", url]
    assert main([*words, "--cron"]) == ExitCode.DONE
    told = capsys.readouterr()
    started = ["reconcile", "--db", url, "--inbox", str(inbox)]
    assert done_by_cron(told.out) == [[*started, "--quiet"], None]
    assert f"The inbox {inbox} is no folder yet" in told.err
    inbox.mkdir()
    assert main([*words, "--systemd", "--json"]) == ExitCode.DONE
    told = capsys.readouterr()
    assert words_of(json.loads(told.out)["files"][0]["content"]) == [str(echo), *started]
    assert told.err.count("inbox") == 0


def test_an_inbox_that_no_line_can_hold_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reconcile", "install", "--cron", "--db", "sqlite:////srv/fund.db"]
    assert main([*words, "--inbox", "a\nb", "--json"]) == ExitCode.INVALID
    assert json.loads(capsys.readouterr().err)["code"] == "cannot-schedule"


def test_a_ledger_named_from_here_is_found_from_anywhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["reconcile", "install", "--cron", "--db", "sqlite:///fund.db"])
    assert f"--db sqlite:///{tmp_path}/fund.db" in capsys.readouterr().out
