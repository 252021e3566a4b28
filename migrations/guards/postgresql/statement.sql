-- A line of a statement is one that the statement announced.

CREATE OR REPLACE FUNCTION {schema}.cityfund_statement_line_was_announced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM {schema}.statement AS statement
        WHERE statement.id = NEW.statement_id AND NEW.position BETWEEN 1 AND statement.lines
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: statement_line takes lines that the statement announced only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER statement_line_was_announced BEFORE INSERT ON statement_line
FOR EACH ROW EXECUTE FUNCTION cityfund_statement_line_was_announced();

-- A finding is opened once; it is settled or heals while it is open, and is reopened while not.

CREATE OR REPLACE FUNCTION {schema}.cityfund_finding_event_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.number IS DISTINCT FROM 1 + (
        SELECT coalesce(max(kept.number), 0) FROM {schema}.finding_event AS kept
        WHERE kept.finding_id = NEW.finding_id
    ) OR NOT EXISTS (
        SELECT 1 FROM {schema}.finding AS finding WHERE finding.id = NEW.finding_id
    ) OR NOT EXISTS (
        SELECT 1
        FROM (VALUES
            ('', 'opened'), ('opened', 'settled'), ('opened', 'healed'), ('reopened', 'settled'),
            ('reopened', 'healed'), ('settled', 'reopened'), ('healed', 'reopened')
        ) AS next (before, event)
        WHERE next.event = NEW.event AND next.before = coalesce((
            SELECT kept.event FROM {schema}.finding_event AS kept
            WHERE kept.finding_id = NEW.finding_id ORDER BY kept.number DESC LIMIT 1
        ), '')
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: finding_event takes what can happen to the finding next only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER finding_event_follows BEFORE INSERT ON finding_event
FOR EACH ROW EXECUTE FUNCTION cityfund_finding_event_follows();
