"""What a person agreed to, with its evidence; and the end of it, asked for by word of mouth."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetups.admin.base import SeriesInline
from meetups.admin.verbs import VerbForm
from meetups.following.follower import Follower
from meetups.models import Member, Subscription
from meetups.rights import EVERYTHING, VIEW


class SubscriptionInline(SeriesInline):
    """What she agreed to and when: evidence, so nobody edits it."""

    model = Subscription
    closed = EVERYTHING - {VIEW}
    fields = (
        "line", "channel", "pace", "source", "text_version", "network",
        "given_at", "confirmed_at", "paused_until", "withdrawn_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line").order_by("pk")


class StopWriting(VerbForm):
    """She said so at the door, or answered a mail: an organizer does what her link would do."""

    name = "stop-writing"
    button = gettext_lazy("Stop writing to this person")
    title = gettext_lazy("Stop writing to this person?")

    @classmethod
    def fits(cls, subject: Member) -> bool:
        return subject.subscriptions.confirmed().exists()

    def consequence(self) -> str:
        news = ngettext(
            "No news of the series goes there any more; %(count)d message that waits is taken "
            "back. What belongs to a seat or a talk still arrives.",
            "No news of the series goes there any more; %(count)d messages that wait are taken "
            "back. What belongs to a seat or a talk still arrives.",
            self._waiting,
        )
        return news % {"count": self._waiting}

    def act(self) -> str:
        self._follower.leave()
        return _("Done: no more news to this person.")

    @property
    def _follower(self) -> Follower:
        return Follower(self.subject.contact, self.subject.series)

    @property
    def _waiting(self) -> int:
        return self._follower.unsent_news().count()
