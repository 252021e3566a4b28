-- Applied to every version table of a register: versions follow one another without a hole.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.version IS DISTINCT FROM 1 + (
        SELECT coalesce(max(kept.version), 0)
        FROM {schema}.{table} AS kept WHERE kept.{owner} = NEW.{owner}
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: {table} takes versions one after another only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER {table}_follows BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_follows();
