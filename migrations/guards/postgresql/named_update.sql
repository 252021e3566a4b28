-- Applied to records that others name and whose identity never changes. They are append-only but for
-- rows that are written as they are: by another guard, and of a record in error.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_refuses_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW IS DISTINCT FROM OLD
        OR coalesce(current_setting('cityfund.meets', true), '') <> 'on' AND NOT EXISTS (
        SELECT 1 FROM {schema}.{table}_version AS terms
        WHERE terms.{owner} = OLD.id AND terms.in_error
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: {table} is append-only, update refused';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_refuses_update();
