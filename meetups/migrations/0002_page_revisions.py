from django.db import migrations

# Every change of what public pages show leaves a new number for its series, whoever makes it: the
# admin, a command, a script or SQL by hand. A page is as old as the numbers it was made under.
# A change adds a row of its own and takes away those that nobody else has in hand, so that two
# organizers never wait for each other here; numbers come from a sequence, so that none returns.
REVISIONS = """
CREATE SEQUENCE meetups_revision_number;
CREATE TABLE meetups_revision (number bigint PRIMARY KEY, series_id bigint NOT NULL);
CREATE INDEX meetups_revision_series ON meetups_revision (series_id);

CREATE FUNCTION meetups_revise(series bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM meetups_revision WHERE number IN (
        SELECT number FROM meetups_revision WHERE series_id = ANY(series) FOR UPDATE SKIP LOCKED
    );
    INSERT INTO meetups_revision (number, series_id)
    SELECT nextval('meetups_revision_number'), id
    FROM (SELECT DISTINCT unnest(series) AS id) AS changed WHERE id IS NOT NULL;
$$;

-- The argument is a question about the changed rows: whose pages show them?
CREATE FUNCTION meetups_revise_pages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    series bigint[];
BEGIN
    EXECUTE TG_ARGV[0] INTO series;
    PERFORM meetups_revise(series);
    RETURN NULL;
END $$;

CREATE FUNCTION meetups_revise_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM meetups_revise(ARRAY[OLD.series_id, NEW.series_id]);
    RETURN NULL;
END $$;

-- A seat given is no change of content; pages ask for the seats beside the number.
CREATE TRIGGER meetups_revise AFTER UPDATE ON meetups_event
FOR EACH ROW WHEN (
    OLD.seats_taken = NEW.seats_taken AND OLD.online_taken = NEW.online_taken
    AND OLD.queue_last = NEW.queue_last
) EXECUTE FUNCTION meetups_revise_event();

CREATE FUNCTION meetups_forget_revisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM meetups_revision;
    RETURN NULL;
END $$;

CREATE TRIGGER meetups_forget_revisions AFTER TRUNCATE ON meetups_series
EXECUTE FUNCTION meetups_forget_revisions();

SELECT meetups_revise(array_agg(id)) FROM meetups_series;
"""
NO_REVISIONS = """
DROP FUNCTION meetups_revise_pages() CASCADE;
DROP FUNCTION meetups_revise_event() CASCADE;
DROP FUNCTION meetups_forget_revisions() CASCADE;
DROP FUNCTION meetups_revise(bigint[]);
DROP TABLE meetups_revision;
DROP SEQUENCE meetups_revision_number;
"""
WATCH = """
CREATE TRIGGER meetups_revise_{verb} AFTER {verb} ON {table}
REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT
EXECUTE FUNCTION meetups_revise_pages('{question}');
"""
BY_EVENT = "SELECT array_agg(e.series_id) FROM meetups_event e JOIN changed ON {} = {}"
QUESTIONS = {
    "meetups_series": "SELECT array_agg(id) FROM changed",
    "meetups_line": "SELECT array_agg(series_id) FROM changed",
    "meetups_event": "SELECT array_agg(series_id) FROM changed",
    "meetups_slot": BY_EVENT.format("e.id", "changed.event_id"),
    "meetups_picture": BY_EVENT.format("e.id", "changed.event_id"),
    "venues_venue": BY_EVENT.format("e.venue_id", "changed.id"),
    "venues_room": BY_EVENT.format("e.room_id", "changed.id"),
}
ROWS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}


def watches(questions):
    """A trigger for each way in which the rows of these tables change."""
    for table, question in questions.items():
        for verb, rows in ROWS.items():
            if (table, verb) != ("meetups_event", "update"):
                watch = WATCH.format(verb=verb, table=table, rows=rows, question=question)
                yield migrations.RunSQL(watch, migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = [("meetups", "0001_initial"), ("venues", "0001_initial")]

    operations = [migrations.RunSQL(REVISIONS, NO_REVISIONS), *watches(QUESTIONS)]
