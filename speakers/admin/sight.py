"""What one person may see of a proposal: reviewers see less than those who decide (need 91)."""

from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext

from meetups.rights import DECIDE, Rights
from speakers.models import Proposal

LABEL = Proposal._meta.label_lower


def with_sight(proposals: QuerySet[Any], rights: Rights) -> QuerySet[Any]:
    """With `may_decide`: whether she answers it, and so knows who proposed it and all marks."""
    ids = rights.series_ids(DECIDE, LABEL)
    if ids is None:
        return proposals.annotate(may_decide=Value(True))
    return proposals.annotate(may_decide=Case(When(call__series__in=ids, then=True), default=False))


def knows_names(proposal: Any) -> bool:
    """Whether she may know who speaks. Needs `with_sight`."""
    return proposal.may_decide or not proposal.call.without_names


def knows_marks(proposal: Any) -> bool:
    """Others' marks; a reviewer only after she gave her own. Needs `with_sight`, `with_marks`."""
    return proposal.may_decide or proposal.reviewed_by_me


def speakers_of(proposal: Any) -> str:
    """Those who said yes; "names hidden" where she may not know them. Needs `with_sight`."""
    if not knows_names(proposal):
        return gettext("names hidden")
    parts = [part for part in proposal.parts.all() if part.accepted_at]
    return ", ".join(str(part.speaker) for part in parts)


def nameable(rights: Rights, path: str = "") -> Q:
    """The proposals at the end of `path` whose speakers she may know, as a condition."""
    ids = rights.series_ids(DECIDE, LABEL)
    known = Q(**{f"{path}call__without_names": False})
    if ids is None:
        return known | Q(**{f"{path}call__without_names": True})
    return known | Q(**{f"{path}call__series__in": ids})


def named_talks(rights: Rights) -> Q:
    """The talks whose speakers she may know: also all that came of no proposal."""
    return Q(proposal=None) | nameable(rights, "proposal__")


def marks_of(proposal: Any) -> str:
    """ "4.33 (3)": the mean of the weighted marks, and how many they are; needs `with_sight`."""
    if not proposal.reviewed:
        return ""
    if not knows_marks(proposal):
        return gettext("after yours")
    mean = "–" if proposal.mean is None else floatformat(proposal.mean, 2)
    return f"{mean} ({proposal.reviewed})"
