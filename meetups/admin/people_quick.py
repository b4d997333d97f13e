"""Adding people one after the other, on a phone, between two conversations (need 58)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import number_in
from meetups.contact_book import READY, added_this_week, note, person_in, readiness
from meetups.models import Member, Series


class QuickForm(forms.Form):
    """One line for the person; tag and source stay for the next one."""

    person = forms.CharField(
        label=_("Name and address"),
        max_length=500,
        help_text=_("In one line: Ada Lovelace ada@example.org"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    tag = forms.CharField(
        label=_("Tag"), max_length=60, help_text=_("What she is interested in: a topic or a line.")
    )
    source = forms.CharField(
        label=_("Where you met"), max_length=100, required=False, help_text=_("Like PyCon 2026.")
    )

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series, self.label_suffix = series, ""

    def clean_person(self) -> tuple[str, str]:
        return person_in(self.cleaned_data["person"])

    def clean_tag(self) -> str:
        tag: str = self.cleaned_data["tag"]
        if "," in tag:
            raise ValidationError(gettext("One tag at a time, please: without a comma."))
        return tag

    def save(self) -> tuple[Member, bool]:
        """May raise ValidationError."""
        data = self.cleaned_data
        name, email = data["person"]
        return note(self.series, name, email, data["tag"], data["source"] or gettext("by hand"))


def quick_view(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The form, this week's count, and how far each line and tag is from a start (O30)."""
    mine = list(model_admin.choices(Series, request).order_by("name", "pk"))
    if not mine:
        raise Http404
    wanted = request.GET.get("series", "")
    series = next((one for one in mine if one.pk == number_in(wanted)), None if wanted else mine[0])
    if series is None:
        raise Http404
    kept = {name: request.GET.get(name, "")[:100] for name in ("tag", "source")}
    form = QuickForm(series, request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid() and _saved(request, form, model_admin):
        asked = {name: form.cleaned_data[name] for name in kept} | {"series": series.pk}
        return redirect(f"{reverse('admin:meetups_member_quick')}?{urlencode(asked)}")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Add people quickly"),
        "opts": model_admin.opts,
        "plural": model_admin.plural,
        "series": series,
        "all_series": mine,
        "form": form,
        "week": added_this_week(series),
        "readiness": readiness(series),
        "ready": READY,
    }
    return TemplateResponse(request, "admin/meetups/member/quick.html", context)


def _saved(request: HttpRequest, form: QuickForm, model_admin: Any) -> bool:
    try:
        member, is_new = form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    name = {"name": str(member)}
    if is_new:
        model_admin.log_addition(request, member, gettext("added quickly"))
        messages.success(request, f"{gettext('%(name)s is in the book.') % name} {_week(form)}")
    else:
        model_admin.log_change(request, member, gettext("tag added"))
        sentence = gettext("%(name)s was in the book already; the tag is there now.")
        messages.success(request, sentence % name)
    return True


def _week(form: QuickForm) -> str:
    count = added_this_week(form.series)
    return ngettext("%d person this week.", "%d people this week.", count) % count
