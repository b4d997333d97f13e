"""A free place goes round among the reserves, in order, until one of them takes it (need 95)."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Refused, Slot
from outbox.models import Delivery
from outbox.states import HANDED_OVER
from people.models import User
from speakers import notices
from speakers.models.proposal import Proposal
from speakers.models.talk import Talk
from speakers.states import State


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        return self.filter(state__in=Offer.OPEN)

    def asked(self) -> Self:
        return self.filter(state=Offer.State.ASKED)

    def close(self, state: str) -> int:
        """End those that are open."""
        return self.open().update(state=state, closed_at=timezone.now())

    def release(self) -> None:
        """The place is no longer free: whoever was asked hears so, the rest never were in line."""
        for offer in self.open().select_related("proposal__call__series", "slot__event__series"):
            offer.release()

    def offer(self, slot: Slot, by: User | None = None) -> int:
        """Offer the free place to every reserve who can step in, the first in line at once.

        Returns how many stand in line. Raises Refused where the place is taken or nobody fits.
        """
        with slot.event.locked() as event:
            slot = Slot.objects.get(pk=slot.pk)
            slot.event = event
            must_be_free(slot)
            line = list(reserves_for(slot))
            if not line:
                raise Refused(_g("No reserve can step in so soon. Ask somebody by hand."))
            last = slot.offers.aggregate(n=models.Max("position"))["n"] or 0
            Offer.objects.bulk_create(
                Offer(slot=slot, proposal=proposal, position=n, by=by)
                for n, proposal in enumerate(line, last + 1)
            )
            self.move_on(slot)
            return len(line)

    def move_on(self, slot: Slot) -> bool:
        """Ask the next in line for this place, unless somebody still has time to answer.

        Under the event's lock; the organizers hear once when nobody is left.
        """
        line = self.filter(slot=slot)
        if line.asked().filter(answer_by__gt=timezone.now()).exists():
            return False
        waiting = line.filter(state=Offer.State.WAITING).order_by("position", "pk")
        for offer in waiting.select_related("proposal__call__series", "slot__event__series"):
            if offer.proposal.state == State.RESERVE:
                offer.ask()
                return True
            offer.close(Offer.State.GONE)
        last = line.order_by("-pk").first()
        if last and not Talk.objects.filter(slot=slot).exists():
            notices.tell_nobody_left(slot.event, f"offer:{last.pk}:nobody-left")
        return False

    def move_on_due(self) -> int:
        """Ask the next in line wherever the one before has let the time pass; for the tick.

        Whoever was late may still say yes: the place is hers who answers first.
        """
        self._no_longer_free().release()
        now = timezone.now()
        in_time = self.asked().filter(slot=OuterRef("pk"), answer_by__gt=now)
        slots = Slot.objects.filter(~Exists(in_time), talk=None, event__starts_at__gt=now).exclude(
            event__status=Event.Status.CANCELLED
        )
        slots = slots.filter(Exists(self.open().filter(slot=OuterRef("pk"))))
        asked = 0
        for slot in slots.select_related("event__series"):
            with slot.event.locked() as event:
                slot.event = event
                asked += self.move_on(slot)
        return asked

    def _no_longer_free(self) -> Self:
        """Open ones whose place was filled by hand, or whose evening is off or has begun."""
        off = Q(slot__event__status=Event.Status.CANCELLED)
        begun = Q(slot__event__starts_at__lte=timezone.now())
        return self.open().filter(off | begun | Q(slot__talk__isnull=False))


class Offer(models.Model):
    """One free place offered to one reserve; whoever says yes first has it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("in line")
        ASKED = "asked", _("asked")
        TAKEN = "taken", _("said yes")
        PASSED = "passed", _("said no")
        GONE = "gone", _("no longer free")

    OPEN = frozenset({State.WAITING, State.ASKED})

    slot = models.ForeignKey(
        Slot, models.CASCADE, related_name="offers", verbose_name=_("place in an agenda")
    )
    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="offers", verbose_name=_("proposal")
    )
    position = models.PositiveSmallIntegerField(_("place in line"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answer_by = models.DateTimeField(_("answer wanted by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["slot", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "proposal"],
                condition=Q(state__in=["waiting", "asked"]),
                name="offer_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} → {self.proposal}"

    def ask(self) -> None:
        """Write to its speakers; the clock runs until the next in line is asked."""
        now = timezone.now()
        hours = timedelta(hours=self.proposal.call.offer_hours)
        # Near the evening nobody can wait a day: at most a quarter of the time that is left.
        left = (self.slot.event.starts_at - now) / 4
        self.state, self.asked_at, self.answer_by = self.State.ASKED, now, now + min(hours, left)
        self.save(update_fields=["state", "asked_at", "answer_by"])
        extra = self._facts() | {"answer_by_time": self.answer_by.isoformat()}
        extra["not_after"] = self.slot.event.starts_at
        notices.write(self.proposal, "speakers/step_in", f"offer:{self.pk}:asked", **extra)

    def take(self) -> None:
        """Yes: the place is hers, confirmed, and everybody else in line is told once.

        Raises Refused where somebody was quicker, or the evening is off.
        """
        with self.proposal.locked(self.slot.event) as proposal:
            fresh = self._held()
            if fresh.state == self.State.TAKEN:
                return
            if fresh.state != self.State.ASKED or proposal.state != State.RESERVE:
                raise Refused(_g("This place is no longer free. You stay in our reserve."))
            must_be_free(fresh.slot)
            fresh.close(self.State.TAKEN)
            proposal.take_slot(fresh.slot)
            proposal.agree()
        self.refresh_from_db()

    def pass_on(self) -> None:
        """No, not this time: the next in line is asked at once; she stays in reserve."""
        with self.slot.event.locked():
            fresh = self._held()
            if fresh.state == self.State.ASKED:
                fresh.close(self.State.PASSED)
                Offer.objects.move_on(fresh.slot)
        self.refresh_from_db()

    def _held(self) -> "Offer":
        rows = Offer.objects.select_for_update(of=("self",))
        return rows.select_related("slot__event__series").get(pk=self.pk)

    def close(self, state: str) -> None:
        self.state, self.closed_at = state, timezone.now()
        self.save(update_fields=["state", "closed_at"])

    def release(self) -> None:
        """The place is gone: she hears so, unless the question itself was never sent to her."""
        question = Delivery.objects.about(f"proposal:{self.proposal_id}")
        question = question.filter(key__startswith=f"offer:{self.pk}:asked:")
        was_sent = question.filter(state__in=HANDED_OVER).exists()
        matters = self.state == self.State.ASKED and self.slot.event.starts_at > timezone.now()
        if not was_sent and question.withdraw():
            matters = False
        if matters:
            key = f"offer:{self.pk}:gone"
            notices.write(self.proposal, "speakers/step_in_taken", key, **self._facts())
        self.close(self.State.GONE)

    def _facts(self) -> dict[str, Any]:
        return notices.evening(self.slot.event) | {"offer": self.pk}


def must_be_free(slot: Slot) -> None:
    """Raises Refused unless a talk can still be put there."""
    if slot.event.is_cancelled or slot.event.starts_at <= timezone.now():
        raise Refused(_g("This evening does not take place any more."))
    if getattr(slot, "talk", None) is not None:
        raise Refused(_g("This place in the agenda is taken."))
    if slot.kind not in {Slot.Kind.TALK, Slot.Kind.LIGHTNING}:
        raise Refused(_g("This item of the agenda is not for talks."))


def reserves_for(slot: Slot) -> models.QuerySet[Proposal]:
    """Reserves whose notice still fits, the best marked first; nobody is in line twice."""
    days = (slot.event.starts_at - timezone.now()).days
    in_line = Offer.objects.filter(slot=slot).exclude(state=Offer.State.GONE)
    fits = Q(notice_days=None) | Q(notice_days__lte=days)
    reserves = Proposal.objects.filter(
        fits, state=State.RESERVE, call__series=slot.event.series
    ).exclude(pk__in=in_line.values("proposal"))
    mark = models.Avg("reviews__mark")
    return reserves.annotate(mean=mark).order_by(
        F("mean").desc(nulls_last=True), "submitted_at", "pk"
    )
