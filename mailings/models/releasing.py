"""The verbs of a message to many: each takes its row, so that two clicks do one thing."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetups.models import Event, Refused
from outbox.states import ACCEPTED, HANDED_OVER
from people.models import User

# A change of whom it reaches asks for a new look at the numbers.
WHOM = {"audience", "line", "channel"}
WHEN = {"days_before", "at"}


class Releasing:
    """What organizers do with a wave. All raise Refused with a sentence that says why not."""

    @contextmanager
    def locked(self: Any) -> Iterator[Any]:
        """Hold the wave's row; afterwards this object knows what became of it."""
        with transaction.atomic():
            yield self._taken()
        self.refresh_from_db()

    def _taken(self: Any) -> Any:
        rows = type(self).objects.select_for_update(of=("self",))
        try:
            return rows.select_related("event__series", "line").get(pk=self.pk)
        except OperationalError as error:  # a wave to very many takes longer than one waits
            raise Refused(
                _("It is being written at this very moment. Look again in a minute.")
            ) from error

    def release(self, by: User | None) -> None:
        """Let it leave by itself when it is due; a second time changes nothing."""
        with self.locked() as wave:
            if wave.state != wave.State.RELEASED:
                wave.refuse_unless_to_come()
                wave.refuse_what_leads_nowhere()
                wave.refuse_before_the_end(wave.due_at)
                _let_go(wave, by)

    def send_now(self, by: User | None) -> None:
        """Let it leave with the next round of the clock, within a minute."""
        with self.locked() as wave:
            wave.refuse_unless_to_come()
            wave.refuse_what_leads_nowhere()
            wave.refuse_before_the_end(timezone.now())
            now = timezone.now().astimezone(ZoneInfo(wave.event.zone))
            wave.days_before, wave.at = (wave.event.date - now.date()).days, now.time()
            wave.at_once = True
            wave.refuse_too_early()
            _let_go(wave, by)

    def pause(self: Any) -> int:
        """Stop it until it is resumed; returns how many messages of one on its way are held."""
        with self.locked() as wave:
            if wave.state == wave.State.PAUSED:
                return 0
            if wave.state not in {wave.State.RELEASED, wave.State.STARTED}:
                raise Refused(_("It does not leave by itself, so there is nothing to pause."))
            if wave.is_out():
                raise Refused(wave.has_left())
            wave.state = wave.State.PAUSED
            wave.save(update_fields=["state"])
            held: int = wave.messages().hold()
        return held

    def resume(self: Any) -> None:
        """Let it go on where it was paused."""
        with self.locked() as wave:
            if wave.state in {wave.State.RELEASED, wave.State.STARTED}:
                return
            if wave.state != wave.State.PAUSED:
                raise Refused(_("It is not paused."))
            wave.refuse_what_leads_nowhere()
            wave.state = wave.State.STARTED if wave.started_at else wave.State.RELEASED
            wave.save(update_fields=["state"])
            wave.messages().release()

    def cancel(self: Any) -> int:
        """Take back what has not left; returns how many messages that were."""
        with self.locked() as wave:
            if wave.state == wave.State.CANCELLED:
                return 0
            if wave.state == wave.State.MISSED:
                raise Refused(_("It is %(state)s.") % {"state": wave.get_state_display()})
            if wave.is_out():
                raise Refused(wave.has_left())
            withdrawn: int = wave.messages().withdraw()
            if not wave.messages().filter(state__in=HANDED_OVER).exists():
                wave.started_at = None  # nobody saw it: it is no invitation that was sent
            wave.state = wave.State.CANCELLED
            wave.save(update_fields=["state", "started_at"])
        return withdrawn

    def rewrite(self, fields: Iterable[str]) -> None:
        """Keep what these fields say now, unless it left meanwhile."""
        said = {name: getattr(self, name) for name in fields}
        with self.locked() as wave:
            wave.refuse_unless_to_come()
            for name, value in said.items():
                setattr(wave, name, value)
            if WHEN & set(said):
                wave.at_once = False
            if WHOM & set(said) and wave.state == wave.State.RELEASED:
                wave.state = wave.State.DRAFT
            wave.save()

    # Why not

    def refuse_unless_to_come(self: Any) -> None:
        """Raises Refused for one that has left, was missed or called off."""
        if self.started_at:
            raise Refused(self.has_left())
        if self.state not in self.TO_COME:
            raise Refused(_("It is %(state)s.") % {"state": self.get_state_display()})

    def refuse_what_leads_nowhere(self: Any) -> None:
        """Raises Refused where nobody would get it, or it would speak of nothing."""
        event = self.event
        if event.status == Event.Status.CANCELLED:
            raise Refused(_("The evening is cancelled; its people were told."))
        if event.status == Event.Status.DRAFT:
            raise Refused(
                _("Publish the evening first: the link in the message leads to its page.")
            )
        if self.not_after <= timezone.now():
            raise Refused(_("It is too late: it would come when nobody needs it any more."))
        if self.purpose == self.Purpose.NOTE and not self.text.strip():
            raise Refused(_("It has no text yet. Write what you want to say first."))

    def refuse_before_the_end(self: Any, moment: dt.datetime) -> None:
        """Raises Refused for thanks and the like that would leave while nobody has come yet."""
        if self.is_afterwards and moment < self.event.ends_at:
            raise Refused(_("The evening is not over then, so nobody has come yet."))

    def is_out(self: Any) -> bool:
        """Whether it has started and nothing of it waits any more."""
        return bool(self.started_at) and not self.messages().unsent().exists()

    def has_left(self: Any) -> str:
        sent, planned = self.messages().filter(state__in=ACCEPTED).count(), self.planned
        sentence = _("It has left already: %(sent)d of %(planned)d are sent.")
        return sentence % {"sent": sent, "planned": planned}


def _let_go(wave: Any, by: User | None) -> None:
    wave.state, wave.released_by, wave.released_at = wave.State.RELEASED, by, timezone.now()
    wave.save()
