"""Records in XML: the elements of one name, read one after another whatever the file's size."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import IO, TYPE_CHECKING, Final

from ledger.interchange.reader import MAX_COLUMNS
from ledger.interchange.sources.cleaning import Cell, clean_record
from ledger.interchange.sources.encodings import xml_as_utf8
from ledger.interchange.sources.errors import BrokenXml, UnsafeXml, no_elements, too_wide
from ledger.interchange.sources.records import Reading, Source, SourceRow
from ledger.interchange.sources.stored import Stored

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH: Final = 200
MAX_UNBROKEN: Final = 2 << 20
"""The most bytes without an element that begins or ends: of attributes, or of one text."""
TEXT: Final = "#text"
_OUTER, _FEW = 2, 10
"""So many levels of elements, and of names, tell what is in a file."""


class XmlRecords(Source):
    """The elements of one name; without a name, the children of the outermost element."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Look at the first record; raises `UnsafeXml` and `BrokenXml`."""
        super().__init__(stored.label, form)
        self._stored, self._encoding = xml_as_utf8(stored, reading)
        self._name, self._clean = reading.rows, reading.clean
        with closing(self.rows()) as records:
            next(records, None)

    def rows(self) -> Generator[SourceRow, None, None]:
        """Give each element as a record, and forget it."""
        ordinal, above, names = 0, list["Element"](), dict[str, None]()
        record_depth: int | None = None
        with self._stored.open() as file:
            for event, element in self._events(file):
                if event == "start":
                    if record_depth is None and self._is_record(element, len(above)):
                        record_depth = len(above)
                    above.append(element)
                    if len(above) <= _OUTER and len(names) < _FEW:
                        names[local_name(element.tag)] = None
                    if len(above) > MAX_DEPTH:
                        raise BrokenXml(f"{self.name} is nested more than {MAX_DEPTH} deep.")
                    continue
                above.pop()
                if record_depth is None or len(above) == record_depth:
                    if record_depth is not None:
                        record_depth, ordinal = None, ordinal + 1
                        record = _as_record(element)
                        yield SourceRow(ordinal, clean_record(record) if self._clean else record)
                    element.clear()
                    if above:
                        above[-1].remove(element)
        if not ordinal and self._name is not None:
            what = f"{self.name} has no elements {self._name!r}. It has {', '.join(names)}."
            raise no_elements(what)

    def _is_record(self, element: Element, depth: int) -> bool:
        return depth == 1 if self._name is None else local_name(element.tag) == self._name

    def _events(self, file: IO[bytes]) -> Iterator[tuple[str, Element]]:
        from xml.etree.ElementTree import (  # noqa: PLC0415 - only XML needs it
            ParseError,
            TreeBuilder,
        )

        from defusedxml import DefusedXmlException  # noqa: PLC0415 - as above
        from defusedxml.ElementTree import (  # noqa: PLC0415 - as above
            DefusedXMLParser,
            iterparse,
        )

        unbroken = _Unbroken(file, self.name)
        target = TreeBuilder()
        parser = DefusedXMLParser(target=target, encoding=self._encoding, forbid_dtd=True)
        try:
            for event, element in iterparse(unbroken, ("start", "end"), parser):
                unbroken.size = 0
                if len(element.attrib) > MAX_COLUMNS:
                    what = f"{self.name} has an element {local_name(element.tag)!r}"
                    raise too_wide(what, "attributes")
                yield event, element
        except DefusedXmlException as error:
            raise UnsafeXml(f"{self.name} has a document type or entities of its own.") from error
        except (ParseError, LookupError, ValueError) as error:
            raise BrokenXml(f"{self.name} is not XML: {error}.") from error


class _Unbroken:
    """A file that is refused where too much of it is no element: a parser takes ever longer."""

    def __init__(self, file: IO[bytes], label: str) -> None:
        self._file, self._label, self._end, self.size = file, label, 0, 0

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; raises `BrokenXml`."""
        if self.size > MAX_UNBROKEN:
            most = MAX_UNBROKEN >> 20
            raise BrokenXml(
                f"{self._label} has {most} MB without an element that begins or ends, from byte "
                f"{self._end - self.size:,} on.",
                why="Neither an element's attributes nor one text can be as long.",
            )
        part = self._file.read(size)
        self.size, self._end = self.size + len(part), self._end + len(part)
        return part


def _as_record(element: Element) -> dict[str, Cell]:
    cell = as_cell(element)
    if isinstance(cell, dict):
        return cell
    return {TEXT: cell}


def local_name(tag: str) -> str:
    """Give a name without its namespace."""
    return tag.rpartition("}")[2]


def as_cell(element: Element) -> Cell:
    """Give an element as a cell: its text, or a record of attributes, children and text."""
    text = "".join((element.text or "", *(child.tail or "" for child in element))).strip()
    if not element.attrib and not len(element):
        return text
    record: dict[str, Cell] = {}
    for name, value in element.attrib.items():
        record.setdefault(f"@{local_name(name)}", value.strip())
    for child in element:
        name, cell = local_name(child.tag), as_cell(child)
        there = record.get(name)
        if there is None:
            record[name] = cell
        elif isinstance(there, list):
            there.append(cell)
        else:
            record[name] = [there, cell]
    if text:
        record[TEXT] = text
    return record
