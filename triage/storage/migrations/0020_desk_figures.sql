-- The desk's key figures of the last four weeks, counted once a day by a worker: aggregates only, to be made anew from
-- Odoo and the store. `company` is empty for all of them together; `told` is JSON.
CREATE TABLE desk_figures (
    company TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    made_at TEXT NOT NULL,
    told TEXT NOT NULL
);
