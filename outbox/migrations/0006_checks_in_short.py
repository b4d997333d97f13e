from django.db import migrations

# What the four checks of the model say of the state, in the short form of a constant: PostgreSQL
# reads and folds a check anew in every statement, and IN of a varchar is a long one. It cost the
# sender a third of the time its statements take. Names and meaning stay.
SHORT = {
    "delivery_state_known": (
        "state = ANY ('{queued,held,claimed,handover,sent,delivered,bounced,complained,unknown,"
        "failed,suppressed,cancelled,expired}'::text[])"
    ),
    "delivery_handed_over_at": (
        "state <> ALL ('{bounced,complained,delivered,handover,sent,unknown}'::text[])"
        " OR handed_over_at IS NOT NULL"
    ),
    "delivery_sent_at": (
        "state <> ALL ('{bounced,complained,delivered,sent}'::text[]) OR sent_at IS NOT NULL"
    ),
    "delivery_claimed_by": (
        "state <> ALL ('{claimed,handover}'::text[])"
        " OR (claim_token IS NOT NULL AND lease_until IS NOT NULL)"
    ),
}

AGAIN = "ALTER TABLE outbox_delivery " + ", ".join(
    f"DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({condition})"
    for name, condition in SHORT.items()
)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0005_pauses")]

    # Backwards there is nothing to do: either form is the model's.
    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop)]
