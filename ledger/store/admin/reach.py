"""What reaches the ledger's tables from elsewhere in its database, past the rights in its schema.

A view or a function in another schema works with the rights of its owner, so its users have rights
in the ledger that its own tables do not show. A table that inherits from one of the ledger, or that
is found before it, adds rows to what the program reads or takes those that it writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

_MOST_TOLD: Final = 3

_FUNCTIONS: Final = text("""
SELECT format('%s (owned by %s)', proc.oid::regprocedure, pg_get_userbyid(proowner))
FROM pg_proc AS proc JOIN pg_namespace AS place ON place.oid = pronamespace
WHERE prosecdef AND nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_')
    AND NOT (nspname = current_schema() AND starts_with(proname, 'cityfund_')
        AND prorettype = 'trigger'::regtype)
    AND NOT EXISTS (
        SELECT 1 FROM pg_depend
        WHERE classid = 'pg_proc'::regclass AND objid = proc.oid AND deptype = 'e'
    )
    AND EXISTS (
        SELECT 1 FROM pg_class AS kept JOIN pg_namespace AS own ON own.oid = kept.relnamespace
        WHERE own.nspname = current_schema() AND kept.relkind IN ('r', 'p')
            AND has_table_privilege(proowner, kept.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    )
    AND (
        EXISTS (
            SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS granted
            WHERE granted.grantee <> proowner
        )
        OR EXISTS (SELECT 1 FROM pg_trigger WHERE tgfoid = proc.oid AND NOT tgisinternal)
    )
ORDER BY 1
""")

# Views, and rules of tables: with what others may do by them that they may not do in the ledger.
_VIEWS: Final = text("""
WITH RECURSIVE reaching AS (
    SELECT kept.oid AS base, kept.oid AS via
    FROM pg_class AS kept JOIN pg_namespace AS own ON own.oid = kept.relnamespace
    WHERE own.nspname = current_schema() AND kept.relkind IN ('r', 'p', 'v')
    UNION
    SELECT reaching.base, rule.ev_class
    FROM reaching
    JOIN pg_depend AS needs ON needs.refclassid = 'pg_class'::regclass
        AND needs.refobjid = reaching.via AND needs.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS rule ON rule.oid = needs.objid
)
SELECT DISTINCT format('%s on %s through %s (to %s)', granted.privilege_type, base.relname,
    view.oid::regclass, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END)
FROM reaching JOIN pg_class AS base ON base.oid = reaching.base
JOIN pg_class AS view ON view.oid = reaching.via
JOIN pg_namespace AS place ON place.oid = view.relnamespace
CROSS JOIN LATERAL (
    SELECT privilege_type, grantee FROM aclexplode(view.relacl)
    UNION ALL
    SELECT given.privilege_type, given.grantee FROM pg_attribute
    CROSS JOIN LATERAL aclexplode(attacl) AS given WHERE attrelid = view.oid
) AS granted
WHERE place.nspname <> current_schema() AND grantee <> view.relowner
    AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    AND NOT coalesce(view.reloptions && ARRAY['security_invoker=true', 'security_invoker=on',
        'security_invoker=1', 'security_invoker=yes'], false)
    AND NOT CASE grantee WHEN 0 THEN has_table_privilege('public', base.oid, privilege_type)
        ELSE has_table_privilege(grantee, base.oid, privilege_type) END
ORDER BY 1
""")

_TRIGGERS: Final = text("""
SELECT format('%s by %s on %s', proc.oid::regprocedure, tgname, held.oid::regclass)
FROM pg_trigger JOIN pg_class AS held ON held.oid = tgrelid
JOIN pg_namespace AS place ON place.oid = held.relnamespace
JOIN pg_proc AS proc ON proc.oid = tgfoid
JOIN pg_namespace AS own ON own.oid = proc.pronamespace
WHERE NOT tgisinternal AND place.nspname <> current_schema()
    AND own.nspname = current_schema() AND starts_with(proname, 'cityfund_')
ORDER BY 1
""")

_CHILDREN: Final = text("""
SELECT format('%s (of %s)', inhrelid::regclass, kept.relname)
FROM pg_inherits JOIN pg_class AS kept ON kept.oid = inhparent
JOIN pg_namespace AS own ON own.oid = kept.relnamespace
WHERE own.nspname = current_schema() AND kept.relkind IN ('r', 'p') ORDER BY 1
""")

# A schema of a role's own name is looked into first, unless its path says otherwise.
_OF_USERS: Final = text("""
SELECT format('%s', other.oid::regclass)
FROM pg_class AS other JOIN pg_namespace AS place ON place.oid = other.relnamespace
JOIN pg_roles ON rolname = place.nspname
WHERE place.nspname <> current_schema() AND other.relname IN (
    SELECT kept.relname FROM pg_class AS kept
    JOIN pg_namespace AS own ON own.oid = kept.relnamespace
    WHERE own.nspname = current_schema() AND kept.relkind IN ('r', 'p', 'v')
)
ORDER BY 1
""")

_PATHS: Final = text("""
SELECT CASE setrole WHEN 0 THEN 'DATABASE ' || quote_ident(current_database())
        ELSE 'ROLE ' || quote_ident(pg_get_userbyid(setrole)) END
    || CASE WHEN setrole <> 0 AND setdatabase <> 0
        THEN ' IN DATABASE ' || quote_ident(current_database()) ELSE '' END,
    substr(one, length('search_path=') + 1)
FROM pg_db_role_setting CROSS JOIN LATERAL unnest(setconfig) AS one
WHERE starts_with(one, 'search_path=') AND setdatabase IN (
    0, (SELECT oid FROM pg_database WHERE datname = current_database())
)
ORDER BY 1
""")


def reached_from_outside(connection: Connection) -> Iterator[str]:
    """Describe what lets others read or write the ledger by another way than its own rights."""
    for words, query in _TOLD.items():
        found = connection.execute(query).scalars().all()
        if found:
            more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
            yield words.format(f"{', '.join(found[:_MOST_TOLD])}{more}")
    own = connection.execute(text("SELECT current_schema()")).scalar_one()
    for whose, path in connection.execute(_PATHS):
        first = next(_schemas_before(path, own), None)
        if first is not None:
            yield (
                f"the schema {first} is searched before the ledger's, so a table there could stand "
                f"in for one of the ledger; change it: ALTER {whose} RESET search_path"
            )


_SCHEMA: Final = re.compile(r'"((?:[^"]|"")*)"|([^\s",][^",]*)')
"""A schema of a search path: quoted, so that it may hold a comma, or plain and in any case."""


def _schemas_before(path: str, own: str) -> Iterator[str]:
    """Give the schemas of a search path before the ledger's; none where that is not in it."""
    names = [
        quoted.replace('""', '"') if quoted else plain.strip().lower()
        for quoted, plain in _SCHEMA.findall(path)
    ]
    if own in names:
        yield from (
            one
            for one in names[: names.index(own)]
            if one not in {"", "$user", "pg_catalog", "pg_temp"}
        )


_TOLD: Final = {
    "functions in the database write with the rights of an owner who may write in the ledger, "
    "and others can execute them: {}; drop them, or let them run with the rights of the caller: "
    "ALTER FUNCTION NAME SECURITY INVOKER": _FUNCTIONS,
    "views or rules in other schemas give rights in the ledger that it does not give itself: {}; "
    "drop them, or let a view read with the rights of its user: "
    "ALTER VIEW NAME SET (security_invoker = true)": _VIEWS,
    "guards of the ledger are executed by triggers of other tables: {}; drop them: "
    "DROP TRIGGER NAME ON TABLE": _TRIGGERS,
    "tables inherit from tables of the ledger, so their rows are read as its own: {}; "
    "end that: ALTER TABLE NAME NO INHERIT PARENT": _CHILDREN,
    "the schema of a database user has tables named like those of the ledger, and that user's "
    "program finds them first: {}; rename or drop them": _OF_USERS,
}
