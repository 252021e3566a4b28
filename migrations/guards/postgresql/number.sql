-- Applied to every append-only table whose ids come from a sequence and whose rows name their request.

CREATE TRIGGER {table}_number_is_of_its_session BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_number_is_of_its_session({numbered});
