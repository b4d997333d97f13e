"""What an experienced organizer would say about a planned message; never a reason to stop her."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from mailings import afterwards
from mailings.models.wave import Wave
from meetups.walltime import DAWN, NIGHT

LEAST_GAP = 7  # days, the usual cap
SOON_FOR_NEWCOMERS = 7


def advice_on(wave: Wave, people: int) -> list[str]:
    """Sentences about one that has not left; `people` is how many it would reach."""
    if wave.started_at or wave.state not in Wave.TO_COME:
        return []
    found = [*_on_its_moment(wave), *_on_its_people(wave, people), afterwards.advice(wave)]
    return [sentence for sentence in found if sentence]


def _on_its_moment(wave: Wave) -> Iterator[str]:
    if wave.not_after <= timezone.now():
        yield _("It is too late for this message now.")
        return
    if wave.due_at <= timezone.now() and wave.state == Wave.State.DRAFT:
        yield _("Its moment has come and it is not released: released now, it leaves at once.")
    if wave.is_invitation and wave.days_before > wave.event.series.first_wave_days:
        yield _("That is early: who is invited more than three weeks before cools down.")
    if wave.is_invitation and wave.number == 1 and wave.days_before < SOON_FOR_NEWCOMERS:
        yield _("That is late for newcomers: they need two or three weeks to make up their minds.")
    if not wave.is_service and not DAWN <= wave.at < NIGHT:
        yield _("It is night then: it waits until eight in the morning of each person's own zone.")
    if wave.purpose == Wave.Purpose.NOTE and not wave.text:
        yield _("It has no text yet.")


def _on_its_people(wave: Wave, people: int) -> Iterator[str]:
    if wave.audience == "followers" and not people:
        yield _("Nobody would get it today: nobody follows this line yet, or all have had news.")
    if wave.audience == "came" and wave.event.ends_at > wave.due_at:
        yield _("That is before the evening is over.")


def advice_for(waves: list[Wave]) -> list[str]:
    """Sentences about the plan as a whole."""
    alive = [w for w in waves if w.is_invitation and w.state != Wave.State.CANCELLED]
    days = {wave.number: wave.days_before for wave in alive}
    said = []
    if not alive:
        said.append(_("Nobody is invited: there is no invitation on the line."))
    elif len(alive) == 1:
        said.append(
            _("There is one invitation. Many put it off: a second one three days before helps.")
        )
    elif days.get(1, 0) - days.get(2, 0) < LEAST_GAP:
        said.append(
            _("The two invitations are less than a week apart: the cap holds the second one back.")
        )
    return said
