from django.db import migrations

# The count of 0002, with the guests somebody brings along: each takes a seat, too.
COUNT = """
CREATE OR REPLACE FUNCTION registrations_count_seats() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    onsite integer := 0;
    online integer := 0;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.event_id <> NEW.event_id THEN
        RAISE EXCEPTION 'a registration stays with its evening' USING ERRCODE = '23514';
    END IF;
    IF TG_OP <> 'INSERT' AND registrations_is_seated(OLD.state) THEN
        onsite := onsite - (OLD.mode = 'onsite')::int * {old};
        online := online - (OLD.mode = 'online')::int * {old};
    END IF;
    IF TG_OP <> 'DELETE' AND registrations_is_seated(NEW.state) THEN
        onsite := onsite + (NEW.mode = 'onsite')::int * {new};
        online := online + (NEW.mode = 'online')::int * {new};
    END IF;
    IF onsite <> 0 OR online <> 0 THEN
        UPDATE meetups_event
        SET seats_taken = seats_taken + onsite, online_taken = online_taken + online
        WHERE id = COALESCE(NEW.event_id, OLD.event_id);
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER registrations_count_seats ON registrations_registration;
CREATE TRIGGER registrations_count_seats
AFTER INSERT OR UPDATE OF state, mode, event_id{more} OR DELETE ON registrations_registration
FOR EACH ROW EXECUTE FUNCTION registrations_count_seats();
"""
WITH_GUESTS = COUNT.format(old="(1 + OLD.guests)", new="(1 + NEW.guests)", more=", guests")
WITHOUT = COUNT.format(old="1", new="1", more="")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0003_from_form_to_door")]

    operations = [migrations.RunSQL(WITH_GUESTS, WITHOUT)]
