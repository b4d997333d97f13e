"""All invariants of reliability §3.9 in their order, gathered from the apps that keep them."""

from mailings.invariants import INVARIANTS as OF_NEWS
from outbox.invariants import INVARIANTS as OF_MAIL
from outbox.invariants import Check, rows
from registrations.invariants import INVARIANTS as OF_SEATS
from speakers.invariants import INVARIANTS as OF_TALKS

FOREIGN = """
SELECT 'evening ' || e.slug || ' is in a line of another series'
FROM meetups_event e JOIN meetups_line l ON l.id = e.line_id WHERE l.series_id <> e.series_id
UNION ALL
SELECT 'evening ' || e.slug || ' is in a room of another venue'
FROM meetups_event e JOIN venues_room r ON r.id = e.room_id
WHERE r.venue_id IS DISTINCT FROM e.venue_id
UNION ALL
SELECT 'talk ' || t.slug || ' stands in the agenda of another series'
FROM speakers_talk t JOIN meetups_slot s ON s.id = t.slot_id
JOIN meetups_event e ON e.id = s.event_id WHERE e.series_id <> t.series_id
UNION ALL
SELECT 'message ' || d.id || ' is about an evening of another series'
FROM outbox_delivery d JOIN meetups_event e ON e.id::text = split_part(d.about, ':', 2)
WHERE d.about LIKE 'event:%%' AND d.realm <> 'series:' || e.series_id
"""

INVARIANTS: list[Check] = [
    *OF_SEATS,
    *OF_MAIL,
    *OF_TALKS,
    *OF_NEWS,
    ("I9 nothing points into another series", lambda: rows(FOREIGN)),
]
