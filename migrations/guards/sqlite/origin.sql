-- Applied to the versions of records that can name an origin, which refers to one of several tables.

CREATE TRIGGER {table}_names_an_origin BEFORE INSERT ON {table}
WHEN (NEW.origin_kind IS NOT NULL OR NEW.origin_id IS NOT NULL)
    AND NOT coalesce(CASE NEW.origin_kind {is_there} END, 0)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: {table} names an origin that is not there');
END;
