"""Calling people about an evening: who is next, and what follows from what she says (O32)."""

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailings.models import PhoneCall, Wave
from meetups import notices
from meetups.models import Event, Refused
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import MessageClass, State
from people.models import Contact, User
from registrations.models import Registration

Outcome = PhoneCall.Outcome
LETTER = "mailings/call"
# In this order: not called yet, not reached yet, done.
TO_CALL, AGAIN, DONE = 0, 1, 2


def people_to_call(
    event: Event, wave: Wave | None = None, everybody: bool = False
) -> "QuerySet[Contact]":
    """Who is to be called, the next one first, with `turn`, `last_outcome` and `has_seat`.

    Those with a seat, or those whom the wave reaches by phone; who wants to be called comes first,
    who was called last. Without `everybody` only those with a number.
    """
    calls = PhoneCall.objects.about(event).filter(contact=OuterRef("pk")).order_by("-at", "-pk")
    seats = event.registrations.going().filter(contact=OuterRef("pk"))
    people = Contact.objects.annotate(
        has_seat=Exists(seats),
        wants_call=Exists(_waiting(event).filter(contact=OuterRef("pk"))),
        last_outcome=Subquery(calls.values("outcome")[:1]),
        last_at=Subquery(calls.values("at")[:1]),
    )
    if wave:
        messages = wave.messages().filter(channel=Contact.Channel.VOICE)
        people = people.filter(Exists(messages.filter(contact=OuterRef("pk"))))
    else:
        people = people.filter(Q(has_seat=True) | Exists(calls.filter(registration__isnull=False)))
    if not everybody:
        people = people.exclude(phone="")
    # Who said no and has taken a seat again is somebody to be asked again.
    said = Q(last_outcome=Outcome.COMES) | Q(last_outcome=Outcome.DOES_NOT, has_seat=False)
    tried = Q(last_outcome=Outcome.NO_ANSWER)
    turn = Case(When(said, then=DONE), When(tried, then=AGAIN), default=Value(TO_CALL))
    number = Case(When(phone="", then=1), default=0)
    voice = Case(When(Q(wants_call=True) | Q(channel=Contact.Channel.VOICE), then=0), default=1)
    return people.annotate(turn=turn).order_by(
        "turn", F("last_at").asc(nulls_first=True), voice, number, "name", "pk"
    )


def note_call(
    event: Event, contact: Contact, outcome: str, by: User, seen: int, note: str = ""
) -> str:
    """Keep what a call brought and do what follows from it; returns it as a sentence.

    `seen` is how many calls to her the caller knew of: raises Refused where there are more, since
    somebody else was faster, and where she has no seat any more or the evening is over.
    """
    with event.locked() as event:
        if event.is_over or event.status != Event.Status.PUBLISHED:
            raise Refused(_("This evening is over or does not take place: nobody is to be called."))
        calls = PhoneCall.objects.about(event).filter(contact=contact)
        if calls.count() != seen:
            raise Refused(who_was_faster(calls))
        seat = event.registrations.going().filter(contact=contact).first()
        if seat is None and not _calls_owed(event).filter(contact=contact).exists():
            raise Refused(_("She has no seat any more: there is nothing to ask her."))
        call = PhoneCall.objects.create(
            event=event,
            schedule_rev=event.schedule_rev,
            contact=contact,
            registration=seat,
            outcome=outcome,
            by=by,
            note=note,
        )
        return _follow(event, call, seat)


def who_was_faster(calls: "QuerySet[PhoneCall]") -> str:
    """Who has called her meanwhile, when, and what she said."""
    last = calls.select_related("by").last()
    if last is None:
        return _("The evening has another date now. Look again, then call.")
    words = _("%(who)s has called at %(time)s: %(outcome)s. Nothing was changed.")
    at = timezone.localtime(last.at)
    return words % {"who": last.by, "time": f"{at:%H:%M}", "outcome": last.get_outcome_display()}


def settle(deliveries: DeliveryQuerySet) -> int:
    """Calls that were made: the person who rang is the evidence. Returns how many were owed."""
    now = timezone.now()
    owed = deliveries.filter(channel=Contact.Channel.VOICE, state=State.QUEUED)
    times = dict.fromkeys(["handed_over_at", "sent_at", "settled_at"], now)
    return owed.update(state=State.SENT, attempts=F("attempts") + 1, **times)


def _follow(event: Event, call: PhoneCall, seat: Registration | None) -> str:
    if call.outcome == Outcome.NO_ANSWER:
        tries = PhoneCall.objects.about(event).filter(contact=call.contact).count()
        words = ngettext("Noted: no answer.", "Noted: no answer, %(n)d times.", tries)
        return words % {"n": tries}
    _keep_in_ledger(event, call.contact)
    if call.outcome == Outcome.COMES:
        return _comes(event, call, seat)
    if seat is None:
        return _("Noted: %(name)s does not come.") % {"name": call.contact}
    moved_up = _seats_given(event)
    seat.cancel()
    freed = _("%(name)s does not come; the seat is free.") % {"name": call.contact}
    if _seats_given(event) == moved_up:
        freed = _("%(name)s does not come; the seat went to the next in line.") % {
            "name": call.contact
        }
    return freed


def _comes(event: Event, call: PhoneCall, seat: Registration | None) -> str:
    if seat:
        seat.say_coming()
        return _("Noted: %(name)s comes.") % {"name": call.contact}
    seat = Registration.objects.register(event, call.contact, source="call", by_organizer=True)
    PhoneCall.objects.filter(pk=call.pk).update(registration=seat)
    if seat.is_seated:
        return _("%(name)s has a seat now and gets a mail that says so.") % {"name": call.contact}
    return _("All seats are taken: %(name)s waits in line.") % {"name": call.contact}


def _seats_given(event: Event) -> int:
    return event.registrations.seated().count()


def _keep_in_ledger(event: Event, contact: Contact) -> None:
    """The call that was owed is settled; one that nobody planned is written down as service."""
    if settle(_waiting(event).filter(contact=contact)) or not contact.phone:
        return
    key = f"call:{event.pk}:{event.schedule_rev}:{contact.pk}"
    Delivery.objects.post(
        contact,
        LETTER,
        notices.facts(event) | {"name": contact.name},
        key=key,
        message_class=MessageClass.SERVICE,
        realm=event.series.realm,
        about=event.about,
        channel=Contact.Channel.VOICE,
        address=contact.phone,
    )
    settle(Delivery.objects.filter(key=key))


def _calls_owed(event: Event) -> DeliveryQuerySet:
    """Calls that were planned about the evening as it is now, made or not."""
    return Delivery.objects.about(event.about).filter(channel=Contact.Channel.VOICE)


def _waiting(event: Event) -> DeliveryQuerySet:
    return _calls_owed(event).filter(state=State.QUEUED)
