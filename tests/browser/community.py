"""A community with a page of every kind, for those who only look at pages."""

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

from django.core.files.base import ContentFile
from PIL import Image

from mailings.models import Reminder
from meetups.models import Organizer, Picture
from outbox.engine import Sender
from people.models import Contact
from registrations.models import Registration
from tests.browser.people import session_of
from tests.browser.speaking_community import add_speakers
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_organizer,
    make_registration,
    make_series,
    make_slot,
    make_talk,
    make_venue,
)
from venues.models import Venue

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
CYRILLIC = "Превысокомногорассмотрительствующий вечер о сопровождении доказательств"
CHINESE = "第三个星期四的聚会关于数据库与编程语言的漫长而愉快的夜晚欢迎所有人参加" * 2
TEXT = """We talk about *one* thing at a time.

## What you take home

- a `query` that is fast
- [a list of books](https://books.example.org/)

> Bring your questions.
"""
ALL_STATES = ["pending", "going", "waiting", "offered", "expired", "cancelled"]


def make_community():
    """Everything, by the names under which the tests ask for it."""
    here = SimpleNamespace()
    here.series = _series()
    here.other = make_series("quiet", name="Quiet Evenings")
    here.owner = make_organizer(here.series, email="owner@example.org", name="Olga Owner")
    Organizer.objects.create(series=here.other, user=here.owner, role="owner")
    here.session = session_of(here.owner)
    roles = ("organizer", "reviewer", "door")
    here.helpers = {role: session_of(make_organizer(here.series, role)) for role in roles}
    here.venue = _venue(here.series)
    _evenings_to_come(here)
    _special_evenings(here)
    _names_of_all_kinds(here)
    _past(here)
    _seats(here)
    add_speakers(here, LONG)
    _messages(here)
    return here


def _series():
    return make_series(
        "evenings",
        name="Third Thursday Minsk",
        tagline="An evening a month for people who write programs.",
        description=TEXT,
        chat_url="https://chat.example.org/",
        code_of_conduct_url="https://conduct.example.org/",
        privacy_text="We keep your address until you ask us not to.",
    )


def _venue(series):
    public = {"transport": "Metro Nemiga, exit 2", "parking": "In the yard", "step_free": True}
    where = {"entrance": "Blue door, second floor.", "latitude": 53.9, "longitude": 27.55}
    venue = make_venue(
        ["Hall", "Cellar"], name="Space", kind=Venue.Kind.COWORKING, **public, **where
    )
    series.venues.add(venue)
    return venue


def _evenings_to_come(here):
    line = make_line(here.series, "web", "Web")
    place = {"venue": here.venue, "room": here.venue.rooms.first()}
    here.next = make_event(
        here.series, title="What a query costs", tagline="And who pays.", description=TEXT,
        capacity=80, line=line, level="beginners", language="en", **place,
    )  # fmt: skip
    for kind in ("doors", "welcome", "lightning", "break", "questions", "circles", "after-party"):
        make_slot(here.next, kind)
    here.talk = make_talk(here.next, "Plans", ["Ada Lovelace", "Grace Hopper"], abstract=TEXT)
    here.full = make_event(here.series, capacity=1, title="A small room", **place)
    here.both = make_event(
        here.series, title="Here and there", mode="both", capacity=5, online_capacity=50,
        online_url="https://online.example.org/room", **place,
    )  # fmt: skip


def _special_evenings(here):
    here.bare = make_event(here.series, title="To be arranged", time_known=False)
    here.draft = make_event(here.series, title="Not yet announced", status="draft")
    here.soon = make_event(here.series, starts_in=timedelta(hours=20), title="Tomorrow evening")
    here.moved = make_event(here.series, title="Later than planned")
    make_registration(here.moved, contact=make_contact("moved@example.org", "Mia Moved"))
    here.moved.move(here.moved.date + timedelta(days=7))
    here.cancelled = make_event(here.series, title="Not this time")
    here.called_off = make_registration(here.cancelled)
    here.cancelled.cancel("The heating is broken.")


def _names_of_all_kinds(here):
    here.wide = make_series("wide", name=LONG, tagline=LONG, description=LONG)
    Organizer.objects.create(series=here.wide, user=here.owner, role="owner")
    room = make_venue([LONG[:100]], name=LONG, address=LONG, entrance=LONG).rooms.get()
    here.wide.venues.add(room.venue)
    here.named = {}
    for script, title in {"long": LONG, "cyrillic": CYRILLIC, "chinese": CHINESE}.items():
        event = make_event(
            here.wide, title=title, tagline=title, description=title, venue=room.venue, room=room
        )
        make_talk(event, title, [title], abstract=title)
        here.named[script] = event
    here.long_seat = make_registration(here.named["long"], contact=make_contact(name=LONG))


def _past(here):
    long_ago = timedelta(days=-40)
    here.past = make_event(
        here.series, long_ago, title="What remained", recap=TEXT, came=42, venue=here.venue
    )
    here.given = make_talk(
        here.past, "Indexes", ["Édith Piaf"], abstract=TEXT, summary=TEXT, licence="CC BY 4.0",
        video_url="https://video.example.org/1", slides_url="https://slides.example.org/1",
    )  # fmt: skip
    for caption in ("The hall before it filled", ""):
        Picture.objects.create(event=here.past, caption=caption, file=_photo())
    here.unwritten = make_event(here.series, timedelta(days=-70), title="Nobody wrote it down")
    for number in range(20):
        make_event(
            here.series, timedelta(days=-100 - 30 * number), title=f"Evening of old {number}"
        )


def _photo():
    file = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(file, "JPEG")
    return ContentFile(file.getvalue(), "photo.jpg")


def _seats(here):
    here.first_in = make_registration(here.full)
    here.seats = {state: make_registration(here.next, state) for state in ALL_STATES}
    here.seats["second in line"] = make_registration(here.full, "waiting")
    here.seats["online"] = make_registration(here.both, mode="online")
    here.seats["coming"] = make_registration(here.soon)
    here.seats["coming"].say_coming()
    here.seats["of a moved evening"] = here.moved.registrations.get()
    here.seats["of a cancelled evening"] = here.called_off
    here.seats["of a past evening"] = make_registration(here.past, came=True)
    here.seats["with a long name"] = here.long_seat


def _messages(here):
    guest = Contact.objects.for_email("guest@example.org", "Gina Guest")
    here.registration = Registration.objects.register(here.both, guest, "online")
    make_follower(here.series, guest)
    Reminder.objects.create(
        event=here.soon,
        schedule_rev=0,
        due_at=here.soon.starts_at,
        not_after=here.soon.starts_at,
        planned=3,
    )
    Sender().run(seconds=20)
    Registration.objects.register(here.full, guest)  # one more letter, still to leave
