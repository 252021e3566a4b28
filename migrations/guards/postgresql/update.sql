-- Applied to every append-only table but those whose identity rows can change.

CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_refuses();
