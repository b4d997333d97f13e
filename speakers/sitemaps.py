"""The talks that search engines may list (need 107)."""

from meetups.sitemaps import Pages
from speakers.models import Talk
from speakers.models.talk import TalkQuerySet


class TalkPages(Pages):
    def items(self) -> TalkQuerySet:
        return Talk.objects.public().only("slug").order_by("pk")
