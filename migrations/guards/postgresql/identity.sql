-- Applied to the identity rows of cities, providers and projects. They are append-only but for what
-- their newest identity change says, which puts itself in force once. A row of a record in error can
-- be written as it is: see named.sql.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_refuses_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW IS NOT DISTINCT FROM OLD
        AND (coalesce(current_setting('cityfund.meets', true), '') = 'on' OR EXISTS (
        SELECT 1 FROM {schema}.{table}_version AS terms
        WHERE terms.{owner} = OLD.id AND terms.in_error
    ))
    THEN
        RETURN NEW;
    END IF;
    IF NEW.id IS DISTINCT FROM OLD.id OR NEW.request_id IS DISTINCT FROM OLD.request_id
        OR NOT EXISTS (
            SELECT 1 FROM {schema}.{table}_identity_change AS made
            WHERE made.{owner} = OLD.id
                AND made.version = (
                    SELECT max(newer.version) FROM {schema}.{table}_identity_change AS newer
                    WHERE newer.{owner} = OLD.id
                )
                AND {former_is_old}
                AND {made_is_new}
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

-- A code that a record once had is never given to another, unless that record was in error.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_takes_free_code()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF EXISTS (
        SELECT 1 FROM {schema}.{table}_identity_change AS made
        WHERE made.former_folded = NEW.folded AND made.{owner} <> NEW.id
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.{table}_version AS terms
                WHERE terms.{owner} = made.{owner} AND terms.in_error
            )
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: {table} takes no former code of another';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER {table}_takes_free_code BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_takes_free_code();

-- A change comes with a version that announces it, of a record as it is, to a code that is free,
-- and only while nothing but declarations was recorded of what lies under the record.
-- A record that had this one's code after it has a greater number of reuses: it was recorded later,
-- when this one was in error. One that had it before has a smaller one, and was in error by then.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_identity_change_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM {schema}.{table} AS kept
        JOIN {schema}.{table}_version AS terms ON terms.{owner} = kept.id
        WHERE kept.id = NEW.{owner}
            AND terms.version = NEW.version
            AND terms.version > 1
            AND terms.format = 2
            AND terms.request_id = NEW.request_id
            AND terms.recorded_at = NEW.recorded_at
            AND {former_is_kept}
    )
    OR ({unchanged})
    OR NEW.version <= (
        SELECT coalesce(max(earlier.version), 0) FROM {schema}.{table}_identity_change AS earlier
        WHERE earlier.{owner} = NEW.{owner}
    )
    OR EXISTS (
        SELECT 1 FROM {schema}.{table} AS other JOIN {schema}.{table} AS own ON own.id = NEW.{owner}
        WHERE other.id <> own.id AND other.reuse <= own.reuse
            AND (
                other.folded = NEW.folded OR other.code = NEW.code OR EXISTS (
                    SELECT 1 FROM {schema}.{table}_identity_change AS made
                    WHERE made.{owner} = other.id AND made.former_folded = NEW.folded
                )
            )
            AND (
                other.reuse = own.reuse OR NOT EXISTS (
                    SELECT 1 FROM {schema}.{table}_version AS terms
                    WHERE terms.{owner} = other.id AND terms.in_error
                        AND terms.recorded_at <= NEW.recorded_at
                )
            )
    )
    OR EXISTS (
        SELECT 1 FROM {schema}.movement
        WHERE movement.holder_id IN ({below})
            AND 'undeclared' NOT IN (movement.from_stage, movement.to_stage)
            AND movement.recorded_at < NEW.recorded_at
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: {table}_identity_change takes a change that can be made only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER {table}_identity_change_follows BEFORE INSERT ON {table}_identity_change
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_identity_change_follows();

-- Who changes the identity writes the balances of what lies under it as they are, and so meets
-- those who act on it at once. Officers have no right to update identity rows: the owner's is used,
-- by a function that looks nothing up in schemas of theirs.

CREATE OR REPLACE FUNCTION {schema}.cityfund_{table}_identity_change_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE {schema}.{table} SET {assigned} WHERE id = NEW.{owner};
    UPDATE {schema}.balance AS kept SET free = kept.free WHERE kept.holder_id IN ({below});
    RETURN NULL;
END;
$function$;

CREATE TRIGGER {table}_identity_change_counts AFTER INSERT ON {table}_identity_change
FOR EACH ROW EXECUTE FUNCTION cityfund_{table}_identity_change_counts();
