"""How much news one person gets at most: a series' own numbers, for its own waves and digests."""

from collections.abc import Set
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, SeriesForm, number_in
from meetups.admin.delivery import realm_of
from meetups.models import Series
from outbox.models import Cap


class CapForm(SeriesForm):
    """At most so many within so many days, on one channel; for which series is said once."""

    series = forms.ModelChoiceField(Series.objects.none(), label=_("series"))
    most = forms.IntegerField(
        label=_("at most"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )

    class Meta:
        model = Cap
        fields = ["channel", "most", "days"]
        help_texts = {
            "days": _("Calendar days: 7 means that next week’s invitation may leave on its day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("series", None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        series = data.get("series")
        realm = series.realm if series else self.instance.realm
        channel = data.get("channel", self.instance.channel)
        same = Cap.objects.filter(realm=realm, channel=channel)
        if series and not self.instance.pk:
            self.instance.realm = realm
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("There is a number for this channel already: change it."))
        return data


@admin.register(Cap)
class CapAdmin(SeriesAdmin):
    series_path = "realm"
    plural, add_words = _("Limits of news"), _("Set a limit")
    form = CapForm
    list_display = ("channel", "most", "days", "whose")
    list_filter = (SeriesFilter,)
    search_fields = ("channel",)
    search_help_text = _("Part of a channel’s name")
    ordering = ("realm", "channel")

    def scoped(self, queryset: QuerySet, ids: Set[int] | None) -> QuerySet:
        """The numbers of these series; those of the house are for superusers."""
        if ids is None:
            return queryset
        return queryset.filter(realm__in=[realm_of(pk) for pk in ids])

    def series_of(self, obj: Cap | None) -> set[int]:
        number = number_in(obj.realm.removeprefix("series:")) if obj else None
        return set() if number is None else {number}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        numbers = ["channel", "most", "days"]
        return ["whose", *numbers] if obj else ["series", *numbers]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["whose", "channel"] if obj else []

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        if "series" in form.base_fields:
            form.base_fields["series"].queryset = self.choices(Series, request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        asked = number_in(request.GET.get("series"))
        mine = self.choices(Series, request)
        return {"series": mine.filter(pk=asked or 0).first() or mine.first()}

    @admin.display(description=_("series"), ordering="realm")
    def whose(self, cap: Cap) -> str:
        found = Series.objects.filter(pk__in=self.series_of(cap)).first()
        return str(found) if found else gettext("everywhere")
