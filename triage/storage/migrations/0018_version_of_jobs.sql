-- The version that is needed at least to work on what came in (major, minor, patch by thousands); 0: any. While two
-- versions work side by side, what an older one cannot understand is left to the newer.
ALTER TABLE inbox ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
