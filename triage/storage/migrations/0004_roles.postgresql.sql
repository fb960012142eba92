-- What the role of a service needs, and no more: it reads and writes, but what is append-only it can neither change nor
-- delete nor empty, and it owns nothing, so it cannot take the triggers off. Run by the owner of the tables, after
-- each migration: SELECT triage_grant('triage_service');
CREATE FUNCTION triage_grant(service TEXT) RETURNS VOID LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
END
$$;
