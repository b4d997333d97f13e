"""What becomes of a file that was sent: it is tried, as often as one likes, and taken over once."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetups.models import Refused, Series
from registrations.importing.mapping import Mapping
from registrations.importing.reading import Table, read_table
from registrations.importing.taking import write
from registrations.importing.trying import Plan
from registrations.models import Import


def table_of(file: Import) -> Table:
    """Its rows. Raises NotReadable."""
    return read_table(bytes(file.content))


def mapping_of(file: Import, table: Table) -> Mapping:
    """How it is read: as somebody said, else as its first line looks."""
    if file.mapping:
        return Mapping.from_json(file.mapping)
    return Mapping.guess(table, file.series)


def try_it(file: Import, mapping: Mapping) -> None:
    """The dry run: the report says what would be written and what not; nothing is.

    Raises Refused for a file that was taken over.
    """
    with transaction.atomic():
        fresh = _locked(file)
        plan = Plan.of(fresh.series, table_of(fresh), mapping)
        fresh.mapping, fresh.report = mapping.as_json(), plan.report()
        fresh.state = Import.State.TRIED
        fresh.save(update_fields=["mapping", "report", "state"])
    file.refresh_from_db()


def take_over(file: Import) -> None:
    """Write all of it, as the report said, or nothing; nobody is written to.

    Raises Refused where it was not tried, would write nothing, or was taken over before.
    """
    with transaction.atomic():
        fresh = _locked(file)
        if fresh.state != Import.State.TRIED:
            raise Refused(_("Look first at what this file would write."))
        if fresh.writes_nothing:
            raise Refused(_("Nothing in this file would be written. Look at its columns again."))
        # Two files of one series follow each other, so that neither makes the other's people anew.
        Series.objects.select_for_update(no_key=True).get(pk=fresh.series_id)
        plan = Plan.of(fresh.series, table_of(fresh), Mapping.from_json(fresh.mapping))
        fresh.report, fresh.content = plan.report(), b""
        write(plan)
        fresh.state, fresh.done_at = Import.State.DONE, timezone.now()
        fresh.save(update_fields=["report", "content", "state", "done_at"])
    file.refresh_from_db()


def _locked(file: Import) -> Import:
    rows = Import.objects.select_for_update(of=("self",)).select_related("series")
    fresh = rows.filter(pk=file.pk).first()
    if fresh is None:
        raise Refused(_("This file was thrown away meanwhile. Send it again."))
    if fresh.state == Import.State.DONE:
        raise Refused(_("This file was taken over already."))
    return fresh
