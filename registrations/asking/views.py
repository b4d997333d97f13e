"""The page on which a guest answers what we should like to know, or changes what she said."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meetups.pages import require_form, without_address
from registrations.asking.counting import is_looked_at
from registrations.asking.forms import QuestionsForm
from registrations.models import Answer, Registration
from registrations.views import of_one_seat


@never_cache
@require_form
@of_one_seat
def questions(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Optional questions by the link of a seat: from her n-th visit on, never what is known."""
    if registration.state not in registration.ACTIVE:
        raise Http404
    form = QuestionsForm(registration, *([request.POST] if request.method == "POST" else []))
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Thank you. You can change it here at any time."))
        return without_address(redirect(request.path))
    if is_looked_at(request):
        Answer.objects.note_shown(form.open_questions, registration)
    context = {"registration": registration, "event": registration.event, "form": form}
    return without_address(render(request, "registrations/questions.html", context))
