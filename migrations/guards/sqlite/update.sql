-- Applied to every append-only table but those whose identity rows can change.

CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table}
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: {table} is append-only, update refused');
END;
