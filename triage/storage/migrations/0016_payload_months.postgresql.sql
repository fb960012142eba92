-- Payloads by the month in which they were recorded, so that a month whose time is up goes as a whole. A payload lies in
-- the partition of its month where there is one, else in `other`: that of what is never taken away, and of what was
-- written without a month (by an earlier version that still runs) or in a month that nobody made ready.
ALTER TABLE payloads RENAME TO payloads_unparted;
ALTER TABLE payloads_unparted RENAME CONSTRAINT payloads_pkey TO payloads_unparted_pkey;

CREATE TABLE payloads (
    stream TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    month TEXT COLLATE "C" NOT NULL DEFAULT 'other',
    PRIMARY KEY (stream, seq, month),
    FOREIGN KEY (stream, seq) REFERENCES journal (stream, seq)
) PARTITION BY LIST (month);

-- Where the payload of a record belongs.
CREATE FUNCTION payload_month(kind TEXT, at TEXT) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN kind IN ('retention', 'erasure', 'checkpoint', 'hold', 'reading', 'activation') THEN 'other'
        WHEN to_regclass('payloads_' || translate(substr(at, 1, 7), '-', '_')) IS NULL THEN 'other'
        ELSE substr(at, 1, 7)
    END
$$;

-- Makes the partition of a month (`2026-11`); false where it was there. With the owner's rights, so that a service needs
-- none to make tables. Attaching waits for no reader and no writer of payloads.
CREATE FUNCTION make_payload_month(month TEXT) RETURNS BOOLEAN LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    part TEXT := 'payloads_' || translate(month, '-', '_');
BEGIN
    IF month !~ '^[0-9]{4}-(0[1-9]|1[0-2])$' AND month <> 'other' THEN
        RAISE EXCEPTION '% is no month', month;
    END IF;
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE payloads IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE payloads INCLUDING DEFAULTS)', part);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (month = %L)', part, part || '_check', month);
    EXECUTE format('ALTER TABLE payloads ATTACH PARTITION %I FOR VALUES IN (%L)', part, month);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', part, part || '_check');
    EXECUTE format(
        'CREATE TRIGGER payloads_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse(%L)',
        part, 'the journal is append-only: it is never emptied'
    );
    RETURN true;
END
$$;

-- Takes a month away that is over, where a record allowed each payload in it to go and no case in it is on hold; false
-- where that is not so. Waits a second for who reads and writes, then fails.
CREATE FUNCTION drop_payload_month(month TEXT) RETURNS BOOLEAN LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '1s' AS $$
DECLARE
    part TEXT := 'payloads_' || translate(month, '-', '_');
    stays BOOLEAN;
BEGIN
    IF month !~ '^[0-9]{4}-(0[1-9]|1[0-2])$' OR to_regclass(part) IS NULL
        OR month >= to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM') THEN
        RETURN false;
    END IF;
    -- In the order of who appends.
    LOCK TABLE journal, payloads IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %I p WHERE NOT EXISTS'
        ' (SELECT 1 FROM removals r WHERE r.stream = p.stream AND r.seq = p.seq)) OR EXISTS (SELECT 1 FROM %I p'
        ' JOIN journal j ON j.stream = p.stream AND j.seq = p.seq JOIN holds h ON h.case_id = j.case_id)', part, part
    ) INTO stays;
    IF stays THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE %I', part);
    RETURN true;
END
$$;

-- What runs with more rights than its caller's, or guards something, looks for tables here and nowhere else first: a
-- caller's temporary table of the same name would come before.
DO $$
DECLARE
    guarded TEXT;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'make_payload_month(TEXT)', 'drop_payload_month(TEXT)', 'refuse_payload_without_removal()',
        'refuse_removal_without_reason()'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guarded, current_schema());
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION make_payload_month(TEXT), drop_payload_month(TEXT) FROM PUBLIC;

CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads FOR EACH ROW EXECUTE FUNCTION refuse(
    'the journal is append-only: a payload is never changed'
);
CREATE TRIGGER payloads_only_after_removal BEFORE DELETE ON payloads
FOR EACH ROW EXECUTE FUNCTION refuse_payload_without_removal();
CREATE TRIGGER payloads_no_truncate BEFORE TRUNCATE ON payloads FOR EACH STATEMENT EXECUTE FUNCTION refuse(
    'the journal is append-only: it is never emptied'
);

SELECT make_payload_month(month) FROM (
    SELECT 'other' AS month
    UNION SELECT DISTINCT substr(at, 1, 7) FROM journal
    UNION SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC' + make_interval(months => ahead), 'YYYY-MM')
    FROM generate_series(0, 3) AS ahead
) AS months WHERE month = 'other' OR month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' ORDER BY month;

-- Everything moves, or nothing does.
DO $$
DECLARE
    before BIGINT;
    moved BIGINT;
BEGIN
    SELECT count(*) INTO before FROM payloads_unparted;
    INSERT INTO payloads (stream, seq, sealed, month)
    SELECT p.stream, p.seq, p.sealed, payload_month(j.kind, j.at)
    FROM payloads_unparted p JOIN journal j ON j.stream = p.stream AND j.seq = p.seq;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> before THEN
        RAISE EXCEPTION '% payloads lie here without their records: run `triage audit verify` with the version before',
            before - moved;
    END IF;
END
$$;

-- A table does not take the rights of the one before it along.
DO $$
DECLARE
    given RECORD;
BEGIN
    FOR given IN
        SELECT r.rolname AS role, a.privilege_type AS what
        FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = 'payloads_unparted'::regclass AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT %s ON payloads TO %I', given.what, given.role);
        IF given.what = 'INSERT' THEN
            EXECUTE format(
                'GRANT EXECUTE ON FUNCTION make_payload_month(TEXT), drop_payload_month(TEXT) TO %I', given.role
            );
        END IF;
    END LOOP;
END
$$;
DROP TABLE payloads_unparted;

-- As before, and: partitions are reached through their table only.
CREATE OR REPLACE FUNCTION triage_grant(service TEXT) RETURNS VOID LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    guarded RECORD;
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), service);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), service);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), service);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I.migrations FROM %I', current_schema(), service);
    FOR guarded IN
        SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgname ~ '_no_(update|delete)$'
    LOOP
        EXECUTE format(
            'REVOKE %s ON %I.%I FROM %I',
            upper(substring(guarded.tgname FROM '(update|delete)$')), current_schema(), guarded.relname, service
        );
    END LOOP;
    FOR guarded IN
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relispartition AND c.relkind = 'r'
    LOOP
        EXECUTE format('REVOKE ALL ON %I.%I FROM %I', current_schema(), guarded.relname, service);
    END LOOP;
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I.make_payload_month(TEXT) TO %I', current_schema(), service);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I.drop_payload_month(TEXT) TO %I', current_schema(), service);
END
$$;
