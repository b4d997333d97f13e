from django.db import migrations

# A change of a talk or of a speaker changes the pages of its series (meetups 0002).
WATCH = """
CREATE TRIGGER speakers_revise_{verb} AFTER {verb} ON {table}
REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT
EXECUTE FUNCTION meetups_revise_pages('{question}');
"""
NO_WATCH = "DROP TRIGGER IF EXISTS speakers_revise_{verb} ON {table};"
QUESTIONS = {
    "speakers_talk": """
        SELECT array_agg(series_id) FROM (
            SELECT series_id FROM changed UNION
            SELECT e.series_id FROM changed JOIN meetups_slot s ON s.id = changed.slot_id
            JOIN meetups_event e ON e.id = s.event_id
        ) AS shown""",
    "speakers_talk_speakers": """
        SELECT array_agg(t.series_id) FROM speakers_talk t JOIN changed ON t.id = changed.talk_id""",
    "speakers_speaker": """
        SELECT array_agg(t.series_id) FROM changed
        JOIN speakers_talk_speakers part ON part.speaker_id = changed.id
        JOIN speakers_talk t ON t.id = part.talk_id""",
}
ROWS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}


def watches():
    """A trigger for each way in which the rows of these tables change."""
    for table, question in QUESTIONS.items():
        for verb, rows in ROWS.items():
            watch = WATCH.format(verb=verb, table=table, rows=rows, question=question)
            yield migrations.RunSQL(watch, NO_WATCH.format(verb=verb, table=table))


class Migration(migrations.Migration):
    dependencies = [("speakers", "0001_initial"), ("meetups", "0002_page_revisions")]

    operations = list(watches())
