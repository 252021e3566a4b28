-- Applied where records that name an origin can be one: no chain of origins leads back to a record.
-- Who gives a record an origin writes the record's row as it is, and holds the rows of the chain. So
-- of two who would close a circle together, one meets a row that the other has written.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_comes_from_another()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    link_kind text := NEW.origin_kind;
    link_id bigint := NEW.origin_id;
BEGIN
    IF NEW.version > 1 THEN
        PERFORM set_config('cityfund.meets', 'on', true);
        UPDATE {schema}.{register} AS kept SET reuse = kept.reuse WHERE kept.id = NEW.{owner};
        PERFORM set_config('cityfund.meets', '', true);
    END IF;
    WHILE link_kind IS NOT NULL LOOP
        IF link_kind = '{register}' AND link_id = NEW.{owner} THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                MESSAGE = 'cityfund guard: the chain of origins leads back to the record';
        END IF;
        CASE link_kind {follows}
            ELSE link_kind := NULL;
        END CASE;
    END LOOP;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER {table}_comes_from_another AFTER INSERT ON {table}
FOR EACH ROW WHEN (new.origin_id IS NOT NULL)
EXECUTE FUNCTION cityfund_{table}_comes_from_another();
