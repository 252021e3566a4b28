"""What each engine's catalogue says of the guards: those that stand, and how to drop them."""

from __future__ import annotations

from typing import Final

PRESENT: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname, CASE tgenabled
            WHEN 'O' THEN pg_get_triggerdef(pg_trigger.oid, true)
            WHEN 'A' THEN 'ALWAYS ' || pg_get_triggerdef(pg_trigger.oid, true)
            ELSE 'switched off'
        END
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND NOT tgisinternal
        UNION ALL
        SELECT proname || '()', pg_get_functiondef(pg_proc.oid)
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE nspname = current_schema() AND starts_with(proname, 'cityfund_')
            AND prorettype = 'trigger'::regtype
        UNION ALL
        SELECT 'rule ' || rulename, pg_get_ruledef(pg_rewrite.oid)
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND relkind IN ('r', 'p')
    """,
}
"""One row for each guard: its name and the statement that makes it, as the engine keeps it.

A trigger that is told not to act is read as `ledger.checks.stored_rows.SWITCHED_OFF`.
"""

DROPS: Final = {
    "sqlite": (
        "SELECT 'DROP TRIGGER \"' || name || '\"' FROM sqlite_master WHERE type = 'trigger'"
    ),
    "postgresql": """
        SELECT 'DROP RULE ' || quote_ident(rulename) || ' ON ' || ev_class::regclass
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND relkind IN ('r', 'p')
        UNION ALL
        SELECT 'DROP TRIGGER ' || quote_ident(tgname) || ' ON ' || tgrelid::regclass
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND NOT tgisinternal
        UNION ALL
        SELECT 'DROP FUNCTION ' || pg_proc.oid::regprocedure
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE nspname = current_schema() AND starts_with(proname, 'cityfund_')
            AND prorettype = 'trigger'::regtype
    """,
}
"""One statement a row, in the order in which they can be carried out."""

CLOSES: Final = {
    "sqlite": "SELECT NULL WHERE false",
    "postgresql": """
        SELECT 'REVOKE EXECUTE ON FUNCTION ' || pg_proc.oid::regprocedure || ' FROM PUBLIC'
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE nspname = current_schema() AND starts_with(proname, 'cityfund_')
            AND prorettype = 'trigger'::regtype
    """,
}
"""One statement for each function, by which its owner alone may execute it; triggers still do."""
