"""The page on which one reviewer marks one proposal, and the way to the next."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.rights import rights_of
from people.models import User
from speakers.admin.dossier import Dossier
from speakers.forms.review import ReviewForm
from speakers.models import Proposal


def review_view(request: HttpRequest, model_admin: Any, proposal: Proposal) -> HttpResponse:
    """Show the text beside the form by GET, keep the marks by POST and go on to the next one."""
    user = cast(User, request.user)
    dossier = Dossier(proposal, rights_of(request), user)
    following = next_for(model_admin.get_queryset(request), user, proposal)
    given = [request.POST] if request.method == "POST" else []
    form = ReviewForm(*given, proposal=proposal, user=user)
    if not dossier.may_review():
        return _refused(request, dossier)
    if given and form.is_valid():
        form.keep()
        messages.success(request, gettext("Your marks for “%s” are kept.") % proposal)
        return _onwards(request, proposal, following)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Your marks"),
        "form": form,
        "object": proposal,
        "dossier": dossier,
        "following": following,
        "opts": model_admin.opts,
    }
    return TemplateResponse(request, "admin/speakers/proposal/review.html", context)


def next_for(proposals: Any, user: User, proposal: Proposal) -> Proposal | None:
    """The next that waits for her marks, by the day it was sent in; then from the first again."""
    waiting = proposals.unreviewed(user).exclude(pk=proposal.pk).order_by("submitted_at", "pk")
    at = proposal.submitted_at
    later = Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=proposal.pk)
    return waiting.filter(later).first() or waiting.first()


def _onwards(request: HttpRequest, proposal: Proposal, following: Proposal | None) -> HttpResponse:
    if following and "next" in request.POST:
        return redirect("admin:speakers_proposal_review", following.pk)
    return redirect("admin:speakers_proposal_change", proposal.pk)


def _refused(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    if dossier.own_talk():
        messages.warning(request, gettext("This is a talk of your own: others mark it."))
    else:
        messages.warning(request, gettext("It is settled; marks are not asked for any more."))
    return redirect("admin:speakers_proposal_change", dossier.proposal.pk)
