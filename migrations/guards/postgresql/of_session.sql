-- Applied to every append-only table whose rows name their request.

CREATE TRIGGER {table}_is_of_its_session BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_{kind}_is_of_its_session();
