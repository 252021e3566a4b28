"""The guards of origins, which refer to one of several tables: a branch for each kind there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, Table

from ledger.registers.table import origin_kinds

_VERSION_SUFFIX: Final = "_version"


def texts(folder: Path, table: Table, schema: str) -> Iterator[str]:
    """Give the guards of the versions of records that can name an origin."""
    register = table.name.removesuffix(_VERSION_SUFFIX)
    parts = {"table": table.name, "register": register, "owner": f"{register}_id"}
    parts |= {"schema": schema, **_branches(table.metadata, schema)}
    yield (folder / "origin.sql").read_text(encoding="utf-8").format(**parts)
    if register in origin_kinds():
        yield (folder / "origin_chain.sql").read_text(encoding="utf-8").format(**parts)


def _branches(metadata: MetaData, schema: str) -> dict[str, str]:
    """Give the branches of CASE over the kinds of origins, on either engine.

    `is_there` and `holds` find the record that is named, `kind_of` and `id_of` or `follows` what
    that came from in turn.
    """
    chained = [one for one in origin_kinds() if "origin_id" in metadata.tables[_versions(one)].c]
    return {
        "is_there": " ".join(map(_is_there, origin_kinds())),
        "kind_of": " ".join(_newest(one, "origin_kind") for one in chained),
        "id_of": " ".join(_newest(one, "origin_id") for one in chained),
        "holds": "".join(_holds(one, schema) for one in origin_kinds()),
        "follows": "".join(_follows(one, schema) for one in chained),
    }


def _versions(kind: str) -> str:
    return f"{kind}{_VERSION_SUFFIX}"


def _is_there(kind: str) -> str:
    named = f"SELECT 1 FROM {kind} AS named WHERE named.id = NEW.origin_id"  # noqa: S608 - no input
    return f"WHEN '{kind}' THEN EXISTS ({named})"


def _newest(kind: str, column: str) -> str:
    return (
        f"WHEN '{kind}' THEN (SELECT terms.{column} FROM {_versions(kind)} AS terms "  # noqa: S608
        f"WHERE terms.{kind}_id = chain.id ORDER BY terms.version DESC LIMIT 1)"
    )


def _holds(kind: str, schema: str) -> str:
    return f"""
        WHEN '{kind}' THEN
            PERFORM 1 FROM {schema}.{kind} AS named
            WHERE named.id = NEW.origin_id FOR KEY SHARE;
            is_there := FOUND;"""


def _follows(kind: str, schema: str) -> str:
    return f"""
            WHEN '{kind}' THEN
                PERFORM 1 FROM {schema}.{kind} AS named WHERE named.id = link_id FOR SHARE;
                SELECT terms.origin_kind, terms.origin_id INTO link_kind, link_id
                FROM {schema}.{_versions(kind)} AS terms WHERE terms.{kind}_id = link_id
                ORDER BY terms.version DESC LIMIT 1;"""  # noqa: S608 - no input
