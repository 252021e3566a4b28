-- Applied to every append-only table: what was written is never changed, removed or replaced.
-- INSERT OR REPLACE goes round delete triggers, so a key that exists is refused on insert.

CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table}
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: {table} is append-only, delete refused');
END;

CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} AS kept WHERE {same_key})
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: {table} has this key already, replace refused');
END;
