"""Proposals in the admin: the board, and the verbs that decide."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter
from speakers.models import Proposal


@admin.register(Proposal)
class ProposalAdmin(SeriesAdmin):
    series_path = "call__series"
    plural, add_words = _("Proposals"), _("Add a proposal")
    list_display = ("title", "state", "submitted_at")
    list_filter = ("state", SeriesFilter)
    search_fields = ("title",)
