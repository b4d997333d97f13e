from django.db import migrations

# contract.md, "Messages": relied on by reports and audits.
LEDGER = """
CREATE VIEW mail_ledger AS
SELECT key, message_class AS class, state, address AS email, message_id,
       not_before, not_after, sent_at
FROM outbox_delivery
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_legal_moves")]

    operations = [migrations.RunSQL(LEDGER, "DROP VIEW mail_ledger")]
