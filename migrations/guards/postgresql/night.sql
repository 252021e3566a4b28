-- Runs of nights begin one after another; a run's steps are those it was asked for, each in its place.

CREATE OR REPLACE FUNCTION {schema}.cityfund_night_run_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.id <= (SELECT coalesce(max(kept.id), 0) FROM {schema}.night_run AS kept)
        OR NEW.started_at <= (
            SELECT coalesce(max(kept.started_at), 0) FROM {schema}.night_run AS kept
        )
        OR NEW.started_at < (
            SELECT coalesce(max(step.ended_at), 0) FROM {schema}.night_step AS step
            WHERE step.run_id = (SELECT max(kept.id) FROM {schema}.night_run AS kept)
        ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: night_run takes runs one after another only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER night_run_follows BEFORE INSERT ON night_run
FOR EACH ROW EXECUTE FUNCTION cityfund_night_run_follows();

CREATE OR REPLACE FUNCTION {schema}.cityfund_night_step_was_asked_for()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM {schema}.night_run AS run
        WHERE run.id = NEW.run_id
            AND NEW.started_at >= run.started_at - 300000000
            AND array_position(string_to_array(run.steps, ';'), NEW.name::text) = NEW.place
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: night_step takes the steps that the run was asked for only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER night_step_was_asked_for BEFORE INSERT ON night_step
FOR EACH ROW EXECUTE FUNCTION cityfund_night_step_was_asked_for();
