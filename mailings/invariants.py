"""What must hold of messages to many, at any moment; one statement each."""

from outbox.invariants import Check, rows
from outbox.models.cap import USUAL

# A minute of grace: what is handed over in that moment cannot be taken back.
# A digest tells of several series; whoever follows one of them may have it.
WITHOUT_CONSENT = """
SELECT d.key || ' is ' || d.state || ', and this person does not follow'
FROM outbox_delivery d
WHERE d.message_class = 'promotional' AND d.contact_id IS NOT NULL
  AND (d.waits_as IN ('queued', 'held')
       OR d.handed_over_at > %(now)s - interval '30 days' AND EXISTS (
           SELECT FROM meetups_subscription s JOIN meetups_member m ON m.id = s.member_id
           WHERE m.contact_id = d.contact_id AND s.withdrawn_at < d.handed_over_at))
  AND NOT EXISTS (
      SELECT FROM meetups_subscription s JOIN meetups_member m ON m.id = s.member_id
      WHERE m.contact_id = d.contact_id AND s.confirmed_at IS NOT NULL
        AND (d.template = 'mailings/digest' OR d.realm = 'series:' || m.series_id)
        AND (s.withdrawn_at IS NULL
             OR s.withdrawn_at > coalesce(d.handed_over_at, %(now)s) - interval '1 minute'))
LIMIT 100
"""
UNACCOUNTED = """
SELECT 'contact ' || h.contact_id || ' was written to and held back: ' || d.key
FROM mailings_heldback h
JOIN outbox_delivery d ON d.batch_id = h.batch_id AND d.contact_id = h.contact_id
WHERE d.state <> 'cancelled'
UNION ALL
SELECT b.key || ': ' || b.planned || ' planned, ' || written.n || ' written'
FROM outbox_batch b
CROSS JOIN LATERAL (SELECT count(*) AS n FROM outbox_delivery WHERE batch_id = b.id) AS written
WHERE b.key LIKE 'wave:%%' AND b.planned <> written.n
LIMIT 100
"""
# Where somebody set numbers of her own, they may have changed since. Days are calendar days, so
# less than one day less is too soon whatever the zone.
TOO_MUCH = f"""
SELECT key || ' came ' || gap || ' after the one before, to contact ' || contact_id
FROM (
    SELECT d.key, d.contact_id, d.realm, d.channel, usual.days, d.created_at,
        d.created_at - lag(d.created_at) OVER (
            PARTITION BY d.contact_id, d.channel ORDER BY d.created_at) AS gap
    FROM outbox_delivery d
    JOIN (VALUES {", ".join(f"('{channel}', {days})" for channel, days in USUAL.items())})
        AS usual (channel, days) ON usual.channel = d.channel
    WHERE d.message_class = 'promotional' AND d.contact_id IS NOT NULL
      AND d.state NOT IN ('failed', 'suppressed', 'cancelled', 'expired')
      AND d.created_at > %(now)s - interval '60 days'
) AS news
WHERE gap < make_interval(days => days - 1)
  AND NOT EXISTS (
      SELECT FROM outbox_cap c WHERE c.channel = news.channel AND c.realm IN ('', news.realm))
LIMIT 100
"""  # noqa: S608 (our own numbers)

INVARIANTS: list[Check] = [
    ("I7 no news to those who do not follow", lambda: rows(WITHOUT_CONSENT)),
    ("I13 a wave accounts for everybody, once", lambda: rows(UNACCOUNTED)),
    ("I14 nobody gets more news than the limit", lambda: rows(TOO_MUCH)),
]
