"""The guards of erasure: a text goes as it is named in `erasure`, and in no other way.

As a row of `erasure` is written, guards delete the disclosure that it names and put what remains in
place of the text. The guards that keep tables append-only admit exactly these changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from ledger.store.erasable import ErasableTable, erasable_tables

DELETE_REFUSED: Final = """CREATE TRIGGER disclosure_refuses_delete BEFORE DELETE ON disclosure
WHEN OLD.field = 'input' OR NOT EXISTS (
    SELECT 1 FROM erasure AS named
    WHERE named.erased_request = OLD.request_id AND named.kind = OLD.kind
        AND named.record = OLD.record AND named.version = OLD.version
        AND named.place = OLD.place AND named.field = OLD.field
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: disclosure is append-only, delete refused');
END;
"""
_DELETED: Final = """CREATE TRIGGER disclosure_is_erased AFTER INSERT ON erasure
WHEN NEW.field <> 'input'
BEGIN
    DELETE FROM disclosure
    WHERE request_id = NEW.erased_request AND kind = NEW.kind AND record = NEW.record
        AND version = NEW.version AND place = NEW.place AND field = NEW.field;
END;
"""


def update_refused(folder: Path, table: Table) -> str | None:
    """Give the guard of a table with texts that can be erased; None for any other table."""
    one = next((one for one in erasable_tables() if one.table.name == table.name), None)
    if one is None:
        return None
    if folder.name == "sqlite":
        return _sqlite_update(one)
    return (
        f"CREATE TRIGGER {table.name}_refuses_update BEFORE UPDATE ON {table.name}\n"
        f"FOR EACH ROW EXECUTE FUNCTION cityfund_only_erases({_arguments(one)});\n"
    )


def texts(folder: Path) -> Iterator[str]:
    """Give the guards that erase what is named in a row of `erasure`."""
    sqlite = folder.name == "sqlite"
    if sqlite:
        yield _DELETED
    for one in erasable_tables():
        name = one.table.name
        if sqlite:
            yield _sqlite_erased(one)
        else:
            yield (
                f"CREATE TRIGGER {name}_is_erased AFTER INSERT ON erasure\n"
                f"FOR EACH ROW EXECUTE FUNCTION cityfund_erases('{name}', {_arguments(one)});\n"
            )


def _arguments(one: ErasableTable) -> str:
    pairs = [name for pair in one.texts for name in pair]
    words = (str(one.place), one.record or "", one.version or "", one.request or "", *pairs)
    return ", ".join(f"'{word}'" for word in words)


def _sqlite_update(one: ErasableTable) -> str:
    name, texts = one.table.name, [column for column, _ in one.texts]
    columns = [column.name for column in one.table.columns]
    others = [f'OLD."{name}" IS NEW."{name}"' for name in columns if name not in texts]
    changed = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in texts)
    erased = [_sqlite_named(one, column, field) for column, field in one.texts]
    admitted = "\n    AND ".join([f"({changed})", *others, *erased])
    return (
        f"CREATE TRIGGER {name}_refuses_update BEFORE UPDATE ON {name}\n"
        f"WHEN NOT (\n    {admitted}\n)\nBEGIN\n"
        f"    SELECT RAISE(ABORT, 'cityfund guard: {name} is append-only, update refused');\nEND;\n"
    )


def _sqlite_named(one: ErasableTable, column: str, field: str) -> str:
    """Say that a text is unchanged, or named as erased with what stands in its place."""
    record = "0" if one.record is None else f"OLD.{one.record}"
    version = "0" if one.version is None else f"OLD.{one.version}"
    leaf = f"""(named.kind = {one.place}
                AND named.record = {record} AND named.version = {version})"""
    request = ""
    if one.request is not None:
        leaf = f"(named.kind = 0 OR {leaf})"
        request = f"named.erased_request = OLD.{one.request} AND "
    return f"""(OLD."{column}" IS NEW."{column}" OR EXISTS (
        SELECT 1 FROM erasure AS named
        WHERE {request}named.field = '{field}'
            AND named.remains = NEW."{column}" AND OLD."{column}" <> ''
            AND {leaf}
    ))"""  # noqa: S608 - names of our own


def _sqlite_erased(one: ErasableTable) -> str:
    name = one.table.name
    record = "" if one.record is None else f" AND {one.record} = NEW.record"
    version = "" if one.version is None else f" AND {one.version} = NEW.version"
    request = "" if one.request is None else f"{one.request} = NEW.erased_request AND "
    own = [
        f"""    UPDATE {name} SET "{column}" = NEW.remains
    WHERE NEW.kind = {one.place} AND NEW.field = '{field}'{record}{version}
        AND {request}"{column}" NOT IN ('', NEW.remains);
"""  # noqa: S608 - names of our own
        for column, field in one.texts
    ]
    common = [_sqlite_common(one, column, field) for column, field in one.common]
    return (
        f"CREATE TRIGGER {name}_is_erased AFTER INSERT ON erasure\n"
        f"WHEN NEW.kind IN (0, {one.place})\nBEGIN\n{''.join([*own, *common])}END;\n"
    )


def _sqlite_common(one: ErasableTable, column: str, field: str) -> str:
    """Erase what a request gives to several leaves, but in those with a text of their own."""
    name = one.table.name
    record = "0" if one.record is None else f"{name}.{one.record}"
    version = "0" if one.version is None else f"{name}.version"
    without = "".join(
        f"""
        AND NOT EXISTS (
            SELECT 1 FROM {table} AS own
            WHERE own.{request} = NEW.erased_request AND own.kind = {one.place}
                AND own.record = {record} AND own.version = {version} AND own.field = '{field}'
        )"""  # noqa: S608 - names of our own
        for table, request in (("disclosure", "request_id"), ("erasure", "erased_request"))
    )
    return f"""    UPDATE {name} SET "{column}" = NEW.remains
    WHERE NEW.kind = 0 AND NEW.field = '{field}' AND request_id = NEW.erased_request
        AND "{column}" NOT IN ('', NEW.remains){without};
"""  # noqa: S608 - names of our own
