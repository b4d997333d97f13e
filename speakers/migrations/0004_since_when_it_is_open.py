from django.db import migrations, models

# What was there before has been open since its evening: an old archive is no news.
SINCE = """
UPDATE speakers_talk SET
    {column} = LEAST(now(), COALESCE(
        (SELECT event.ends_at FROM meetups_slot slot
         JOIN meetups_event event ON event.id = slot.event_id
         WHERE slot.id = speakers_talk.slot_id),
        speakers_talk.created_at))
WHERE ({has_it}) AND allowed_at IS NOT NULL AND visibility IN ('public', 'link')
"""


class Migration(migrations.Migration):
    dependencies = [("speakers", "0003_from_wish_to_recording")]

    operations = [
        migrations.AddField(
            model_name="talk",
            name="video_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="talk",
            name="slides_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(
            [
                SINCE.format(column="video_at", has_it="video_url <> ''"),
                SINCE.format(column="slides_at", has_it="slides_url <> '' OR has_slides"),
            ],
            migrations.RunSQL.noop,
        ),
    ]
