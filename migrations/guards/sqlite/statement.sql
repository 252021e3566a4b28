-- A line of a statement is one that the statement announced.

CREATE TRIGGER statement_line_was_announced BEFORE INSERT ON statement_line
WHEN typeof(NEW.position) <> 'integer'
    OR typeof(NEW.amount) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM statement
        WHERE statement.id = NEW.statement_id AND NEW.position BETWEEN 1 AND statement.lines
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement_line takes lines that the statement announced only');
END;

-- A finding is opened once; it is settled or heals while it is open, and is reopened while not.

CREATE TRIGGER finding_event_follows BEFORE INSERT ON finding_event
WHEN NEW.number <> 1 + coalesce((
        SELECT max(kept.number) FROM finding_event AS kept WHERE kept.finding_id = NEW.finding_id
    ), 0)
    OR typeof(NEW.number) <> 'integer'
    OR NOT EXISTS (SELECT 1 FROM finding WHERE finding.id = NEW.finding_id)
    OR CASE (
        SELECT kept.event FROM finding_event AS kept
        WHERE kept.finding_id = NEW.finding_id ORDER BY kept.number DESC LIMIT 1
    )
        WHEN 'opened' THEN NEW.event NOT IN ('settled', 'healed')
        WHEN 'reopened' THEN NEW.event NOT IN ('settled', 'healed')
        WHEN 'settled' THEN NEW.event <> 'reopened'
        WHEN 'healed' THEN NEW.event <> 'reopened'
        ELSE NEW.event <> 'opened'
    END
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding_event takes what can happen to the finding next only');
END;
