-- A card is closed, never deleted: the journal tells of it, and verification looks for its row.
CREATE TRIGGER cards_no_delete BEFORE DELETE ON cards BEGIN
    SELECT RAISE(ABORT, 'a card is closed, never deleted');
END;
CREATE TRIGGER card_events_no_delete BEFORE DELETE ON card_events BEGIN
    SELECT RAISE(ABORT, 'what a card was made from is never deleted');
END;
