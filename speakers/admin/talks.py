"""Talks and speakers in the admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db import models
from django.db.models import Case, Q, Value, When
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import NATIVE_WIDGETS, SeriesAdmin, SeriesFilter, SharedAdmin, number_in
from meetups.admin.scope import within
from meetups.models import Event, Series, Slot
from meetups.pictures import PictureField
from meetups.rights import ADDRESSES, VIEW, rights_of
from speakers.admin.places import begin_of
from speakers.admin.preparing import (
    CommentInline,
    CommentVerb,
    DraftInline,
    PublishVerb,
    SlidesPages,
)
from speakers.admin.sight import LABEL, nameable, named_talks
from speakers.admin.wording import evening
from speakers.forms.talks import SpeakerForm, TalkForm
from speakers.models import Proposal, Speaker, Talk
from speakers.states import Stage


def reindex(*events: Any) -> None:
    """Let the archive find these evenings by what was just written."""
    for event in Event.objects.filter(pk__in={pk for pk in events if pk}):
        event.reindex()


@admin.register(Talk)
class TalkAdmin(SlidesPages, SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Talks"), _("Add a talk")
    form = TalkForm
    inlines = (DraftInline, CommentInline)
    verbs = (CommentVerb, PublishVerb)
    list_display = ("title", "by", "evening", "visibility")
    list_filter = ("visibility", SeriesFilter)
    list_select_related = ("slot__event",)
    search_fields = ("title", "speakers__name")
    search_help_text = _("Part of a title or a speaker's name")
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": ["series", "title", "names", "slot"]}),
        (_("What it is about"), {"fields": ["abstract", "language", "slug"]}),
        (
            _("Afterwards"),
            {"fields": ["video_url", "slides_url", "summary", ("licence", "visibility")]},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Without those that would tell a reviewer who stands behind a proposal without names."""
        seen = super().get_queryset(request).filter(named_talks(rights_of(request)))
        return seen.prefetch_related("speakers")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What follows from its proposal: verbs there move it, and say who speaks."""
        return ("series", "by", "place") if obj and obj.proposal_id else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or not obj.proposal_id:
            return self.fieldsets
        first, about, afterwards = self.fieldsets
        if obj.allowed_at is None:
            fields = [*afterwards[1]["fields"], "by_word"]
            afterwards = (afterwards[0], {"fields": fields})
        return [(None, {"fields": ["series", "title", "by", "place"]}), about, afterwards]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Slides and what is said about them, where there is something of it."""
        if obj is None:
            return ()
        has = {DraftInline: obj.drafts.ready(), CommentInline: obj.comments.all()}
        return tuple(inline for inline in self.inlines if has[inline].exists())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not what came of a proposal: that is declined or withdrawn, and stays as history."""
        by_hand = obj is None or obj.proposal_id is None
        return by_hand and super().has_delete_permission(request, obj)

    @admin.display(description=_("speakers"))
    def by(self, talk: Talk) -> str:
        return ", ".join(speaker.name for speaker in talk.speakers.all())

    @admin.display(description=_("evening"), ordering="slot__event__starts_at")
    def evening(self, talk: Talk) -> str:
        if talk.slot is None:
            return ""
        return f"{talk.slot.event.title}, {date_format(talk.slot.event.date, 'j M Y')}"

    @admin.display(description=_("place in an agenda"))
    def place(self, talk: Talk) -> str:
        """Its evening with the minute it begins, as a link."""
        if talk.slot is None:
            return gettext("no evening yet")
        event = talk.slot.event
        begin = timezone.localtime(begin_of(talk.slot), ZoneInfo(event.zone))
        url = reverse("admin:meetups_event_change", args=[event.pk])
        return format_html('<a href="{}">{}</a>, {:%H:%M}', url, evening(event), begin)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From an agenda: the place, its title and its series; else the only or first series."""
        slots = self.choices(Slot, request).select_related("event")
        slot = slots.filter(pk=number_in(request.GET.get("slot")) or 0).first()
        if slot:
            event = slot.event
            found = {"series": event.series_id, "slot": slot.pk, "title": slot.title}
            return found | {"language": event.language}
        series = self.choices(Series, request).first()
        return {"series": series.pk, "language": series.language} if series else {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "slot":
            lately = timezone.now() - timedelta(days=60)
            places = kwargs["queryset"].filter(kind__in=[Slot.Kind.TALK, Slot.Kind.LIGHTNING])
            places = places.filter(event__ends_at__gt=lately, talk=None)
            kwargs["queryset"] = places.select_related("event").order_by(
                "event__starts_at", "position"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.set_speakers()
        form.note_consent()
        if form.instance.slot:
            form.instance.slot.offers.release()
        reindex(form.event_before, form.instance.slot and form.instance.slot.event_id)

    def delete_model(self, request: HttpRequest, obj: Talk) -> None:
        event_id = obj.slot and obj.slot.event_id
        super().delete_model(request, obj)
        reindex(event_id)


PICTURES: dict[type[models.Field], dict[str, Any]] = {
    models.ImageField: {"form_class": PictureField, "widget": PictureField.widget},
    models.ManyToManyField: {"widget": CheckboxSelectMultiple},
}
OWN_FIELDS = ("name", "email", "photo", "bio", "website", "links", "series")


@admin.register(Speaker)
class SpeakerAdmin(SharedAdmin):
    series_path = "series"
    plural, add_words = _("Speakers"), _("Add a speaker")
    form = SpeakerForm
    list_display = ("name", "address", "website")
    list_filter = (SeriesFilter,)
    list_select_related = ("contact",)
    search_fields = ("name", "contact__email")
    search_help_text = _("Part of a name or an address")
    formfield_overrides = NATIVE_WIDGETS | PICTURES

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """With `is_known`: whether she may know the address.

        Reviewers find only those of talks they may know: others stand behind proposals.
        """
        speakers, rights = super().get_queryset(request), rights_of(request)
        ids = rights.series_ids(VIEW, ADDRESSES)
        if ids is None:
            return speakers.annotate(is_known=Value(True))
        theirs = Q(pk__in=Speaker.objects.filter(series__in=ids).values("pk"))
        talks = Talk.objects.filter(named_talks(rights), slot__isnull=False).values("speakers")
        known = Case(When(theirs, then=True), default=False)
        return speakers.filter(theirs | Q(pk__in=talks)).annotate(is_known=known)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        rights = rights_of(request)
        lists, reads = (rights.series_ids(VIEW, label) for label in (self.label, ADDRESSES))
        knows_all = lists is None or (reads is not None and lists <= reads)
        return ["name", "contact__email"] if knows_all else ["name"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        knows = obj is None or obj.is_known
        return [name for name in OWN_FIELDS if name != "email" or knows]

    @admin.display(description=_("e-mail"), ordering="contact__email")
    def address(self, speaker: Any) -> str:
        return speaker.contact.email if speaker.contact and speaker.is_known else ""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": list(self.choices(Series, request)[:1])}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        reindex(*form.instance.talks.values_list("slot__event", flat=True))

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "beside": [*_talks_of(obj, request), *_proposals_of(obj, request)],
        }


def _talks_of(speaker: Speaker, request: HttpRequest) -> Iterator[dict[str, Any]]:
    rights = rights_of(request)
    talks = Talk.objects.filter(named_talks(rights), speakers=speaker).select_related("slot__event")
    for talk in within(talks, "series", rights.series_ids(VIEW, "speakers.talk")):
        words = evening(talk.slot.event) if talk.slot else _("no evening yet")
        url = reverse("admin:speakers_talk_change", args=[talk.pk])
        yield {"url": url, "title": talk.title, "words": words}


def _proposals_of(speaker: Speaker, request: HttpRequest) -> Iterator[dict[str, Any]]:
    """Those of which no talk came (yet), and that she may know to be hers."""
    rights = rights_of(request)
    found: Any = (
        Proposal.objects.sent_in()
        .with_stage()
        .filter(nameable(rights), talk=None, parts__in=speaker.parts.speaking())
    )
    for proposal in within(found, "call__series", rights.series_ids(VIEW, LABEL)):
        url = reverse("admin:speakers_proposal_change", args=[proposal.pk])
        yield {"url": url, "title": proposal.title, "words": Stage(proposal.stage).label}
