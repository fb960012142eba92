-- Where a card's case stands, for figures: the warehouse, the customer's segment, and the way by which the matter came.
-- Empty where that is not known, or where the card is older than these columns. No person is named by them.
ALTER TABLE queue ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN segment TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN channel TEXT NOT NULL DEFAULT '';

-- When the day of a company's calendar ends (UTC), and its budget begins anew; none in rows of earlier versions.
ALTER TABLE spending ADD COLUMN ends_at TEXT;
