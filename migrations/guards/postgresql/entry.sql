-- An entry records one of the acts there are, on a day the program can read. No reversal is dated
-- before what it reverses. An entry is reversed once, unless its reversal was itself reversed: of
-- several reversals of one entry only the newest can stand. From an entry to its newest reversal,
-- to that one's newest, and so on, an odd number of steps means that the entry is reversed. Nor
-- does a reversal come back by which an entry would be reversed twice: none is reversed of which
-- there is a newer one.

CREATE OR REPLACE FUNCTION {schema}.cityfund_entry_is_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    wrong text;
BEGIN
    IF NEW.effective_on NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN
        wrong := 'no such act, or no such day';
    ELSIF NOT EXISTS (
        SELECT 1 FROM {schema}.allowed_move AS move WHERE move.act = NEW.act
    ) THEN
        wrong := 'no such act, or no such day';
    END IF;
    IF wrong IS NULL AND NEW.reverses IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM {schema}.entry AS reversed
            WHERE reversed.id = NEW.reverses AND reversed.effective_on <= NEW.effective_on
        ) THEN
            wrong := 'dated before the entry it reverses';
        ELSIF (
            WITH RECURSIVE newest (id, steps) AS (
                SELECT NEW.reverses, 0
                UNION ALL
                SELECT
                    (SELECT max(back.id) FROM {schema}.entry AS back WHERE back.reverses = newest.id),
                    newest.steps + 1
                FROM newest
                WHERE EXISTS (SELECT 1 FROM {schema}.entry AS back WHERE back.reverses = newest.id)
            )
            SELECT mod(max(newest.steps), 2) FROM newest
        ) = 1 OR EXISTS (
            WITH RECURSIVE reversed (id, target) AS (
                SELECT first.id, first.reverses
                FROM {schema}.entry AS first WHERE first.id = NEW.reverses
                UNION ALL
                SELECT above.id, above.reverses
                FROM reversed JOIN {schema}.entry AS above ON above.id = reversed.target
            )
            SELECT 1 FROM reversed JOIN {schema}.entry AS newer
                ON newer.reverses = reversed.target AND newer.id > reversed.id
        ) THEN
            wrong := 'this entry is reversed already';
        END IF;
    END IF;
    IF wrong IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation', MESSAGE = 'cityfund guard: ' || wrong;
END;
$function$;

CREATE TRIGGER entry_is_in_order BEFORE INSERT ON entry
FOR EACH ROW EXECUTE FUNCTION cityfund_entry_is_in_order();
