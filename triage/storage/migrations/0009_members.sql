-- What caused a card's exception (keyed hashes): a case with the same cause joins the card.
CREATE TABLE card_origins (
    origin TEXT NOT NULL,
    card TEXT NOT NULL REFERENCES cards (id),
    PRIMARY KEY (origin, card)
);

-- The cases on a card besides its own. `record` is a keyed hash, `sealed` what the case proposed, under the key of that
-- case: who erases it erases it here, too. `waits` is 1 while somebody can still decide it.
CREATE TABLE card_members (
    card TEXT NOT NULL REFERENCES cards (id),
    company TEXT NOT NULL,
    record TEXT NOT NULL,
    category TEXT NOT NULL,
    waits INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (card, company, record)
);
CREATE INDEX card_members_record ON card_members (company, record, category);
CREATE INDEX card_members_case ON card_members (case_id);

-- New notes on a record in a day, for the budget of notes.
CREATE TABLE notes (
    company TEXT NOT NULL,
    record TEXT NOT NULL,
    day TEXT NOT NULL,
    card TEXT NOT NULL,
    PRIMARY KEY (company, record, day, card)
);
