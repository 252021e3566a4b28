-- A movement must be one of the allowed moves of its entry's act, in its holder's unit, with its
-- entry's dates, on one of the lines the entry announced, and on a side of the deal it names; what
-- moves in or out of a deal's stages names its deal, so that both keep the same balance. A column
-- of whole numbers takes a fraction here without a word, so the amount's type is asked for too.

CREATE TRIGGER movement_is_allowed BEFORE INSERT ON movement
WHEN NOT EXISTS (
    SELECT 1
    FROM entry
    JOIN holder ON holder.id = NEW.holder_id
    JOIN allowed_move ON allowed_move.act = entry.act
        AND allowed_move.side = holder.side
        AND allowed_move.from_stage = NEW.from_stage
        AND allowed_move.to_stage = NEW.to_stage
    WHERE entry.id = NEW.entry_id
        AND holder.unit = NEW.unit
        AND entry.effective_on = NEW.effective_on
        AND entry.recorded_at = NEW.recorded_at
        AND NEW.line BETWEEN 1 AND entry.lines
        AND typeof(NEW.amount) = 'integer'
        AND (NEW.deal_id IS NOT NULL OR (
            NEW.from_stage NOT IN ('held', 'committed', 'delivered')
            AND NEW.to_stage NOT IN ('held', 'committed', 'delivered')
        ))
        AND (NEW.deal_id IS NULL OR (
            entry.deal_id = NEW.deal_id
            AND EXISTS (
                SELECT 1 FROM deal
                WHERE deal.id = NEW.deal_id AND NEW.holder_id IN (deal.need_id, deal.offer_id)
            )
        ))
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: this movement is not allowed');
END;

-- Balances move with the movement, in the same transaction; their checks refuse what would fall
-- below zero, whoever writes and however many at once.

CREATE TRIGGER movement_keeps_balance AFTER INSERT ON movement
BEGIN
    UPDATE balance SET
        free = free
            - CASE WHEN NEW.from_stage IN ('open', 'available') THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage IN ('open', 'available') THEN NEW.amount ELSE 0 END,
        held = held
            - CASE WHEN NEW.from_stage = 'held' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'held' THEN NEW.amount ELSE 0 END,
        committed = committed
            - CASE WHEN NEW.from_stage = 'committed' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'committed' THEN NEW.amount ELSE 0 END,
        delivered = delivered
            - CASE WHEN NEW.from_stage = 'delivered' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'delivered' THEN NEW.amount ELSE 0 END,
        withdrawn = withdrawn
            - CASE WHEN NEW.from_stage = 'withdrawn' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'withdrawn' THEN NEW.amount ELSE 0 END,
        expired = expired
            - CASE WHEN NEW.from_stage = 'expired' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'expired' THEN NEW.amount ELSE 0 END
    WHERE holder_id = NEW.holder_id;
END;

CREATE TRIGGER movement_keeps_deal_balance AFTER INSERT ON movement
WHEN NEW.deal_id IS NOT NULL
BEGIN
    UPDATE deal_balance SET
        held = held
            - CASE WHEN NEW.from_stage = 'held' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'held' THEN NEW.amount ELSE 0 END,
        committed = committed
            - CASE WHEN NEW.from_stage = 'committed' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'committed' THEN NEW.amount ELSE 0 END,
        delivered = delivered
            - CASE WHEN NEW.from_stage = 'delivered' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'delivered' THEN NEW.amount ELSE 0 END
    WHERE deal_id = NEW.deal_id
        AND side = (SELECT holder.side FROM holder WHERE holder.id = NEW.holder_id);
END;

-- The same at the end of each day by effective dates, in whatever order the days were recorded:
-- only a movement dated before others of its holder can break it, and then only in the stage it
-- takes from. What a deal has held, committed or delivered is asked of its side of the deal; these
-- add up to the holder's. The sum runs in recorded order within a day, so that it stays small, and
-- counts at the last row of the day.

CREATE TRIGGER movement_keeps_timeline AFTER INSERT ON movement
WHEN NEW.from_stage <> 'undeclared' AND EXISTS (
    SELECT 1 FROM movement AS later
    WHERE later.holder_id = NEW.holder_id AND later.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: below zero on the timeline of effective dates')
    WHERE NEW.deal_id IS NOT NULL
        AND NEW.from_stage IN ('held', 'committed', 'delivered')
        AND EXISTS (
            SELECT 1 FROM (
                SELECT
                    sum(
                        CASE
                            WHEN passed.to_stage = NEW.from_stage THEN passed.amount
                            WHEN passed.from_stage = NEW.from_stage THEN -passed.amount
                            ELSE 0
                        END
                    ) OVER days AS standing,
                    passed.effective_on AS day,
                    lead(passed.effective_on) OVER days AS next_day
                FROM movement AS passed
                WHERE passed.deal_id = NEW.deal_id AND +passed.holder_id = NEW.holder_id
                WINDOW days AS (ORDER BY passed.effective_on, passed.entry_id, passed.line)
            ) AS timeline
            WHERE timeline.standing < 0
                AND timeline.day >= NEW.effective_on
                AND timeline.day IS NOT timeline.next_day
        );
    SELECT RAISE(ABORT, 'cityfund guard: below zero on the timeline of effective dates')
    WHERE NEW.from_stage NOT IN ('held', 'committed', 'delivered')
        AND EXISTS (
            SELECT 1 FROM (
                SELECT
                    sum(
                        CASE
                            WHEN passed.to_stage = NEW.from_stage THEN passed.amount
                            WHEN passed.from_stage = NEW.from_stage THEN -passed.amount
                            ELSE 0
                        END
                    ) OVER days AS standing,
                    passed.effective_on AS day,
                    lead(passed.effective_on) OVER days AS next_day
                FROM movement AS passed
                WHERE passed.holder_id = NEW.holder_id
                WINDOW days AS (ORDER BY passed.effective_on, passed.entry_id, passed.line)
            ) AS timeline
            WHERE timeline.standing < 0
                AND timeline.day >= NEW.effective_on
                AND timeline.day IS NOT timeline.next_day
        );
END;

-- The table of allowed moves is the program's: it is filled while the guards are down.

CREATE TRIGGER allowed_move_is_closed BEFORE INSERT ON allowed_move
WHEN NOT EXISTS (
    SELECT 1 FROM allowed_move AS kept
    WHERE kept.act = NEW.act AND kept.side = NEW.side
        AND kept.from_stage = NEW.from_stage AND kept.to_stage = NEW.to_stage
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: the table of allowed moves is closed');
END;
