"""Refusals of files that cannot be read at all, or not safely."""

from __future__ import annotations

from ledger.core.errors import InvalidInput
from ledger.interchange.reader import MAX_COLUMNS


class NotAFile(InvalidInput, code="not-a-file"):
    """A folder, pipe or device was named where a file is read."""

    default_why = "Only a file can be looked at before it is read, and read a second time."
    default_next = "Name a file, or give its content on standard input with -."


class UnknownFormat(InvalidInput, code="unknown-file-format"):
    """A file is in no format that is read, or is not in the one that its rule names."""

    default_why = "Read are csv, tsv, xlsx, xls, ods, json, ndjson and xml, also in .gz or .zip."
    default_next = "Save the file in one of these formats."


class ArchiveTooLarge(InvalidInput, code="archive-too-large"):
    """What a compressed file holds is larger than a file may be, or than its size allows."""

    default_why = "A small file that grows without bound is made to exhaust a computer."
    default_next = "Ask the sender of the file; give the uncompressed file if it is right."


class BrokenArchive(InvalidInput, code="broken-archive"):
    """A compressed file is cut short or damaged."""

    default_why = "Its content does not agree with its own table of contents or checksums."
    default_next = "Fetch the file again."


class SeveralFiles(InvalidInput, code="several-files"):
    """An archive holds several files, or none."""

    default_why = "An import reads one file at a time, and does not choose."
    default_next = "Unpack the archive and name the file."


class ArchiveInArchive(InvalidInput, code="archive-in-archive"):
    """An archive holds another archive."""

    default_why = "One packing is opened: archives inside of archives can grow without bound."
    default_next = "Unpack it, and name the file in it."


class EncryptedFile(InvalidInput, code="encrypted-file"):
    """A file is protected by a password."""

    default_why = "It cannot be read without its password, which an import does not ask for."
    default_next = "Save it without a password."


class BrokenWorkbook(InvalidInput, code="broken-workbook"):
    """A workbook cannot be read."""

    default_why = "It is damaged, or was not written by a program for workbooks."
    default_next = "Open it in a spreadsheet, and save it again."


class UnknownSheet(InvalidInput, code="unknown-sheet"):
    """A workbook has no sheet of that name, or several and the rule names none."""

    default_why = "Which sheet is read is said by its name, in the rule or with --reading."
    default_next = "Correct `sheet` in the rule."


class NotATable(InvalidInput, code="not-a-table"):
    """A sheet is laid out for reading and not as a table."""

    default_why = "A table has one row of names, and below it one record in each row."
    default_next = "If the table begins further down, say so: header = 5."


class TooManyColumns(InvalidInput, code="too-many-columns"):
    """A table has more columns than any spreadsheet."""

    default_why = "No table is that wide; the wrong file is likelier."
    default_next = "Look at the file, and at the delimiter that the rule names."


def too_wide(what: str, parts: str) -> TooManyColumns:
    """Say that a record has more parts than a table may have columns."""
    return TooManyColumns(
        f"{what} with more than {MAX_COLUMNS:,} {parts}.",
        why="No record has as many; the wrong file is likelier.",
        next_step="Look at the file, and at what the rule names as its records: rows.",
    )


class BrokenJson(InvalidInput, code="broken-json"):
    """A file is not JSON, or its records are not where they are looked for."""

    default_why = "JSON is read only where all of it is well-formed."
    default_next = "Correct the file there, or ask its sender for another one."


def no_list(what: str) -> BrokenJson:
    """Say that a document has no list of records where it is looked for."""
    return BrokenJson(
        what,
        why="Records are the objects of a list.",
        next_step="Say where the list is, as a path of keys: rows = 'grants'.",
    )


class BrokenXml(InvalidInput, code="broken-xml"):
    """A file is not well-formed XML, or has no such records."""

    default_why = "XML is read only where all of it is well-formed."
    default_next = (
        "Correct the file there. If its text is in another encoding than it says, save it as "
        "UTF-8, or name the encoding in the rule: encoding = 'cp1252'."
    )


def no_elements(what: str) -> BrokenXml:
    """Say that a document has no elements of the name that records have."""
    return BrokenXml(
        what,
        why="Records are the elements of one name.",
        next_step="Name the right file, or say which elements: rows = 'iati-activity'.",
    )


class NotInEncoding(InvalidInput, code="not-in-encoding"):
    """A text is not in the encoding that its rule or its first bytes say."""

    default_why = "A byte that is no character there would be lost or read wrongly."
    default_next = "Correct `encoding` in the rule, or save the file as UTF-8."


class UnsafeXml(InvalidInput, code="unsafe-xml"):
    """An XML file, or a part of a workbook, has a document type with definitions of its own."""

    default_why = "Entities can grow without bound, and can read other files of the computer."
    default_next = "Remove the document type; data does not need one."
