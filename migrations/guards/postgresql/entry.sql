-- An entry records one of the acts there are, on a day the program can read. No act of a deal is
-- dated before the deal's previous act; so a deal's stages run in recorded order on both
-- timelines. No reversal is dated before what it reverses.

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
    IF wrong IS NULL AND NEW.deal_id IS NOT NULL THEN
        IF EXISTS (
            SELECT 1 FROM {schema}.entry AS earlier
            WHERE earlier.deal_id = NEW.deal_id AND earlier.effective_on > NEW.effective_on
        ) THEN
            wrong := 'dated before the previous act of the deal';
        END IF;
    END IF;
    IF wrong IS NULL AND NEW.reverses IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM {schema}.entry AS reversed
            WHERE reversed.id = NEW.reverses AND reversed.effective_on <= NEW.effective_on
        ) THEN
            wrong := 'dated before the entry it reverses';
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
