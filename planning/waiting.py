"""Who waits for a word of the organizers: speakers, and guests."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event
from meetups.rights import DECIDE, Rights
from planning.missing import Step
from registrations.models import Registration
from registrations.models.seats import MISSED_WINDOW
from speakers.models import Call, Offer, Proposal
from speakers.states import State

LABEL = "speakers.proposal"
GUESTS = "registrations.registration"


def waiting_of(rights: Rights) -> list[Step]:
    """What one person who decides has to see to, whatever the evening; four queries."""
    return [*_guests(rights), *_speakers(rights)]


def _guests(rights: Rights) -> Iterator[Step]:
    """Requests for a seat and contested marks; one query."""
    if not rights.may(DECIDE, GUESTS):
        return
    ids, seats = rights.series_ids(DECIDE, GUESTS), Registration.objects.all()
    mine = seats if ids is None else seats.filter(event__series__in=ids)
    asks = Q(state=Registration.State.WAITING, needs_approval=True)
    now = timezone.now()
    is_on = Q(event__status=Event.Status.PUBLISHED, event__ends_at__gt=now)
    contested = Q(appeal=Registration.Appeal.OPEN)
    # A mark that is older counts for nothing any more.
    lately = mine.filter(event__ends_at__gt=now - MISSED_WINDOW)
    counts = lately.filter(asks | contested).aggregate(
        asking=Count("pk", filter=asks & is_on), contested=Count("pk", filter=contested)
    )
    yield from _guest_steps(**counts)


def _guest_steps(asking: int, contested: int) -> Iterator[Step]:
    url = reverse("admin:registrations_registration_changelist")
    if asking:
        sentence = ngettext(
            "%d request for a seat waits for your yes.",
            "%d requests for a seat wait for your yes.",
            asking,
        )
        yield Step(sentence % asking, _("Look at them"), f"{url}?due=yes")
    if contested:
        sentence = ngettext(
            "%d missed evening is contested.", "%d missed evenings are contested.", contested
        )
        yield Step(sentence % contested, _("Read why"), f"{url}?due=appeal")


def _speakers(rights: Rights) -> list[Step]:
    """What speakers are owed, and owe; three queries."""
    if not rights.may(DECIDE, LABEL):
        return []
    ids, mine = rights.series_ids(DECIDE, LABEL), Proposal.objects.all()
    mine = mine if ids is None else mine.filter(call__series__in=ids)
    counts = mine.overdue().count(), mine.owed().count(), mine.unanswered().count()
    return list(_steps(*counts))


def _steps(overdue: int, owed: int, unanswered: int) -> Iterator[Step]:
    url = reverse("admin:speakers_proposal_changelist")
    if overdue:
        sentence = ngettext(
            "%d proposal is past its promised date.", "%d proposals are past their promised date.",
            overdue,
        )  # fmt: skip
        yield Step(sentence % overdue, ngettext("Answer it", "Answer them", overdue),
                   f"{url}?due=answer")  # fmt: skip
    if owed:
        sentence = ngettext(
            "The speaker of %d proposal does not know yet how it stands.",
            "The speakers of %d proposals do not know yet how they stand.",
            owed,
        )
        yield Step(sentence % owed, ngettext("Tell the speaker", "Tell them", owed),
                   f"{url}?due=told")  # fmt: skip
    if unanswered:
        sentence = ngettext(
            "%d speaker was asked again twice and has not confirmed the evening.",
            "%d speakers were asked again twice and have not confirmed their evenings.",
            unanswered,
        )
        yield Step(sentence % unanswered, ngettext("Call the speaker", "Call them", unanswered),
                   f"{url}?due=evening")  # fmt: skip


def reserves_in(events: list[Event]) -> dict[int, int]:
    """How many talks are in reserve, by series."""
    rows = Proposal.objects.filter(
        state=State.RESERVE, call__series__in={event.series_id for event in events}
    )
    return dict(rows.order_by().values_list("call__series").annotate(n=Count("pk")))


def callers_in(events: list[Event]) -> set[int]:
    """The series of these evenings that have a call for talks, whether it is open now or not."""
    rows = Call.objects.filter(series__in={event.series_id for event in events})
    return set(rows.order_by().values_list("series", flat=True))


def asked_for(events: list[Event]) -> dict[int, int]:
    """How many reserves were asked and have not answered, by evening."""
    rows = Offer.objects.filter(Q(state=Offer.State.ASKED), slot__event__in=events)
    return dict(rows.order_by().values_list("slot__event").annotate(n=Count("pk")))
