"""A series, its lines, and who runs it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import PlainForm, SeriesAdmin, SeriesInline
from meetups.admin.keeping import KeepingForm
from meetups.admin.short_names import ShortNameForm
from meetups.languages import is_language
from meetups.models import Cycle, Line, Organizer, Refused, Series
from meetups.rights import VIEW, forget, rights_of
from meetups.text import free_slug
from outbox.models import Cap
from people.models import User, normalized_email


class SeriesDataForm(ShortNameForm):
    fallback_name = "series"
    kept_where_empty = ("ask_hours", "offer_hours", "overfill_percent")

    class Meta:
        model = Series
        exclude: list[str] = []
        help_texts = {
            "slug": _("Empty: made from the name."),
            "language": format_lazy(
                _("A code like ru or zh-hans. We write to its people in the nearest of: {ours}."),
                ours=", ".join(name for _code, name in settings.LANGUAGES),
            ),
        }

    def clean_language(self) -> str:
        code: str = self.cleaned_data["language"]
        if not is_language(code):
            raise ValidationError(_("This is no code of a language. Write one like en or pt-br."))
        return code


class LineForm(PlainForm):
    class Meta:
        model = Line
        fields = ["name", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("name") and not data.get("slug"):
            data["slug"] = free_slug(data["name"], lambda slug: False, "line")
        return data


class LineInline(SeriesInline):
    model = Line
    form = LineForm
    fields = ["name", "slug"]


class CycleInline(SeriesInline):
    """Cycles are named here and chosen on the evenings that are their sessions (O6, O19)."""

    model = Cycle
    fields = ["name"]
    verbose_name_plural = _("cycles: one topic at several times, a person counts once")


class OrganizerForm(PlainForm):
    """Somebody's role, given by her address: nobody is shown who else has an account here."""

    email = forms.EmailField(label=_("e-mail"))

    class Meta:
        model = Organizer
        fields = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["email"].disabled = True
            self.initial["email"] = self.instance.user.email

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    def save(self, commit: bool = True) -> Organizer:
        """A known and an unknown address go the same way; an unknown one signs in by code."""
        if not self.instance.pk:
            email = self.cleaned_data["email"]
            known = User.objects.filter(email__iexact=email).first()
            self.instance.user = known or User.objects.create_user(email)
        return super().save(commit)


class OrganizerFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        emails = [form.cleaned_data.get("email") for form in self.forms if form.cleaned_data]
        there = set(self.instance.organizers.values_list("user__email", flat=True))
        new = [f.cleaned_data["email"] for f in self.extra_forms if f.cleaned_data.get("email")]
        if len(set(emails)) < len(emails) or there & set(new):
            raise ValidationError(gettext("This person already has a role in the series."))


class OrganizerInline(SeriesInline):
    model = Organizer
    form = OrganizerForm
    formset = OrganizerFormSet
    fields = ["email", "role"]
    verbose_name_plural = _("organizers")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user").order_by("pk")


@admin.register(Series)
class SeriesItselfAdmin(SeriesAdmin):
    series_path = ""
    plural, add_words = _("Series"), _("Add a series")
    form = SeriesDataForm
    verbs = (KeepingForm,)
    list_display = ("name", "time_zone", "language", "rhythm")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ["name", "tagline", "description", "slug"]}),
        (_("Where and in which language"), {"fields": [("time_zone", "language")]}),
        (
            _("The usual evening"),
            {
                "description": _("What a new evening starts with."),
                "fields": [("usual_time", "usual_minutes", "rhythm"), "usual_venue"],
            },
        ),
        (
            _("Seats"),
            {
                "description": _(
                    "How a free seat goes on, and what follows from staying away. The rules stand "
                    "on the page of each seat, so that nobody is surprised."
                ),
                "fields": [
                    "confirm_by_mail",
                    ("ask_hours", "offer_hours"),
                    "missed_limit",
                    "overfill_percent",
                ],
            },
        ),
        (_("Look"), {"fields": ["hue"]}),
        (_("Links"), {"fields": ["chat_url", "code_of_conduct_url", "sister_groups"]}),
        (_("Mails"), {"fields": ["sender_name", "reply_to", "privacy_text"]}),
    )

    def get_inlines(self, request: HttpRequest, obj: Series | None) -> list[Any]:
        return [LineInline, CycleInline, OrganizerInline] if obj else []

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        may_see_caps = rights_of(request).may_in_one(VIEW, "outbox.cap", [obj.pk])
        return {"caps": Cap.objects.of(obj.realm), "may_see_caps": may_see_caps}

    def stop_strangers(self, request: HttpRequest, obj: Series, action: str) -> None:
        if obj.pk:  # a new one belongs to nobody yet
            super().stop_strangers(request, obj, action)

    def save_model(self, request: Any, obj: Series, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            obj.organizers.create(user=request.user, role=Organizer.Role.OWNER)
            forget(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """One after the other, so that two owners cannot remove each other at the same moment."""
        series = Series.objects.select_for_update(no_key=True).get(pk=form.instance.pk)
        super().save_related(request, form, formsets, change)
        if not series.organizers.filter(role=Organizer.Role.OWNER).exists():
            raise Refused(gettext("A series needs an owner. Make somebody else owner first."))
        forget(request)
