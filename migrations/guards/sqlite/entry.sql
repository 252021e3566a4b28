-- No act of a deal is dated before the deal's previous act; so a deal's stages run in recorded
-- order on both timelines. No reversal is dated before what it reverses.

CREATE TRIGGER entry_follows_deal BEFORE INSERT ON entry
WHEN NEW.deal_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry AS earlier
    WHERE earlier.deal_id = NEW.deal_id AND earlier.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: dated before the previous act of the deal');
END;

CREATE TRIGGER entry_follows_reversed BEFORE INSERT ON entry
WHEN NEW.reverses IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry AS reversed
    WHERE reversed.id = NEW.reverses AND reversed.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: dated before the entry it reverses');
END;

-- An entry records one of the acts there are, on a day that exists and that the program can read.
-- Counted from, a day is made a real one: SQLite leaves 30 February as it stands otherwise.

CREATE TRIGGER entry_is_an_act BEFORE INSERT ON entry
WHEN NOT EXISTS (SELECT 1 FROM allowed_move WHERE allowed_move.act = NEW.act)
    OR date(NEW.effective_on, '+0 days') IS NOT NEW.effective_on
    OR NEW.effective_on < '0001-01-01'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: no such act, or no such day');
END;
