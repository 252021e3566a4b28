"""The application of a rule to one file: everything that is read from a row, compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from ledger.core.suggest import did_you_mean
from ledger.core.text import first_few, normalised_code
from ledger.interchange.mapping.beside import Content, OtherFile
from ledger.interchange.mapping.codes import code_of, slug
from ledger.interchange.mapping.finding import OTHERS_ONLY, NewRecord
from ledger.interchange.mapping.headings import headings_of
from ledger.interchange.mapping.opening import reading_beside
from ledger.interchange.mapping.outputs import Made, OutputMaker
from ledger.interchange.mapping.paths import ALL, Node, compile_path
from ledger.interchange.mapping.problems import BadCell, LeftOut
from ledger.interchange.mapping.readings import with_command
from ledger.interchange.mapping.rule import FIRST, SECOND
from ledger.interchange.mapping.rule_run import RuleRun
from ledger.interchange.mapping.sheet_cells import CellsWithoutValue
from ledger.interchange.mapping.steps import Compiler, Row, Test
from ledger.interchange.mapping.templates import compile_parts, fill_template, placeholders
from ledger.interchange.mapping.value import OTHER, ROW, Find
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable
from ledger.interchange.rule_report import Repeat, RuleReport, SkippedRow
from ledger.interchange.sources import Source, open_source

_FEW: Final = 3
_MOST_UNSEEN: Final = 10


class _Fate(Enum):
    """What becomes of a foreign row."""

    USED = "used"
    LEFT_OUT = "left out"
    REFUSED = "refused"


class FileRun:
    """The application to one file: everything that is read from a row, compiled once."""

    def __init__(self, run: RuleRun, source: Source, report: RuleReport) -> None:
        """Compile what the rule reads."""
        self.run, self.rule, self.source, self.report = run, run.rule, source, report
        about = self.rule.source
        self.compiler = Compiler(
            about.numbers,
            about.dates,
            frozenset(about.missing),
            {name: frozenset(words) for name, words in about.missing_in.items()},
            run.units,
            report,
            run.found,
        )
        self.new: dict[tuple[str, tuple[str, ...]], RawTable] = {}
        self.others = [*self._other_files()]
        names = self.rule.foreign_columns
        self.called, self.doubts, notes = headings_of(source.columns, about.headings, names)
        report.notes += notes
        self.reads = {
            name: compile_path(self.called.get(name, name))
            for name in self.rule.foreign_columns
            if ALL not in name
        }
        self.scalars = [
            (
                name,
                self.called.get(name, name),
                read,
                self.compiler.missing | self.compiler.missing_in.get(name, frozenset()),
            )
            for name, read in self.reads.items()
        ]
        # Of lists without items their outputs say so.
        self.unseen = {name for name, *_ in self.scalars} - {one.each for one in self.rule.output}
        self.cells = CellsWithoutValue(self.rule, self.called, report)
        self.leave_out = [*self._leave_out_tests()]
        parts = self.rule.row.parts
        self.identity = compile_parts(parts, "-") if parts else None
        self.identified_by = placeholders(parts[0]) if parts else ()
        self.found = {
            name: RawTable(
                find.table,
                source.name,
                ("code", *find.by, *OTHERS_ONLY.get(find.table, {})),
                [],
                dict(zip(find.by, find.columns, strict=True)),
            )
            for name, find in self.rule.find.items()
        }
        self.makers = [
            OutputMaker(output, self.compiler, self.rule, source.name, run.given)
            for output in self.rule.output
        ]
        if run.explanation is not None:  # which shows all that a row gives
            for maker in self.makers:
                maker.made_of = ()

    def problem(self, line: int, column: str | None, code: str, what: str, hint: str = "") -> None:
        """Note one thing wrong with the foreign file."""
        self.run.problems.append(ImportProblem(self.source.name, line, column, code, what, hint))

    def read(self, beside: Mapping[str, Content]) -> None:
        """Read all rows."""
        problems = [*self._read_others(beside)]
        if self.source.columns or not self.source.problems:  # names that cannot be read miss none
            problems += self._header_problems()
        if problems or self.source.problems:
            self.run.problems += [*self.source.problems, *problems]
            return
        report = self.report
        self.cells.take(self.source.without_value)
        for line, record in self.source.rows():
            report.rows += 1
            self._apply_to(line, record)
        for line, bad in self.cells.left():
            report.rows += 1
            report.refused += self._refuse(Row(line, {}, {}), bad) is _Fate.REFUSED
        self.cells.count_beyond(self.source.without_value)
        if self.unseen and self.source.columns is None and report.rows:
            report.notes.append(f"no row has {first_few(sorted(self.unseen), _MOST_UNSEEN)}")
        self._count_broken_rows()
        report.notes += self.source.notes
        report.beside += [other.line() for other in self.others]
        self.run.problems += self.source.problems
        self.run.tables += [*self.found.values(), *(maker.table for maker in self.makers)]

    def _count_broken_rows(self) -> None:
        """Count the rows that are no records: refused, or left out where the rule says so."""
        broken = [one for one in self.source.problems if one.code in _ROWS_REFUSED]
        self.report.rows += len(broken)
        if self.rule.row.bad != "leave-out":
            self.report.refused += len(broken)
            return
        self.source.problems[:] = [p for p in self.source.problems if p.code not in _ROWS_REFUSED]
        for one in broken:
            self._refuse(Row(one.line, {}, {}), [BadCell(None, one.code, one.what, one.next)])

    def _other_files(self) -> Iterator[OtherFile]:
        columns = self.rule.foreign_columns
        for name, beside in self.rule.beside.items():
            own = [one.removeprefix(f"{name}.") for one in columns if one.startswith(f"{name}.")]
            pairs = tuple((column, column) for column in beside.by)
            yield OtherFile(name, beside.file, pairs, tuple(own), many=False)
        for name, join in self.rule.join.items():
            read = [one for one in columns if one.startswith((f"{name}.", f"{name}[]."))]
            own = [one.removeprefix(name).removeprefix(ALL).removeprefix(".") for one in read]
            yield OtherFile(name, join.file, join.pairs, tuple(own), many=True, where=join.where)

    def _read_others(self, beside: Mapping[str, Content]) -> Iterator[ImportProblem]:
        folder = str(Path(self.source.name).parent)
        for other in self.others:
            content = beside.get(other.name)
            if content is not None:
                name = f"{folder}/{other.file}"
                yield from other.read(
                    open_source(content, reading_beside(self.rule, other.wanted), name),
                    self.compiler,
                )
            elif other.many:
                what = f"The file {other.file} is not beside the file."
                hint = f"Put it into the folder {folder}."
                yield ImportProblem(self.source.name, 1, None, "missing-file", what, hint)

    def _header_problems(self) -> Iterator[ImportProblem]:
        header = self.source.columns
        if header is None:
            return
        line = getattr(self.source, "header_line", 1)
        yield from (ImportProblem(self.source.name, line, *doubt) for doubt in self.doubts)
        optional = {*self.rule.source.optional}
        for name in self.rule.foreign_columns:
            there = self.called.get(name, name).split(ALL)[0]
            if there in header or name in optional or self._is_of_other(name):
                continue
            what = f"The file has no column {name!r}, which the rule {self.rule.about.name} reads."
            hint = did_you_mean(name, header) or "Add it, or say in the rule what stands for it."
            yield ImportProblem(self.source.name, line, name, "missing-column", what, hint)
        derived = {*self.rule.find, FIRST, SECOND} & self.rule.derived - {*self.called.values()}
        for at, name in enumerate(header):
            if name in derived or (name in header[:at] and name in self.cells.read):
                what = f"The column {name!r} occurs twice."
                yield ImportProblem(self.source.name, line, name, "column-twice", what)

    def _is_of_other(self, name: str) -> bool:
        return any(
            name == other.name or name.startswith((f"{other.name}.", f"{other.name}{ALL}"))
            for other in self.others
        )

    def _leave_out_tests(self) -> Iterator[tuple[str, tuple[str, ...], list[_Equals], Test]]:
        for one in self.rule.leave_out:
            equals = [(self.reads[name], frozenset(words)) for name, words in one.equals.items()]
            yield one.reason, one.missing, equals, self.compiler.all_of(one.where)

    def _values(self, record: Mapping[str, Node]) -> dict[str, str]:
        """Give the texts of a record that are known, by the paths that the rule reads."""
        values: dict[str, str] = {}
        for name, column, read, missing in self.scalars:
            text = record.get(column)
            if text.__class__ is not str or not text.isascii() or "\r" in text:
                text = read(record)
            if text and text not in missing:
                values[name] = text
        if self.unseen:
            self.unseen -= values.keys()
        return values

    def _apply_to(self, line: int, record: dict[str, Any]) -> None:
        for other in self.others:
            other.add_to(record)
        values = self._values(record)
        row = Row(line, record, values, bad=self.cells.of(line))
        explained = self.run.explanation
        if explained is not None and explained.line == line:
            explained.begin(self.source.name, record, values)
        self.run.found.pending.clear()
        try:
            fate = self._fate(row)
        except LeftOut as left_out:
            fate = self._left_out(row, left_out.reason)
        except BadCell as bad:
            fate = self._refuse(row, [bad])
        if fate is _Fate.USED:
            self.report.used += 1
        elif fate is _Fate.REFUSED:
            self.report.refused += 1
        if explained is not None and explained.line == line:
            explained.end(fate.value, row.values, self.run.problems, self.report)

    def _fate(self, row: Row) -> _Fate:
        """Say what becomes of a row, and give its records to the tables."""
        bad = self.cells.forbidding(row.bad) if row.bad else []
        if bad and not self.rule.tested_columns.isdisjoint(one.column for one in bad):
            return self._refuse(row, bad)
        for reason, missing, equals, where in self.leave_out:
            if (
                not any(name in row.values for name in missing)
                and all(read(row.record) in words for read, words in equals)
                and where(row)
            ):
                return self._left_out(row, reason)
        if bad:
            return self._refuse(row, bad)
        self._map_words(row.values)
        fate = self._complete(row)
        if fate is not _Fate.USED:
            return fate
        identity = self._identity(row)
        if identity is None:
            return _Fate.LEFT_OUT
        if identity:
            row.values[ROW] = identity
        return self._make(row)

    def _left_out(self, row: Row, reason: str) -> _Fate:
        self.report.left_out.append(SkippedRow(row.line, reason, tuple(self._records_of(row))))
        return _Fate.LEFT_OUT

    def _records_of(self, row: Row) -> Iterator[str]:
        """Name the records that a row would have been of, as far as its own cells say."""
        if self.identity is not None and ROW not in row.values:
            identity, is_recorded = self._code_of(row.values)
            if not is_recorded and any(name not in row.values for name in self.identified_by):
                return
            if not is_recorded and self._is_of_another(identity, row.values):
                return
            row.values[ROW] = identity
        for maker in self.makers:
            code = maker.code_of(row)
            if code:
                yield f"{maker.table_named}/{code}"

    def _refuse(self, row: Row, bad: list[BadCell]) -> _Fate:
        """Refuse a row for what is wrong with it, or leave it out where the rule says so."""
        if self.rule.row.bad == "leave-out":
            where = f" in {bad[0].column}" if bad[0].column else ""
            reason = _REASONS.get(bad[0].code) or f"cannot be read{where} ({bad[0].code})"
            if reason not in self.report.examples:
                first = f"line {row.line}: {bad[0].what} {bad[0].hint}".rstrip()
                self.report.examples[reason] = with_command(first, self.rule, self.source.name)
            return self._left_out(row, reason)
        for one in bad:
            self.problem(row.line, one.place, one.code, one.what, one.hint)
        return _Fate.REFUSED

    def _map_words(self, values: dict[str, str]) -> None:
        for name, words in self.rule.maps.items():
            before = values.get(name)
            after = None if before is None else words.get(before, words.get(OTHER))
            if before is not None and after is not None:
                values[name] = after
                self.report.mapped[name, before, after] += 1

    def _complete(self, row: Row) -> _Fate:
        """Give a row the codes of its countries, of the records it names, and of its pair."""
        values = row.values
        self.makers[0].name_countries(values)
        for name, find in self.rule.find.items():
            fate = self._find(row, name, find)
            if fate is not _Fate.USED:
                return fate
        pair = self.rule.row.pair
        if pair is None:
            return _Fate.USED
        codes = sorted((values[one] for one in pair if one in values), key=_code_order)
        if len(codes) < len(pair) or codes[0] == codes[1]:
            short = len(codes) < len(pair)
            return self._left_out(
                row, "a pair of which one is missing" if short else "a pair of one"
            )
        values[FIRST], values[SECOND] = codes
        return _Fate.USED

    def _find(self, row: Row, name: str, find: Find) -> _Fate:
        """Give a row the code of a record that it names; without its words there is none."""
        values = row.values
        identified = self.run.found.identified(find.table, find.identifier, values)
        if identified is not None:
            values[name] = identified
            return _Fate.USED
        words = [values[column] for column in find.columns if column in values]
        if len(words) < len(find.columns):
            return _Fate.USED
        found = self.run.finders[name].find(words)
        if len(found) == 1:
            values[name] = found[0]
            return _Fate.USED
        named = ", ".join(words)
        if found:
            what = f"{named} fits {len(found)} of {find.table}: {first_few(found, _FEW)}."
            raise BadCell(find.columns[0], "several-found", what, "Give one another name.")
        if find.none == "leave-out":
            return self._left_out(row, f"not among {find.table}: {named}")
        if find.none == "refuse":
            what = f"{named} is not among {find.table}."
            raise BadCell(find.columns[0], "not-found", what, "Record it first.")
        self._make_named(row, name, find, dict(zip(find.by, words, strict=True)))
        return _Fate.USED

    def _make_named(self, row: Row, name: str, find: Find, terms: dict[str, str]) -> None:
        """Make a new record of what a row names, which later rows find."""
        finders, template = self.run.finders, find.code or ""
        code = code_of(slug(fill_template(template, row.values)))
        if finders[name].is_taken(code):
            what = f"{', '.join(terms.values())} would get the code {code}, which another one has."
            hint = f"Give that one the other name, or record this one first: {find.table}."
            raise BadCell(find.columns[0], "code-taken", what, hint)
        for other, of_rule in self.rule.find.items():
            if of_rule.table == find.table and of_rule.by == find.by:
                finders[other].add(terms.values(), code)
        cells = {"code": code, **terms, **OTHERS_ONLY.get(find.table, {})}
        self.found[name].rows.append(RawRow(row.line, cells))
        self.report.made[find.table] += 1
        row.values[name] = code

    def _identity(self, row: Row) -> str | None:
        """Give the row's stable identity, "" without one; None where it was there already.

        Raises `BadCell` where the row has none, or one that may not be repeated.
        """
        if self.identity is None:
            return ""
        spec, line = self.rule.row, row.line
        for name in self.identified_by:
            if name not in row.values:
                what = f"The row has no {name}, by which the rule tells rows apart."
                raise BadCell(name, "no-identity", what)
        identity, is_recorded = self._code_of(row.values)
        if self.run.identified and not is_recorded and self._is_of_another(identity, row.values):
            numbered = self._numbered(identity, row)
            self.report.repeats.append(Repeat(line, None, numbered, alike=False))
            return self._known_as(numbered, row.values)
        read = self._fingerprint(row)
        first = self.run.identities.setdefault(identity, (self.source.name, line, read))
        if first[:2] == (self.source.name, line):
            return self._known_as(identity, row.values)
        alike = read == first[2]
        same = spec.repeats == "same" or is_recorded
        if spec.repeats == "refuse" or (same and not alike):
            what = f"This row has the identity {identity} of line {first[1]}."
            raise BadCell(None, "twice", what)
        if same or spec.repeats == "once":
            self.report.once.append(Repeat(line, first[1], identity, alike))
            return None
        numbered = self._numbered(identity, row)
        self.report.repeats.append(Repeat(line, first[1], numbered, alike))
        return self._known_as(numbered, row.values)

    def _ids_of(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Give the ids of a row, each with its scheme."""
        pairs = self.rule.row.identifier.items()
        yield from ((one, normalised_code(values[name])) for one, name in pairs if name in values)

    def _known_as(self, identity: str, values: Mapping[str, str]) -> str:
        """Let later rows with an id of this one be the same record."""
        self.run.identified_here.update(dict.fromkeys(self._ids_of(values), identity))
        return identity

    def _code_of(self, values: Mapping[str, str]) -> tuple[str, bool]:
        """Give the code of a row's record, and whether the ledger has it by an identifier."""
        assert self.identity is not None, "rows have identities"
        spec = self.rule.row
        recorded = self.run.found.identified(spec.table or "", spec.identifier, values)
        if recorded is None and spec.identifier:
            here = self.run.identified_here
            recorded = next((here[key] for key in self._ids_of(values) if key in here), None)
        return recorded or code_of(slug(self.identity(values))), recorded is not None

    def _is_of_another(self, identity: str, values: Mapping[str, str]) -> bool:
        """Say whether the ledger has the code for a record with another identifier."""
        has_one = any(column in values for column in self.rule.row.identifier.values())
        return has_one and normalised_code(identity) in self.run.identified

    def _numbered(self, identity: str, row: Row) -> str:
        """Give the first numbered code that no row, and no record with an identifier, has.

        It is the identity of the row from here on: a later one whose words make it repeats it.
        """
        run = self.run
        while True:
            count = run.counts[identity] = run.counts.get(identity, 1) + 1
            numbered = f"{identity}-{count}"
            if numbered not in run.identities and normalised_code(numbered) not in run.identified:
                run.identities[numbered] = self.source.name, row.line, self._fingerprint(row)
                return numbered

    def _fingerprint(self, row: Row) -> int:
        """Give a number that two rows have in common if all is the same that the rule reads."""
        if self.rule.row.repeats == "refuse":  # then nobody asks
            return 0
        nested = [repr(one) for one in row.record.values() if one.__class__ is not str]
        return hash((*map(row.values.get, self.rule.foreign_columns), *nested))

    def _make(self, row: Row) -> _Fate:
        """Make the records of a row: all that it gives, or none."""
        bad: list[BadCell] = []
        rows: list[Made] = []
        for maker in self.makers:
            maker.make(row, rows, bad)
        self._settle(rows, bad)
        if bad:
            return self._refuse(row, bad)
        for made in rows:
            made.maker.keep(made)
        for new in self.run.found.settle():
            self._keep_new(row.line, new)
        explained = self.run.explanation
        if explained is not None and explained.line == row.line:
            explained.rows += [(made.maker.output.table, made.cells) for made in rows]
        return _Fate.USED

    def _keep_new(self, line: int, new: NewRecord) -> None:
        """Put a record that a value has found wanting into its table."""
        find, cells = new.find, new.cells or {}
        key = find.table, find.by
        if key not in self.new:
            came_from = dict(zip(find.by, find.columns or (), strict=False))
            self.new[key] = RawTable(find.table, self.source.name, tuple(cells), [], came_from)
            self.run.tables.append(self.new[key])
        self.new[key].rows.append(RawRow(line, cells))
        self.report.made[find.table] += 1

    def _settle(self, rows: list[Made], bad: list[BadCell]) -> None:
        """Drop the records that are there already; those that are not alike are bad."""
        made = self.run.made
        fresh: dict[tuple[str, str], RawRow] = {}
        kept: list[Made] = []
        for one in rows:
            maker = one.maker
            if not maker.is_distinct:
                kept.append(one)
                continue
            key = maker.output.table, "/".join([one.cells[name] for name in maker.identity])
            first = made.get(key) or fresh.get(key)
            if first is None:
                fresh[key] = one.raw
                kept.append(one)
            elif not maker.output.once:
                differing = [k for k, cell in one.cells.items() if first.cells.get(k, cell) != cell]
                if differing:
                    what = f"{key[1]} is not the same here as at line {first.line}."
                    bad.append(BadCell(None, "not-alike", what, f"See {differing[0]}."))
        if not bad:
            made.update(fresh)
        rows[:] = kept


_Equals = tuple[Callable[[Mapping[str, Node]], str], frozenset[str]]
_REASONS: Final = {"twice": "an earlier row has this identity, and says otherwise (twice)"}
_ROWS_REFUSED: Final = frozenset({"cell-count", "no-record", "broken-json"})


def _code_order(code: str) -> tuple[str, str]:
    return normalised_code(code), code
