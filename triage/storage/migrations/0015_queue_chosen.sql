-- The indexes by which a queue is chosen hold what it is filtered by: rows that do not fit are passed over without being
-- read. Wider ones in the place of narrower ones of the same name, which serve older versions as well.
DROP INDEX queue_company;
DROP INDEX queue_state;
CREATE INDEX queue_company ON queue (
    company, priority DESC, number, category, severity, team, language, confidence, claimed_by, snoozed_until, created_at
) WHERE state IN ('open', 'awaiting_second');
CREATE INDEX queue_state ON queue (
    state, priority DESC, number, company, category, severity, team, language, confidence, claimed_by, snoozed_until,
    created_at
);
