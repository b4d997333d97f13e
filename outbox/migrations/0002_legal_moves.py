from django.db import migrations

# The moves of outbox.states.MOVES as they were when this was written; a test compares the two.
MOVES = """
CREATE FUNCTION outbox_legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  allowed text[] := CASE OLD.state
    WHEN 'queued' THEN ARRAY['held', 'claimed', 'sent', 'delivered', 'bounced', 'complained', 'failed', 'suppressed', 'cancelled', 'expired']
    WHEN 'held' THEN ARRAY['queued', 'cancelled', 'expired']
    WHEN 'claimed' THEN ARRAY['queued', 'handover', 'sent', 'delivered', 'bounced', 'complained', 'failed', 'suppressed', 'cancelled', 'expired']
    WHEN 'handover' THEN ARRAY['queued', 'sent', 'delivered', 'bounced', 'complained', 'unknown', 'failed']
    WHEN 'sent' THEN ARRAY['delivered', 'bounced', 'complained']
    WHEN 'delivered' THEN ARRAY['bounced', 'complained']
    WHEN 'bounced' THEN ARRAY['complained']
    WHEN 'unknown' THEN ARRAY['queued', 'sent', 'delivered', 'bounced', 'complained', 'failed']
    WHEN 'failed' THEN ARRAY['sent', 'delivered', 'bounced', 'complained']
    WHEN 'suppressed' THEN ARRAY['sent', 'delivered', 'bounced', 'complained']
    WHEN 'cancelled' THEN ARRAY['sent', 'delivered', 'bounced', 'complained']
    WHEN 'expired' THEN ARRAY['sent', 'delivered', 'bounced', 'complained']
    ELSE ARRAY[]::text[]
  END;
BEGIN
  IF NEW.state <> ALL (allowed) THEN
    RAISE EXCEPTION 'a message that is % cannot become %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_legal_move BEFORE UPDATE OF state ON outbox_delivery
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION outbox_legal_move();
"""

# Each message is written three times in its life: leave room for it on its own page.
ROOM = "ALTER TABLE outbox_delivery SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)"


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.RunSQL(
            MOVES,
            "DROP TRIGGER outbox_legal_move ON outbox_delivery; DROP FUNCTION outbox_legal_move()",
        ),
        migrations.RunSQL(
            ROOM,
            "ALTER TABLE outbox_delivery RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
    ]
