-- Applied to the registers whose records others name, such as offices and restrictions.
-- A version that marks one as in error locks its identity row and writes it as it is. Who is
-- recording something under the record holds that row by a foreign key, so the mark waits for that.
-- Who comes later waits for the mark, and is then stopped by the level of isolation.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_in_error_meets_additions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM 1 FROM {schema}.{table} AS kept WHERE kept.id = NEW.{owner} FOR UPDATE;
    UPDATE {schema}.{table} AS kept SET reuse = kept.reuse WHERE kept.id = NEW.{owner};
    RETURN NULL;
END;
$function$;

CREATE TRIGGER {table}_in_error_meets_additions AFTER INSERT ON {table}_version
FOR EACH ROW WHEN (new.in_error) EXECUTE FUNCTION cityfund_{table}_in_error_meets_additions();
