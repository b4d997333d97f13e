"""What must hold of talks and what their speakers know, at any moment; one statement each."""

from outbox.invariants import Check, rows

UNSETTLED = """
SELECT 'proposal ' || p.id || ' is confirmed and has no agreed place'
FROM speakers_proposal p
WHERE p.state = 'confirmed' AND NOT EXISTS (
    SELECT FROM speakers_talk t
    WHERE t.proposal_id = p.id AND t.slot_id IS NOT NULL AND t.agreed_at IS NOT NULL
)
UNION ALL
SELECT 'proposal ' || p.id || ' is ' || p.state || ' and its talk is announced'
FROM speakers_proposal p JOIN speakers_talk t ON t.proposal_id = p.id
WHERE p.state <> 'confirmed' AND t.slot_id IS NOT NULL AND t.agreed_at IS NOT NULL
UNION ALL
SELECT 'proposal ' || p.id || ' is ' || p.state || ' and stands in an agenda'
FROM speakers_proposal p JOIN speakers_talk t ON t.proposal_id = p.id
WHERE p.state NOT IN ('accepted', 'confirmed') AND t.slot_id IS NOT NULL
LIMIT 100
"""
# Imported ones (told_rev 0) were told elsewhere; whoever came in later was not meant.
UNTOLD = """
SELECT 'proposal ' || p.id || ': its speakers count as told of "' || p.told_state
       || '", and nothing was written'
FROM speakers_proposal p
WHERE p.told_rev > 0
  AND EXISTS (
      SELECT FROM speakers_part q
      WHERE q.proposal_id = p.id AND q.contact_id IS NOT NULL AND q.accepted_at < p.told_at
  )
  AND NOT EXISTS (
      SELECT FROM outbox_delivery d
      WHERE d.about = 'proposal:' || p.id
        AND d.template NOT IN ('speakers/chase', 'speakers/evening_moved')
        AND d.key LIKE 'proposal:' || p.id || ':%%:' || p.told_rev || ':%%'
  )
LIMIT 100
"""
OFFERED_TWICE = """
SELECT 'offer ' || o.id || ' is open and its place is not free'
FROM speakers_offer o
JOIN meetups_slot s ON s.id = o.slot_id JOIN meetups_event e ON e.id = s.event_id
WHERE o.state IN ('waiting', 'asked')
  AND (e.status = 'cancelled' OR EXISTS (SELECT FROM speakers_talk t WHERE t.slot_id = s.id))
LIMIT 100
"""

INVARIANTS: list[Check] = [
    ("I10 a confirmed talk has its place, and no other is announced", lambda: rows(UNSETTLED)),
    ("I11 everybody is told how her talk stands", lambda: rows(UNTOLD)),
    ("I12 only a free place is offered", lambda: rows(OFFERED_TWICE)),
]
