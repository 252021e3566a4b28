-- No reversal is dated before what it reverses.

CREATE TRIGGER entry_follows_reversed BEFORE INSERT ON entry
WHEN NEW.reverses IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry AS reversed
    WHERE reversed.id = NEW.reverses AND reversed.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: dated before the entry it reverses');
END;

-- An entry is reversed once, unless its reversal was itself reversed. Of several reversals of one
-- entry only the newest can stand: from an entry to its newest reversal, to that one's newest, and
-- so on, an odd number of steps means that the entry is reversed. Nor does a reversal come back by
-- which an entry would be reversed twice: none is reversed of which there is a newer one.

CREATE TRIGGER entry_is_reversed_once BEFORE INSERT ON entry
WHEN NEW.reverses IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: this entry is reversed already')
    WHERE (
        WITH RECURSIVE newest (id, steps) AS (
            SELECT NEW.reverses, 0
            UNION ALL
            SELECT (SELECT max(back.id) FROM entry AS back WHERE back.reverses = newest.id),
                newest.steps + 1
            FROM newest
            WHERE EXISTS (SELECT 1 FROM entry AS back WHERE back.reverses = newest.id)
        )
        SELECT max(newest.steps) % 2 FROM newest
    ) = 1 OR EXISTS (
        WITH RECURSIVE reversed (id, target) AS (
            SELECT entry.id, entry.reverses FROM entry WHERE entry.id = NEW.reverses
            UNION ALL
            SELECT entry.id, entry.reverses
            FROM reversed JOIN entry ON entry.id = reversed.target
        )
        SELECT 1 FROM reversed JOIN entry AS newer
            ON newer.reverses = reversed.target AND newer.id > reversed.id
    );
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
