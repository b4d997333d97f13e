"""Which versions of slides: in which words pages ask for them, and what is cleared away."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from speakers.states import State

if TYPE_CHECKING:
    from speakers.models.slides import SlideDraft  # noqa: F401  whose these are

FOLDER = "slides"
STORED_IN = timedelta(hours=1)
# A file without a row may be one whose row is being written; a restored backup has such, too.
UNKNOWN_FOR = timedelta(days=1)
AFTER_A_NO = timedelta(days=7)
AN_HOUR = 3600


class SlideDraftQuerySet(models.QuerySet["SlideDraft"]):
    def ready(self) -> Self:
        """Those whose file is stored, the latest version first."""
        return self.filter(state=self.model.State.READY).order_by("-version")

    def published(self) -> Self:
        """The one version of a talk that is shown with it."""
        return self.ready().exclude(published_at=None)

    def sweep(self) -> int:
        """Remove what an upload left half done and what nobody needs (reliability §4.6).

        Looks once an hour, however often it is called; returns how many files are gone.
        """
        if not cache.add("speakers.slides.swept", 1, AN_HOUR):
            return 0
        return self._remove(self._half_stored() | self._of_the_past()) + self._remove_unknown()

    def _half_stored(self) -> Self:
        old = timezone.now() - STORED_IN
        return self.filter(state=self.model.State.PENDING, added_at__lt=old)

    def _of_the_past(self) -> Self:
        """Of talks that were taken back or declined, once their speakers have known it a week."""
        over = Q(talk__proposal__state__in=[State.WITHDRAWN, State.DECLINED])
        known = Q(talk__proposal__told_state=F("talk__proposal__state"))
        since = timezone.now() - AFTER_A_NO
        return self.filter(over & known, talk__proposal__told_at__lt=since)

    def _remove(self, drafts: Self) -> int:
        removed = 0
        for draft in drafts:
            draft.remove()
            removed += 1
        return removed

    def _remove_unknown(self) -> int:
        try:
            _folders, names = default_storage.listdir(FOLDER)
        except FileNotFoundError:
            return 0
        paths = {f"{FOLDER}/{name}" for name in names}
        known = set(self.model.objects.filter(file__in=paths).values_list("file", flat=True))
        old = timezone.now() - UNKNOWN_FOR
        gone = [path for path in paths - known if default_storage.get_modified_time(path) < old]
        for path in gone:
            default_storage.delete(path)
        return len(gone)
