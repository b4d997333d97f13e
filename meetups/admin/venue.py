"""Venues and their rooms; a venue may be shared by several series."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import widgets
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import NATIVE_WIDGETS, SeriesFilter, SeriesInline, SharedAdmin
from meetups.admin.short_names import ShortNameForm
from meetups.models import Series
from venues.models import Room, Venue


class VenueForm(ShortNameForm):
    """A venue, and in which of her series it is used."""

    fallback_name = "venue"

    mine: Any = Series.objects.none()
    used_by = forms.ModelMultipleChoiceField(
        Series.objects.none(), label=_("used by"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Venue
        exclude: list[str] = []
        help_texts = {"slug": _("Empty: made from the name.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "used_by" in fields:
            fields["used_by"].queryset = self.mine
            known = self.mine.filter(venues=self.instance.pk) if self.instance.pk else self.mine[:1]
            self.initial["used_by"] = [series.pk for series in known]

    def attach(self) -> None:
        """Use the venue in the ticked series and in no other of hers; others' stay as they are."""
        ticked = self.cleaned_data["used_by"]
        self.instance.series.remove(*self.mine.exclude(pk__in=[s.pk for s in ticked]))
        self.instance.series.add(*ticked)


class RoomInline(SeriesInline):
    model = Room
    fields = [
        "name", "capacity", "light", "noise", "air", "lounge", "refreshments", "projector",
        "sound", "recording", "step_free", "note", "checked_on",
    ]  # fmt: skip
    template = "admin/edit_inline/stacked.html"
    formfield_overrides = NATIVE_WIDGETS | {
        models.TextField: {"widget": widgets.Textarea(attrs={"rows": 2})}
    }


@admin.register(Venue)
class VenueAdmin(SharedAdmin):
    series_path = "series"
    plural, add_words = _("Venues"), _("Add a venue")
    form = VenueForm
    inlines = (RoomInline,)
    list_display = ("name", "kind", "address", "stage", "contacted_on")
    list_filter = ("stage", "kind", SeriesFilter)
    search_fields = ("name", "address")
    search_help_text = _("Part of a name or address")
    fieldsets = (
        (None, {"fields": ["name", "kind", "address", "slug"]}),
        (
            _("What guests read"),
            {
                "fields": [
                    "entrance", "transport", "parking", "step_free", ("latitude", "longitude"),
                ]
            },
        ),
        (
            _("Only for organizers"),
            {
                "fields": [
                    "used_by", ("stage", "contacted_on"), ("host_name", "host_email", "host_phone"),
                    ("free_from_host", "price"), "conditions", "notes",
                ]
            },
        ),
    )  # fmt: skip

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form: Any = super().get_form(request, *args, **kwargs)
        form.mine = self.choices(Series, request)
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.attach()
