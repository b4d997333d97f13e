"""Her data by the link in her mails: the link proves the mailbox, so no account is needed."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from meetups.limits import seconds_to_wait, too_many
from meetups.pages import require_form, without_address
from people.holdings import erase as erase_person
from people.holdings import everything_of, objections_to
from registrations.holdings import seats_to_come
from registrations.models import Registration
from registrations.own_data.file import file_name, packed
from registrations.views import of_one_seat, private_page

# Each is all of somebody's rows.
FILES_PER_PERSON = (10, 3600)


class EraseForm(forms.Form):
    """One box to tick, so that no slip of a finger erases anybody."""

    sure = forms.BooleanField(
        label=_("Yes, forget me. I know that this cannot be undone."),
        error_messages={"required": _("Please tick the box if you mean it.")},
    )
    use_required_attribute = False


@never_cache
@require_form
@of_one_seat
def my_data(request: HttpRequest, registration: Registration) -> HttpResponse:
    """GET says what there is, POST hands it over."""
    contact = registration.contact
    if request.method != "POST":
        return private_page(request, "my_data", registration, found=everything_of(contact))
    if wait := seconds_to_wait({f"my-data:{contact.pk}": FILES_PER_PERSON}):
        return too_many(request, wait)
    answer = HttpResponse(packed(contact, everything_of(contact)), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{file_name()}"'
    return without_address(answer)


@never_cache
@require_form
@of_one_seat
def erase(request: HttpRequest, registration: Registration) -> HttpResponse:
    """GET says what goes and what stays, POST with the box ticked does it at once."""
    contact = registration.contact
    form = EraseForm(request.POST if request.method == "POST" else None, label_suffix="")
    objections = objections_to(contact)
    if request.method == "POST" and not objections and form.is_valid():
        try:
            erase_person(contact)
        except ValidationError as refusal:
            objections = refusal.messages
        else:
            return private_page(request, "erased", registration)
    seats = seats_to_come(contact).select_related("event").order_by("event__starts_at")
    page = {"form": form, "objections": objections, "seats": seats}
    return private_page(request, "erase", registration, **page)
