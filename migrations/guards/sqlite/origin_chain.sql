-- Applied where records that name an origin can be one: no chain of origins leads back to a record.

CREATE TRIGGER {table}_comes_from_another BEFORE INSERT ON {table}
WHEN NEW.origin_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: the chain of origins leads back to the record')
    WHERE EXISTS (
        WITH RECURSIVE chain (kind, id) AS (
            SELECT NEW.origin_kind, NEW.origin_id
            UNION
            SELECT CASE chain.kind {kind_of} END, CASE chain.kind {id_of} END
            FROM chain WHERE chain.kind IS NOT NULL
        )
        SELECT 1 FROM chain WHERE chain.kind = '{register}' AND chain.id = NEW.{owner}
    );
END;
