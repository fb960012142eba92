-- What came of cards, for figures: nothing here is sealed, and nothing here is proof; it can be made anew from the cards
-- and the journal. `decided_by` is a keyed hash of the name, from which no figure about one person is made; `stood` says
-- whether the suggested category was right in the decision's eyes, none where the decision says nothing of it; `blind`
-- is the category that somebody chose before they saw the suggestion, empty where they could not tell.
CREATE TABLE outcomes (
    card TEXT PRIMARY KEY REFERENCES cards (id),
    decided_at TEXT,
    decided_by TEXT,
    stood INTEGER,
    blind TEXT,
    blind_by TEXT,
    blind_at TEXT
);

CREATE INDEX outcomes_decided ON outcomes (decided_at);
CREATE INDEX outcomes_blind ON outcomes (blind_at);
CREATE INDEX queue_created ON queue (created_at);
