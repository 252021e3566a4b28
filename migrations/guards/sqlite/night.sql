-- Runs of nights begin one after another; a run's steps are those it was asked for, each when all
-- before it have ended, and none once another run has begun.

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

CREATE TRIGGER night_step_follows BEFORE INSERT ON night_step
WHEN NEW.place <> 1 + (SELECT count(*) FROM night_step AS kept WHERE kept.run_id = NEW.run_id)
    OR typeof(NEW.started_at) <> 'integer'
    OR typeof(NEW.ended_at) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM night_run AS run
        WHERE run.id = NEW.run_id
            AND run.id = (SELECT max(kept.id) FROM night_run AS kept)
            AND instr(';' || run.steps || ';', ';' || NEW.name || ';') > 0
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step takes the steps of the run that began last in order only');
END;
