"""What remains of an evening, and what still should: the recap's meter (need 107, O23)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from meetups.models import Event, Picture
from planning.gauges import placed_talks
from registrations.models import Registration
from speakers.models import Consent, Part, Talk


@dataclass(frozen=True)
class Facts:
    """What the rows of an evening and its talks do not say themselves."""

    has_pictures: bool = False
    has_guests_that_came: bool = False
    # By proposal, for each of its speakers: the licence of her consent, None where she gave none.
    answers: dict[int, list[str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Thing:
    """One thing that belongs to a recap; `url` is where it is added, `talk` "" for the evening."""

    name: str
    is_there: bool
    url: str
    talk: str = ""


@dataclass(frozen=True)
class Recap:
    things: list[Thing]

    @property
    def done(self) -> int:
        return sum(thing.is_there for thing in self.things)

    @property
    def total(self) -> int:
        return len(self.things)

    @property
    def missing(self) -> list[Thing]:
        return [thing for thing in self.things if not thing.is_there]

    @property
    def words(self) -> str:
        return _("%(done)d of %(total)d") % {"done": self.done, "total": self.total}


def recap_of(event: Event, facts: Facts) -> Recap:
    """Everything that is there and that is not, the evening's own things first. Asks nothing."""
    things = list(_of_evening(event, facts))
    for talk in agreed_talks(event):
        things += _of_talk(talk, facts)
    return Recap(things)


def facts_of(events: Iterable[Event]) -> dict[int, Facts]:
    """The facts for several evenings that come with their agendas; four queries for all."""
    events = list(events)
    talks = [talk for event in events for talk in agreed_talks(event)]
    answers = _answers({talk.proposal_id for talk in talks if talk.proposal_id})
    ids = [event.pk for event in events]
    shown = set(Picture.objects.filter(event__in=ids).values_list("event", flat=True))
    came = Registration.objects.filter(event__in=ids, came=True).order_by()
    counted = set(came.values_list("event", flat=True).distinct())
    return {pk: Facts(pk in shown, pk in counted, answers) for pk in ids}


def agreed_talks(event: Event) -> list[Talk]:
    """The talks that were given: placed, and agreed to by those who speak."""
    return [talk for talk in placed_talks(event) if talk.agreed_at is not None]


def _answers(proposals: set[int]) -> dict[int, list[str | None]]:
    """The latest word of everybody who speaks in these proposals."""
    latest: dict[int, str] = {}
    for part, licence in Consent.objects.filter(
        part__proposal__in=proposals
    ).values_list("part", "licence"):  # fmt: skip  # oldest first
        latest[part] = licence
    found: dict[int, list[str | None]] = {pk: [] for pk in proposals}
    speaking = Part.objects.speaking().filter(proposal__in=proposals)
    for part, proposal in speaking.values_list("pk", "proposal"):
        found[proposal].append(latest.get(part))
    return found


def _of_evening(event: Event, facts: Facts) -> Iterator[Thing]:
    page = reverse("admin:meetups_event_change", args=[event.pk])
    yield Thing(_("text"), bool(event.recap), f"{page}#id_recap")
    yield Thing(_("pictures"), facts.has_pictures, f"{page}#pictures-group")
    counted = event.came is not None or facts.has_guests_that_came
    yield Thing(_("head count"), counted, f"{page}#id_came")


def _of_talk(talk: Any, facts: Facts) -> Iterator[Thing]:
    page = reverse("admin:speakers_talk_change", args=[talk.pk])
    name = talk.title
    if talk.visibility != Talk.Visibility.NOWHERE:
        yield Thing(_("video"), bool(talk.video_url), f"{page}#id_video_url", name)
        slides = bool(talk.slides_url or talk.has_slides)
        yield Thing(_("slides"), slides, f"{page}#id_slides_url", name)
        yield Thing(_("summary"), bool(talk.summary), f"{page}#id_summary", name)
        yield Thing(_("licence"), _is_licensed(talk, facts), f"{page}#id_licence", name)
    if talk.proposal_id:
        asked = reverse("admin:speakers_proposal_change", args=[talk.proposal_id])
        answers = facts.answers.get(talk.proposal_id, [])
        yield Thing(_("consent on record"), bool(answers) and None not in answers, asked, name)
    for speaker in talk.speakers.all():
        about = reverse("admin:speakers_speaker_change", args=[speaker.pk])
        whole = _("photo and a few words of %(name)s") % {"name": speaker.name}
        yield Thing(whole, not speaker.lacks, about, name)


def _is_licensed(talk: Any, facts: Facts) -> bool:
    """A licence, or all its speakers keeping their rights: that is an answer, too."""
    return bool(talk.licence) or set(facts.answers.get(talk.proposal_id, [])) == {""}
