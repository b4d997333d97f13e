"""What stands around the seats of the sample: questions, sources, words of guests."""

from datetime import timedelta

from meetups.models import Event, Partner, PromoLink, Series
from registrations.models import Answer, Feedback, Question, Registration

LEVELS = ("I begin", "I work with it", "I teach it")
INTERESTS = ("the web", "data", "tests", "running things")
# Name, kind, how often its link to the next evening was opened, every how manieth guest came by it.
SOURCES = (
    ("Data School Minsk", "partner", 64, 5),
    ("Poster in the library", "poster", 21, 9),
    ("Ilya’s channel", "post", 118, 3),
)
WORDS = (
    (5, 4, "The break was long enough to meet people.", ""),
    (4, 3, "", "A little warm towards the end."),
    (5, 5, "More of the live examples, please.", ""),
    (3, 4, "The second talk began late.", ""),
    (4, 2, "", "From the back one cannot read the code."),
)


def load_around() -> None:
    """Nothing of it writes to anybody."""
    series = Series.objects.get(slug="minsk-python")
    _ask(series)
    _sources(Event.objects.get(slug="minsk-python-types-queues-tests"))
    _words(Event.objects.get(slug="minsk-python-async"))


def _ask(series: Series) -> None:
    level = Question.objects.create(
        series=series, text="How long have you worked with Python?", kind="choice",
        choices="\n".join(LEVELS), from_visit=2, position=1,
    )  # fmt: skip
    interests = Question.objects.create(
        series=series, text="What do you want to hear about?", kind="choices",
        choices="\n".join(INTERESTS), from_visit=2, position=2,
    )  # fmt: skip
    seats = Registration.objects.arrived().filter(event__slug="minsk-python-async")
    for number, seat in enumerate(seats.order_by("pk")[:24]):
        about = {"contact": seat.contact, "registration": seat}
        Answer.objects.create(question=level, value=[LEVELS[number % 3]], **about)
        Answer.objects.create(question=interests, value=[INTERESTS[number % 4]], **about)


def _sources(event: Event) -> None:
    for name, kind, opened, nth in SOURCES:
        partner = Partner.objects.create(series=event.series, name=name, kind=kind)
        link = PromoLink.objects.create(partner=partner, event=event, opened=opened)
        free = event.registrations.going().filter(link=None).order_by("pk")
        chosen = list(free.values_list("pk", flat=True))[::nth]
        Registration.objects.filter(pk__in=chosen).update(link=link)


def _words(event: Event) -> None:
    seats = event.registrations.arrived().order_by("pk")
    for seat, (evening, room, words, room_words) in zip(seats, WORDS, strict=False):
        Feedback.objects.create(
            registration=seat, evening=evening, room=room, words=words, room_words=room_words,
            given_at=event.ends_at + timedelta(hours=14),
        )  # fmt: skip
