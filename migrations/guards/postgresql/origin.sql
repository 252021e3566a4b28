-- Applied to the versions of records that can name an origin, which refers to one of several tables.
-- The row that is named is held, as a foreign key holds it: a mark that it was recorded in error
-- waits for that. See named.sql.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_names_an_origin()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    is_there boolean := false;
BEGIN
    IF NEW.origin_kind IS NULL AND NEW.origin_id IS NULL THEN
        RETURN NEW;
    END IF;
    CASE NEW.origin_kind {holds}
        ELSE is_there := false;
    END CASE;
    IF is_there IS DISTINCT FROM true THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: {table} names an origin that is not there';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER {table}_names_an_origin BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_names_an_origin();
