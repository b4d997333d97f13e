"""Which state of the data a page shows, asked in one short statement instead of rendering it again.

The numbers are kept by triggers (migration 0002). What changes without a change of content is
asked for beside them: seats given, and whether an evening has begun or is over. A count of seats
can come back to what it was, the transaction that wrote the row last (xmin) cannot.
"""

from django.db import connection
from django.utils import timezone

# No evening is longer (its minutes are a small integer), so older ones are over for good.
EVENINGS = """
WITH scope AS (SELECT id FROM meetups_series WHERE slug = %(slug)s OR %(slug)s = '')
SELECT
  (SELECT string_agg(number::text, ' ' ORDER BY number)
   FROM meetups_revision WHERE series_id IN (SELECT id FROM scope)),
  (SELECT string_agg(
     concat_ws('.', id, xmin, seats_taken, online_taken,
               starts_at <= %(now)s, ends_at <= %(now)s),
     ' ' ORDER BY id)
   FROM meetups_event
   WHERE series_id IN (SELECT id FROM scope) AND starts_at > %(now)s - interval '23 days')
"""
EVENT = """
SELECT
  (SELECT string_agg(number::text, ' ' ORDER BY number)
   FROM meetups_revision r WHERE r.series_id = e.series_id),
  e.xmin::text, e.seats_taken, e.online_taken,
  e.starts_at <= %(now)s, e.ends_at <= %(now)s
FROM meetups_event e WHERE e.slug = %(slug)s
"""

Version = tuple[object, ...]


def evenings_version(slug: str = "") -> Version | None:
    """The state of one series' evenings, or of all; None where there is none."""
    version = version_by(EVENINGS, slug=slug)
    return version if version and (version[0] or not slug) else None


def event_version(slug: str) -> Version | None:
    """The state of one evening; None where there is none."""
    return version_by(EVENT, slug=slug)


def version_by(statement: str, **parameters: str) -> Version | None:
    """The first row that the statement finds; `now` is the program's clock."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | {"now": timezone.now()})
        row = cursor.fetchone()
    return tuple(row) if row else None
