from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("speakers", "0006_an_invitation_may_be_declined")]

    operations = [
        migrations.AddField(
            model_name="talk",
            name="has_slides",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
