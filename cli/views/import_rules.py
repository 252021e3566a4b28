"""What `import` shows of rules: a rule to start from for a file, and how one line was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli.framework.command import Call
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import ledger_of
from ledger.core.errors import UsageError

if TYPE_CHECKING:
    from ledger.interchange.mapping.opening import OpenedFile
    from ledger.interchange.mapping.rule import ImportRule


class NoPath(UsageError, code="no-path"):
    """An import without a file."""

    default_why = "An import reads files, a folder of them, or standard input."
    default_next = "Name them: cityfund import PATH..., or - for standard input."


class NoRuleToExplain(UsageError, code="no-rule-to-explain"):
    """How a line was read was asked of a file that no rule reads."""

    default_why = "Only what a rule makes of a line differs from what stands in it."
    default_next = "Name the rule: --rules FILE|NAME"


class RuleNotWritten(UsageError, code="rule-not-written"):
    """A rule to start from cannot be made of what was given, or not written where it was to be."""

    default_why = "A rule is made from one file, and written into a file that is not there yet."
    default_next = "cityfund import FOREIGN-FILE --learn NEW-RULE.toml"


class NoRuleForReading(UsageError, code="no-rule-for-reading"):
    """A reading was given for a file that no rule reads."""

    default_why = "Tables of the program and files of Popolo are read without a rule, in one form."
    default_next = "Name the rule: --rules FILE|NAME"


def open_by_rule(
    name: str, files: Iterable[Path], reading: Sequence[str] = ()
) -> tuple[ImportRule, Iterator[OpenedFile]]:
    """Load a rule with what is said of its files, and open them.

    One that cannot be opened is refused before all else.
    """
    from ledger.interchange.mapping.loading import load_rule  # noqa: PLC0415 - brings pydantic
    from ledger.interchange.mapping.opening import open_files  # noqa: PLC0415 - as above
    from ledger.interchange.mapping.readings import with_reading  # noqa: PLC0415 - as above

    rule = with_reading(load_rule(name), reading)
    return rule, open_files(rule, files, reading)


def refuse_reading(reading: Iterable[str] | None, rules: str | None) -> None:
    """Refuse words about a file that no rule reads; raises `NoRuleForReading`."""
    if reading and rules in {None, "popolo"}:
        raise NoRuleForReading("--reading is given without a rule that reads the file.")


def look_into(
    call: Call,
    paths: Sequence[str],
    rules: str | None,
    *,
    explain: int | None,
    learn: str | None,
    reading: Sequence[str] = (),
) -> None:
    """Show what was asked of a file and its rule; raises `NoPath` and `NoRuleToExplain`."""
    if learn is not None:
        refuse_reading(reading, None)
        _learn(learn, paths, rules)
    elif explain is None or not paths:
        raise NoPath("No PATH is given.")
    elif rules is None or rules == "popolo":
        raise NoRuleToExplain("No rule is given whose reading could be explained.")
    else:
        _explain(call, *open_by_rule(rules, map(Path, paths), reading), explain)


def _learn(learn: str, paths: Sequence[str], rules: str | None) -> None:
    """Write a rule for a file: to standard output, or with a PATH into the file named.

    With a shipped rule it is a copy of that one. Raises `RuleNotWritten`.
    """
    from ledger.interchange.mapping.learn import learn_rule  # noqa: PLC0415 - for this alone
    from ledger.interchange.mapping.loading import shipped_rules  # noqa: PLC0415 - as above
    from ledger.interchange.mapping.opening import open_foreign  # noqa: PLC0415 - as above

    if len(paths) > 1:
        raise RuleNotWritten(f"{len(paths)} files are named.")
    if rules is None:
        text = learn_rule(open_foreign(Path(paths[0] if paths else learn)))
    else:
        text = shipped_rules().get(rules, "")
    if not text:
        raise RuleNotWritten(
            f"{rules} is no shipped rule.", next_step="Copy the file of the rule itself."
        )
    if not paths:
        emit_lines(text.splitlines())
        return
    try:
        with Path(learn).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise RuleNotWritten(f"{learn} is there already.") from error
    except OSError as error:
        raise RuleNotWritten(f"{learn} cannot be written: {error.strerror}.") from error
    what = "Correct what is FILL-IN in it." if rules is None else "Say in it how your file is."
    emit_lines([f"The rule is in {learn}. {what}"])


def _explain(call: Call, rule: ImportRule, opened: Iterable[OpenedFile], line: int) -> None:
    """Show how one line of the first file that has it was read."""
    from ledger.interchange.mapping.reading import explain_line  # noqa: PLC0415 - for this alone
    from ledger.usecases.interchange.import_tables import (  # noqa: PLC0415 - as above
        read_known,
        read_measures,
    )

    ledger = ledger_of(call)
    known, measures = read_known(ledger, rule), read_measures(ledger, rule)
    explanation = explain_line(rule, opened, known, line, measures)
    if call.format == "json":
        emit_document({"schema": "cityfund.explanation/1", **explanation.document()})
    else:
        emit_lines(explanation.lines())
