-- Up to where a sweep has seen an Odoo, one row a group (a model, or a kind of date). `moment` is where the next look
-- begins, before its overlap, and `is_proven` that this was told by Odoo's clock; no look
-- ever begins before `floor`. While a look is under way: `cursor_moment` and `cursor_id` say where it goes on, `began`
-- when it began by our clock, `newest` the newest change that it has seen by Odoo's. Times are UTC, ISO 8601.
CREATE TABLE watermarks (
    place TEXT NOT NULL,
    part TEXT NOT NULL,
    moment TEXT NOT NULL,
    is_proven INTEGER NOT NULL,
    floor TEXT NOT NULL,
    cursor_moment TEXT,
    cursor_id INTEGER NOT NULL,
    began TEXT,
    newest TEXT,
    looked_at TEXT NOT NULL,
    deep_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (place, part)
);

-- Who does what only one worker may do at a time, and until when nobody else begins.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL
);

-- The kill switch: of one company, or of all (scope ''). Who and why stands in the record that `stream` and `seq` name.
CREATE TABLE switches (
    scope TEXT PRIMARY KEY,
    is_off INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL
);

-- What models took, by company and day of its calendar. `money` counts millionths of the budget's currency.
CREATE TABLE spending (
    company TEXT NOT NULL,
    day TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    money INTEGER NOT NULL,
    PRIMARY KEY (company, day, endpoint, model)
);
