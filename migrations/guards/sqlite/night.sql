-- Runs of nights begin one after another; a run's steps are those it was asked for, each in its place.

CREATE TRIGGER night_run_follows BEFORE INSERT ON night_run
WHEN NEW.id <= coalesce((SELECT max(kept.id) FROM night_run AS kept), 0)
    OR typeof(NEW.started_at) <> 'integer'
    OR NEW.started_at <= coalesce((SELECT max(kept.started_at) FROM night_run AS kept), 0)
    OR NEW.started_at < coalesce((
        SELECT max(step.ended_at) FROM night_step AS step
        WHERE step.run_id = (SELECT max(kept.id) FROM night_run AS kept)
    ), 0)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_run takes runs one after another only');
END;

CREATE TRIGGER night_step_was_asked_for BEFORE INSERT ON night_step
WHEN typeof(NEW.place) <> 'integer'
    OR typeof(NEW.started_at) <> 'integer'
    OR typeof(NEW.ended_at) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM (
            SELECT substr(
                ';' || run.steps, 1, instr(';' || run.steps || ';', ';' || NEW.name || ';')
            ) AS before
            FROM night_run AS run
            WHERE run.id = NEW.run_id AND NEW.started_at >= run.started_at - 300000000
        )
        WHERE length(before) > 0
            AND NEW.place = length(before) - length(replace(before, ';', ''))
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step takes the steps that the run was asked for only');
END;
