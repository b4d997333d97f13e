"""What hangs on an evening and is edited with it: its agenda and its pictures."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import widgets
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import NATIVE_WIDGETS, PlainForm, SeriesInline
from meetups.models import Event, Picture, Slot
from meetups.pictures import PictureField

TALKS = (Slot.Kind.TALK, Slot.Kind.LIGHTNING)


class SlotForm(PlainForm):
    class Meta:
        model = Slot
        fields = ["position", "kind", "title", "minutes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        position = self.fields.get("position")
        if position:
            position.required, position.initial = False, None


class SlotFormSet(forms.BaseInlineFormSet):
    """Rows in the order of their numbers; a row without one comes last."""

    def save_new(self, form: forms.ModelForm, commit: bool = True) -> Slot:
        if form.cleaned_data.get("position") is None:
            last = self.instance.slots.aggregate(n=models.Max("position"))["n"]
            form.instance.position = (last or 0) + 1
        return super().save_new(form, commit)

    def save_existing(self, form: forms.ModelForm, obj: Slot, commit: bool = True) -> Slot:
        if form.cleaned_data.get("position") is None:
            obj.position = form.initial["position"]
        return super().save_existing(form, obj, commit)


class SlotInline(SeriesInline):
    model = Slot
    form = SlotForm
    formset = SlotFormSet
    fields = ["position", "kind", "title", "minutes", "its_talk"]
    readonly_fields = ["its_talk"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj and obj.slots.exists() else 3

    @admin.display(description=_("talk"))
    def its_talk(self, slot: Slot) -> str:
        """The talk in this place, or how one comes there: of the proposals, a reserve, by hand."""
        talk = getattr(slot, "talk", None)
        if talk:
            return _link(_url("change", talk.pk), talk)
        if not (slot.pk and slot.kind in TALKS):
            return ""
        url = f"{_url('add')}?slot={slot.pk}&series={slot.event.series_id}"
        by_hand = _link(url, gettext("Add the talk"))
        if slot.event.is_over or slot.event.status == Event.Status.CANCELLED:
            return by_hand
        ask = reverse("admin:speakers_offer_ask", args=[slot.pk])
        ways = (
            _link(ask, gettext("Place a talk")),
            _link(f"{ask}#reserves", gettext("Ask the reserves")),
        )
        return format_html_join(" · ", "{}", [(way,) for way in (*ways, by_hand)])


def _link(url: str, words: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, words)


def _url(page: str, *args: Any) -> str:
    return reverse(f"admin:speakers_talk_{page}", args=args)


PICTURES: dict[type[models.Field], dict[str, Any]] = {
    models.ImageField: {"form_class": PictureField, "widget": widgets.FileInput}
}


class PictureInline(SeriesInline):
    model = Picture
    fields = ["shown", "file", "caption", "position"]
    readonly_fields = ["shown"]
    formfield_overrides = NATIVE_WIDGETS | PICTURES

    @admin.display(description=_("now"))
    def shown(self, picture: Picture) -> str:
        if not picture.file:
            return ""
        size = picture.width, picture.height
        return format_html(
            '<img class="thumb" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            reverse("meetups:picture", args=[picture.pk]), picture.caption, *size,
        )  # fmt: skip
