-- Leaves stand in the tree one after another, and each seal covers more than the one before it,
-- never more than there is.

CREATE TRIGGER sealed_leaf_follows BEFORE INSERT ON sealed_leaf
WHEN NEW.position <> coalesce((SELECT max(kept.position) FROM sealed_leaf AS kept), -1) + 1
    OR typeof(NEW.hash) <> 'blob'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: sealed_leaf takes leaves one after another only');
END;

CREATE TRIGGER seal_follows BEFORE INSERT ON seal
WHEN NEW.number <> coalesce((SELECT max(kept.number) FROM seal AS kept), 0) + 1
    OR NEW.size <= coalesce((SELECT max(kept.size) FROM seal AS kept), 0)
    OR NEW.size > coalesce((SELECT max(leaf.position) FROM sealed_leaf AS leaf), -1) + 1
    OR NEW.last_request <= coalesce((SELECT max(kept.last_request) FROM seal AS kept), 0)
    OR NEW.last_request >= NEW.request_id
    OR typeof(NEW.root) <> 'blob'
    OR typeof(NEW.frontier) <> 'blob'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: seal takes what covers more than the one before it');
END;
