from django.db import migrations

# Written once, here, so that it holds for the admin, the shell, imports and code to come (M2b).
COUNT = """
CREATE FUNCTION registrations_is_seated(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT state IN ('pending', 'going', 'offered') $$;

CREATE FUNCTION registrations_count_seats() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    onsite integer := 0;
    online integer := 0;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.event_id <> NEW.event_id THEN
        RAISE EXCEPTION 'a registration stays with its evening' USING ERRCODE = '23514';
    END IF;
    IF TG_OP <> 'INSERT' AND registrations_is_seated(OLD.state) THEN
        onsite := onsite - (OLD.mode = 'onsite')::int;
        online := online - (OLD.mode = 'online')::int;
    END IF;
    IF TG_OP <> 'DELETE' AND registrations_is_seated(NEW.state) THEN
        onsite := onsite + (NEW.mode = 'onsite')::int;
        online := online + (NEW.mode = 'online')::int;
    END IF;
    IF onsite <> 0 OR online <> 0 THEN
        UPDATE meetups_event
        SET seats_taken = seats_taken + onsite, online_taken = online_taken + online
        WHERE id = COALESCE(NEW.event_id, OLD.event_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER registrations_count_seats
AFTER INSERT OR UPDATE OF state, mode, event_id OR DELETE ON registrations_registration
FOR EACH ROW EXECUTE FUNCTION registrations_count_seats();
"""
UNCOUNT = """
DROP TRIGGER registrations_count_seats ON registrations_registration;
DROP FUNCTION registrations_count_seats();
DROP FUNCTION registrations_is_seated(text);
"""
LEDGER = """
CREATE VIEW seat_ledger AS
SELECT e.slug AS event_slug, c.email, r.state, r.queue_no
FROM registrations_registration r
JOIN meetups_event e ON e.id = r.event_id
JOIN people_contact c ON c.id = r.contact_id;
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_initial")]

    operations = [
        migrations.RunSQL(COUNT, UNCOUNT),
        migrations.RunSQL(LEDGER, "DROP VIEW seat_ledger;"),
    ]
