-- A movement must be one of the allowed moves of its entry's act, in its holder's unit, with its
-- entry's dates, on one of the lines the entry announced, and on a side of the deal it names; what
-- moves in or out of a deal's stages names its deal, so that both keep the same balance. The same
-- statement that asks moves the holder's balance: it finds the row only for what is allowed, and
-- waits there for other writers. The checks of the balances refuse what would fall below zero,
-- whoever writes and however many at once.
--
-- What other writers did while this one waited is seen only by statements that begin after the
-- lock; so the questions about other entries come last. What needs no question to the tables is asked
-- by itself: an engine keeps its plan for a question that is always the same.
--
-- Nobody but this guard writes balances: it does so with the owner's rights, and looks nothing up in
-- schemas of others.

CREATE OR REPLACE FUNCTION {schema}.cityfund_movement_is_kept()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    moved_side text;
    undone bigint;
    own_request bigint;
    sides_met integer;
    wrong text;
BEGIN
    UPDATE {schema}.balance AS kept SET
        free = kept.free + CASE
            WHEN NEW.to_stage IN ('open', 'available') THEN NEW.amount
            WHEN NEW.from_stage IN ('open', 'available') THEN -NEW.amount
            ELSE 0
        END,
        held = kept.held + CASE 'held'
            WHEN NEW.to_stage THEN NEW.amount WHEN NEW.from_stage THEN -NEW.amount ELSE 0
        END,
        committed = kept.committed + CASE 'committed'
            WHEN NEW.to_stage THEN NEW.amount WHEN NEW.from_stage THEN -NEW.amount ELSE 0
        END,
        delivered = kept.delivered + CASE 'delivered'
            WHEN NEW.to_stage THEN NEW.amount WHEN NEW.from_stage THEN -NEW.amount ELSE 0
        END,
        withdrawn = kept.withdrawn + CASE 'withdrawn'
            WHEN NEW.to_stage THEN NEW.amount WHEN NEW.from_stage THEN -NEW.amount ELSE 0
        END,
        expired = kept.expired + CASE 'expired'
            WHEN NEW.to_stage THEN NEW.amount WHEN NEW.from_stage THEN -NEW.amount ELSE 0
        END
    FROM {schema}.entry AS entry, {schema}.holder AS holder, {schema}.allowed_move AS move
    WHERE kept.holder_id = NEW.holder_id
        AND entry.id = NEW.entry_id
        AND holder.id = NEW.holder_id
        AND move.act = entry.act
        AND move.side = holder.side
        AND move.from_stage = NEW.from_stage
        AND move.to_stage = NEW.to_stage
        AND holder.unit = NEW.unit
        AND entry.effective_on = NEW.effective_on
        AND entry.recorded_at = NEW.recorded_at
        AND NEW.line BETWEEN 1 AND entry.lines
        AND CASE
            WHEN NEW.deal_id IS NULL THEN
                NEW.from_stage NOT IN ('held', 'committed', 'delivered')
                AND NEW.to_stage NOT IN ('held', 'committed', 'delivered')
            ELSE entry.deal_id = NEW.deal_id AND EXISTS (
                SELECT 1 FROM {schema}.deal AS deal
                WHERE deal.id = NEW.deal_id AND NEW.holder_id IN (deal.need_id, deal.offer_id)
            )
        END
    RETURNING holder.side, entry.reverses, entry.request_id
        INTO moved_side, undone, own_request;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: this movement is not allowed';
    END IF;

    IF NEW.deal_id IS NOT NULL THEN
        -- The other side's row is written as it is: so all who write to the deal meet, whichever
        -- side they move, and the level of isolation sees to their order.
        UPDATE {schema}.deal_balance AS kept SET
            held = kept.held + CASE
                WHEN kept.side <> moved_side THEN 0
                WHEN NEW.to_stage = 'held' THEN NEW.amount
                WHEN NEW.from_stage = 'held' THEN -NEW.amount
                ELSE 0
            END,
            committed = kept.committed + CASE
                WHEN kept.side <> moved_side THEN 0
                WHEN NEW.to_stage = 'committed' THEN NEW.amount
                WHEN NEW.from_stage = 'committed' THEN -NEW.amount
                ELSE 0
            END,
            delivered = kept.delivered + CASE
                WHEN kept.side <> moved_side THEN 0
                WHEN NEW.to_stage = 'delivered' THEN NEW.amount
                WHEN NEW.from_stage = 'delivered' THEN -NEW.amount
                ELSE 0
            END
        WHERE kept.deal_id = NEW.deal_id;
        GET DIAGNOSTICS sides_met = ROW_COUNT;
        IF sides_met <> 2 THEN
            wrong := 'this movement is not allowed';
        END IF;
    END IF;

    -- Another writer may have reversed the same entry, or brought its reversal back, while this one
    -- waited: what the guard of entries asked is asked again. From the entry that was reversed first,
    -- to its newest reversal, to that one's newest, and so on, the reversed entry is met, and an even
    -- number of steps is left. Reversals count that have a smaller number, and those of other requests
    -- whose movements are written: a copy writes all entries first, the later reversals too.
    IF undone IS NOT NULL THEN
        IF NOT EXISTS (
            WITH RECURSIVE above (id, target) AS (
                SELECT first.id, first.reverses
                FROM {schema}.entry AS first WHERE first.id = undone
                UNION ALL
                SELECT next.id, next.reverses
                FROM above JOIN {schema}.entry AS next ON next.id = above.target
            ), newest (id, steps) AS (
                SELECT above.id, 0 FROM above WHERE above.target IS NULL
                UNION ALL
                SELECT back.id, newest.steps + 1
                FROM newest CROSS JOIN LATERAL (
                    SELECT max(other.id) AS id FROM {schema}.entry AS other
                    WHERE other.reverses = newest.id AND (
                        other.id < NEW.entry_id
                        OR (other.request_id <> own_request AND EXISTS (
                            SELECT 1 FROM {schema}.movement AS written
                            WHERE written.entry_id = other.id
                        ))
                    )
                ) AS back
                WHERE back.id IS NOT NULL
            )
            SELECT 1 FROM newest AS met
            WHERE met.id = undone
                AND mod((SELECT max(newest.steps) FROM newest) - met.steps, 2) = 0
        ) THEN
            wrong := 'this entry is reversed already';
        END IF;
    END IF;

    -- At the end of each day by effective dates, only a movement dated before others of its holder
    -- can take a stage below zero, and then only the stage it takes from. What a deal has held,
    -- committed or delivered is asked of its side of the deal; these add up to the holder's.
    IF NEW.from_stage <> 'undeclared' THEN
        IF EXISTS (
            SELECT 1 FROM {schema}.movement AS later
            WHERE later.holder_id = NEW.holder_id AND later.effective_on > NEW.effective_on
        ) THEN
            IF NEW.from_stage IN ('held', 'committed', 'delivered') THEN
                IF EXISTS (
                    SELECT 1 FROM (
                        SELECT passed.effective_on, sum(
                            CASE passed.to_stage
                                WHEN NEW.from_stage THEN passed.amount
                                ELSE -passed.amount
                            END
                        ) OVER (ORDER BY passed.effective_on) AS standing
                        FROM {schema}.movement AS passed
                        WHERE passed.deal_id = NEW.deal_id
                            AND passed.holder_id = NEW.holder_id
                            AND NEW.from_stage IN (passed.from_stage, passed.to_stage)
                    ) AS timeline
                    WHERE timeline.standing < 0 AND timeline.effective_on >= NEW.effective_on
                ) THEN
                    wrong := 'below zero on the timeline of effective dates';
                END IF;
            ELSIF EXISTS (
                SELECT 1 FROM (
                    SELECT passed.effective_on, sum(
                        CASE passed.to_stage
                            WHEN NEW.from_stage THEN passed.amount
                            ELSE -passed.amount
                        END
                    ) OVER (ORDER BY passed.effective_on) AS standing
                    FROM {schema}.movement AS passed
                    WHERE passed.holder_id = NEW.holder_id
                        AND NEW.from_stage IN (passed.from_stage, passed.to_stage)
                ) AS timeline
                WHERE timeline.standing < 0 AND timeline.effective_on >= NEW.effective_on
            ) THEN
                wrong := 'below zero on the timeline of effective dates';
            END IF;
        END IF;
    END IF;

    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', MESSAGE = 'cityfund guard: ' || wrong;
    END IF;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER movement_is_kept AFTER INSERT ON movement
FOR EACH ROW EXECUTE FUNCTION cityfund_movement_is_kept();

-- The table of allowed moves is the program's: it is filled while the guards are down.

CREATE OR REPLACE FUNCTION {schema}.cityfund_allowed_move_is_closed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = 'cityfund guard: the table of allowed moves is closed';
END;
$function$;

CREATE TRIGGER allowed_move_is_closed BEFORE INSERT ON allowed_move
FOR EACH ROW EXECUTE FUNCTION cityfund_allowed_move_is_closed();
