-- Applied to every append-only table: what was written is never changed, removed or emptied out.
-- An insert that updates on conflict meets the update's guard; a key twice, its constraint.

CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_refuses();

CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION cityfund_refuses();
