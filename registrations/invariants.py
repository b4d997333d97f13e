"""What must hold of seats and queues at any moment (reliability §3.9), one statement each."""

from outbox.invariants import Check, rows

OVERSOLD = """
SELECT e.slug || ' ' || r.mode || ': ' || sum(1 + r.guests) || ' seats given'
FROM meetups_event e JOIN registrations_registration r ON r.event_id = e.id
WHERE r.state IN ('pending', 'going', 'offered')
GROUP BY e.id, r.mode
HAVING sum(1 + r.guests) > CASE r.mode WHEN 'online' THEN e.online_capacity ELSE e.capacity END
"""
MISCOUNTED = """
SELECT e.slug || ': counted ' || e.seats_taken || '+' || e.online_taken
       || ', given ' || s.onsite || '+' || s.online
FROM meetups_event e
CROSS JOIN LATERAL (
    SELECT coalesce(sum(1 + guests) FILTER (WHERE mode = 'onsite'), 0) AS onsite,
           coalesce(sum(1 + guests) FILTER (WHERE mode = 'online'), 0) AS online
    FROM registrations_registration
    WHERE event_id = e.id AND state IN ('pending', 'going', 'offered')
) s
WHERE (e.seats_taken, e.online_taken) IS DISTINCT FROM (s.onsite, s.online)
"""
# Only while seats are given: a queue may outlive its evening. A free seat is no use to somebody
# who needs two, nor to somebody whom the organizers have not said yes to.
FREE_BESIDE_WAITING = """
SELECT DISTINCT e.slug || ' ' || r.mode || ': a free seat beside a waiting person'
FROM meetups_event e JOIN registrations_registration r ON r.event_id = e.id
WHERE r.state = 'waiting' AND NOT r.needs_approval
  AND e.status = 'published' AND e.starts_at > %(now)s
  AND CASE r.mode
      WHEN 'online' THEN e.online_capacity IS NULL OR e.online_taken + r.guests < e.online_capacity
      ELSE e.capacity IS NULL OR e.seats_taken + r.guests < e.capacity END
"""
# Whoever needs as few seats goes first; those who missed evenings stand behind the others.
JUMPED_THE_QUEUE = """
SELECT e.slug || ': registration ' || g.id || ' went ahead of ' || w.id
FROM registrations_registration g
JOIN registrations_registration w
  ON w.event_id = g.event_id AND w.mode = g.mode AND w.state = 'waiting'
     AND NOT w.needs_approval AND w.guests <= g.guests AND w.behind <= g.behind
JOIN meetups_event e ON e.id = g.event_id
WHERE g.state IN ('pending', 'going', 'offered') AND NOT g.out_of_turn
  AND (g.queue_no > w.queue_no OR (g.queue_no IS NULL AND g.created_at > w.state_at))
LIMIT 100
"""
UNTOLD = """
SELECT 'registration ' || r.id || ' is ' || r.state || ' and nothing was written'
FROM registrations_registration r
WHERE r.state IN ('pending', 'going', 'waiting', 'offered', 'cancelled')
  AND r.source <> 'walk-in' AND NOT (r.source = 'import' AND r.rev <= 1)
  AND NOT (r.state = 'going' AND r.came IS TRUE)  -- let in at the door, told there
  AND NOT (r.state = 'going' AND EXISTS (  -- or let in there, and taken back
      SELECT FROM registrations_scan s WHERE s.registration_id = r.id AND s.result = 'undone'
  ))
  AND NOT EXISTS (
      SELECT FROM outbox_delivery d WHERE d.key = 'reg:' || r.id || ':' || r.state || ':' || r.rev
  )
LIMIT 100
"""


INVARIANTS: list[Check] = [
    ("I1 no more seats given than there are", lambda: rows(OVERSOLD)),
    ("I2 the stored count is the real one", lambda: rows(MISCOUNTED)),
    ("I3 never a free seat beside a waiting person", lambda: rows(FREE_BESIDE_WAITING)),
    ("I4 the queue moves up in order", lambda: rows(JUMPED_THE_QUEUE)),
    ("I5 everybody is told of her seat", lambda: rows(UNTOLD)),
]
