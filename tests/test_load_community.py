"""load_community: the contract's file is loaded, anything else is refused with its place."""

import copy
import json
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from meetups.models import Event, Member, Organizer, Series, Subscription
from outbox.models import Delivery, Suppression
from people.models import Contact, User
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_line, make_registration, make_series
from tests.threads import patience
from venues.models import Room, Venue

pytestmark = pytest.mark.django_db

# The example of the contract, word by word, with a date that stays ahead.
CONTRACT = {
    "series": [
        {
            "slug": "minsk-python",
            "name": "Minsk Python",
            "time_zone": "Europe/Minsk",
            "language": "ru",
            "lines": ["web", "data"],
            "organizers": [{"email": "a@example.org", "role": "owner", "password": "…"}],
        }
    ],
    "venues": [
        {
            "slug": "space",
            "name": "Space",
            "address": "…",
            "kind": "coworking",
            "rooms": [{"name": "Hall", "capacity": 100}],
        }
    ],
    "events": [
        {
            "series": "minsk-python",
            "slug": "mp-61",
            "title": "Evening 61",
            "starts": "2099-12-10T19:00",
            "minutes": 150,
            "venue": "space",
            "room": "Hall",
            "capacity": 100,
            "mode": "onsite",
            "status": "published",
        }
    ],
    "contacts": [
        {
            "email": "x@example.org",
            "name": "X",
            "language": "en",
            "series": "minsk-python",
            "lines": ["web"],
            "consent": True,
        }
    ],
    "registrations": [
        {"event": "mp-61", "email": "x@example.org", "state": "going", "came": False}
    ],
}


@pytest.fixture
def load(tmp_path):
    """Loads this content, a dictionary or the bytes of the file; returns what the command said."""

    def load(content):
        path = tmp_path / "community.json"
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(raw)
        said = StringIO()
        call_command("load_community", path, stdout=said)
        return said.getvalue()

    return load


@pytest.fixture
def refused(load):
    """The lines with which this content is refused; nothing of it is in the database then."""

    def refused(content):
        before = count_rows()
        with pytest.raises(CommandError) as refusal:
            load(content)
        assert count_rows() == before
        first, *lines = str(refusal.value).splitlines()
        assert first == "Nothing was loaded."
        return lines

    return refused


def count_rows():
    models = [Series, Venue, Room, Event, Contact, Member, Subscription, Registration, User]
    return [model.objects.count() for model in models]


def contract(**sections):
    """The contract's file with some sections replaced."""
    return copy.deepcopy(CONTRACT) | sections


def event(**changes):
    """The contract's file with another evening; `None` leaves a key out."""
    told = CONTRACT["events"][0] | changes
    return contract(events=[{key: value for key, value in told.items() if value != "leave out"}])


def guests(count, state="going", event="mp-61", first=0):
    emails = [f"guest-{number}@example.org" for number in range(first, first + count)]
    return (
        [{"email": email} for email in emails],
        [{"event": event, "email": email, "state": state} for email in emails],
    )


def with_guests(capacity, going, waiting=0):
    contacts, seats = guests(going)
    late_contacts, queue = guests(waiting, "waiting", first=going)
    told = event(capacity=capacity)
    return told | {"contacts": contacts + late_contacts, "registrations": seats + queue}


# What is loaded


def test_the_example_of_the_contract_is_loaded(load):
    assert load(CONTRACT) == (
        "Loaded: 1 series, 1 venues, 1 events, 1 contacts, 1 registrations.\n"
    )

    series = Series.objects.get()
    assert (series.slug, series.name, series.language) == ("minsk-python", "Minsk Python", "ru")
    assert list(series.lines.values_list("slug", "name")) == [("data", "Data"), ("web", "Web")]
    evening = Event.objects.get()
    assert evening.starts_at == datetime(2099, 12, 10, 16, 0, tzinfo=UTC)
    assert evening.ends_at - evening.starts_at == timedelta(minutes=150)
    assert evening.place == "Space, Hall"
    assert (evening.capacity, evening.seats_taken, evening.status) == (100, 1, "published")
    seat = Registration.objects.get()
    assert (seat.contact.email, seat.state, seat.came, seat.source) == (
        "x@example.org", "going", False, "import",
    )  # fmt: skip


def test_an_organizer_can_sign_in_at_once(load):
    load(CONTRACT)

    user = User.objects.get()
    assert user.check_password("…")
    assert user.is_staff
    assert Organizer.objects.get().role == "owner"
    address = EmailAddress.objects.get()
    assert (address.user, address.verified, address.primary) == (user, True, True)


def test_consent_is_kept_with_its_source(load):
    load(CONTRACT)

    subscription = Subscription.objects.get()
    assert subscription.line.slug == "web"
    assert subscription.source == "import"
    assert subscription.confirmed_at is not None


def test_without_consent_nobody_follows_anything(load):
    load(contract(contacts=[CONTRACT["contacts"][0] | {"consent": False}]))

    assert Member.objects.count() == 1
    assert not Subscription.objects.exists()


def test_consent_without_lines_is_for_the_whole_series(load):
    load(contract(contacts=[CONTRACT["contacts"][0] | {"lines": []}]))

    assert Subscription.objects.get().line is None


def test_loading_sends_nothing(load):
    load(with_guests(capacity=2, going=2, waiting=3))

    assert not Delivery.objects.exists()


def test_loading_twice_changes_nothing(load):
    load(CONTRACT)
    before = count_rows()
    seat = Registration.objects.values().get()

    load(CONTRACT)

    assert count_rows() == before
    assert Registration.objects.values().get() == seat
    assert Event.objects.get().schedule_rev == 0


def test_loading_again_updates_what_has_the_same_slug_or_address(load):
    load(CONTRACT)

    changed = event(title="Evening sixty-one", capacity=50)
    changed["series"][0]["name"] = "Minsk Python Meetup"
    changed["venues"][0]["rooms"][0]["capacity"] = 80
    changed["contacts"][0]["name"] = "Xenia"
    changed["series"][0]["organizers"][0] |= {"role": "reviewer", "password": "another"}
    load(changed)

    assert Series.objects.get().name == "Minsk Python Meetup"
    assert Room.objects.get().capacity == 80
    assert Event.objects.get().title == "Evening sixty-one"
    assert Event.objects.get().capacity == 50
    assert Contact.objects.get().name == "Xenia"
    assert User.objects.get().check_password("another")
    assert Organizer.objects.get().role == "reviewer"


def test_an_address_is_the_same_in_small_and_capital_letters(load):
    make_contact("X@Example.org", name="Before")

    load(CONTRACT)

    assert Contact.objects.get().name == "X"
    assert Registration.objects.get().contact.email == "X@Example.org"


def test_a_key_that_is_left_out_leaves_the_value(load):
    load(event(tagline="Three talks"))

    load(CONTRACT)

    assert Event.objects.get().tagline == "Three talks"


def test_a_file_may_refer_to_what_is_already_there(load):
    series = make_series("chipy")
    make_line(series, "web")
    evening = make_event(series, slug="chipy-1")
    make_contact("here@example.org")

    load(
        {
            "contacts": [
                {"email": "new@example.org", "series": "chipy", "lines": ["web"], "consent": True}
            ],
            "registrations": [
                {"event": "chipy-1", "email": "here@example.org", "state": "going"},
                {"event": "chipy-1", "email": "new@example.org", "state": "going"},
            ],
        }
    )

    evening.refresh_from_db()
    assert evening.seats_taken == 2


def test_an_empty_file_loads_nothing(load):
    assert load({}) == "Loaded: nothing.\n"
    assert load({"calls": [], "waves": []}) == "Loaded: nothing.\n"


def test_a_null_capacity_is_no_limit(load):
    load(event(capacity=None))

    assert Event.objects.get().capacity is None


def test_the_capacity_of_an_online_evening_is_its_online_seats(load):
    load(event(mode="online", venue=None, room=None, capacity=30))

    evening = Event.objects.get()
    assert (evening.capacity, evening.online_capacity, evening.online_taken) == (None, 30, 1)


def test_an_evening_without_a_status_is_a_draft(load):
    load(event(status="leave out"))

    assert Event.objects.get().status == "draft"


def test_a_wall_time_in_the_gap_means_the_first_instant_after_it(load):
    told = event(starts="2027-03-14T02:30")
    told["series"][0]["time_zone"] = "America/Toronto"

    load(told)

    assert Event.objects.get().starts_at == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


def test_an_agenda_is_written_once(load):
    agenda = [
        {"kind": "welcome", "minutes": 10},
        {"kind": "talk", "title": "Типизация", "minutes": 20, "speakers": ["Ада Л."]},
    ]
    load(event(agenda=agenda))
    load(event(agenda=agenda))

    evening = Event.objects.get()
    assert [slot.kind for slot in evening.slots.all()] == ["welcome", "talk"]
    assert list(Event.objects.search("типизация")) == [evening]


# Seats


def test_waiting_people_are_numbered_in_the_order_of_the_file(load):
    load(with_guests(capacity=2, going=2, waiting=3))

    queue = Registration.objects.waiting().values_list("contact__email", "queue_no")
    assert list(queue) == [
        ("guest-2@example.org", 1),
        ("guest-3@example.org", 2),
        ("guest-4@example.org", 3),
    ]
    assert Event.objects.get().queue_last == 3


def test_a_loaded_seat_has_a_secret_link_of_its_own(load):
    load(with_guests(capacity=2, going=2))

    seats = list(Registration.objects.all())
    assert {Registration.objects.for_token(seat.token).get() for seat in seats} == set(seats)


def test_after_loading_every_invariant_holds(load):
    load(with_guests(capacity=2, going=2, waiting=3))

    call_command("check_invariants", stdout=StringIO())


def test_more_seats_than_there_are_is_refused(refused):
    assert refused(with_guests(capacity=2, going=3)) == [
        "registrations[2]: all 2 seats (onsite) of this evening are given"
    ]


def test_a_queue_beside_free_seats_is_refused(refused):
    (line,) = refused(with_guests(capacity=5, going=2, waiting=1))

    assert line.startswith("evening mp-61: seats (onsite) are free and people wait")


def test_a_limit_below_the_seats_given_is_refused(load, refused):
    load(with_guests(capacity=5, going=3))

    assert refused(event(capacity=2, venue=None, room=None)) == [
        "events[0]: 3 seats (onsite) are already given: the limit cannot be 2"
    ]


def test_who_cancelled_since_is_not_given_a_seat_again(load):
    load(CONTRACT)
    Registration.objects.get().cancel()

    assert "1 registrations have changed since and are left" in load(CONTRACT)

    assert Registration.objects.get().state == "cancelled"


def test_who_registered_herself_is_not_registered_twice(load):
    told = contract(registrations=[])
    load(told)
    make_registration(Event.objects.get(), contact=Contact.objects.get())

    load(CONTRACT)

    assert Registration.objects.count() == 1


def test_who_unsubscribed_stays_unsubscribed(load):
    load(CONTRACT)
    Subscription.objects.update(withdrawn_at=timezone.now())

    load(CONTRACT)

    assert Subscription.objects.get().withdrawn_at is not None


def test_a_loaded_seat_can_be_changed_by_another_file(load):
    load(CONTRACT)

    load(contract(registrations=[CONTRACT["registrations"][0] | {"state": "cancelled"}]))

    assert Registration.objects.get().state == "cancelled"
    assert Event.objects.get().seats_taken == 0
    assert not Delivery.objects.exists()


def test_a_seat_freed_and_a_seat_taken_in_one_file_fit_together(load):
    load(with_guests(capacity=1, going=1, waiting=1))

    told = with_guests(capacity=1, going=1, waiting=1)
    told["registrations"][0]["state"] = "cancelled"
    told["registrations"][1]["state"] = "going"
    told["registrations"].reverse()
    load(told)

    seats = Registration.objects.values_list("contact__email", "state")
    assert dict(seats) == {"guest-0@example.org": "cancelled", "guest-1@example.org": "going"}
    call_command("check_invariants", stdout=StringIO())


# A move by loading


def test_an_evening_moved_by_loading_keeps_its_guests_and_tells_nobody(load):
    load(CONTRACT)

    load(event(starts="2099-12-11T19:00"))

    evening = Event.objects.get()
    assert evening.starts_at == datetime(2099, 12, 11, 16, 0, tzinfo=UTC)
    assert evening.moved_from == datetime(2099, 12, 10, 16, 0, tzinfo=UTC)
    assert evening.schedule_rev == 1
    assert evening.seats_taken == 1
    assert not Delivery.objects.exists()


def test_a_cancelled_evening_cannot_be_loaded_back(load, refused):
    load(event(status="cancelled"))

    assert refused(CONTRACT) == [
        "events[0]: this evening was cancelled and its guests were told; make a new one"
    ]


# What is refused


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (contract(colour=[]), 'unknown section "colour"'),
        (event(colour=1), 'events[0]: unknown key "colour"'),
        (event(venue="spce"), 'events[0].venue: there is no venue "spce"'),
        (event(room="Cellar"), 'events[0].room: there is no room in this venue called "Cellar"'),
        (event(series="nowhere"), 'events[0].series: there is no series "nowhere"'),
        (event(line="ops"), 'events[0].line: there is no line of this series "ops"'),
        (event(starts="leave out"), "events[0]: “starts” is missing"),
        (event(starts="2026-02-30T19:00"), "events[0].starts: there is no such date and time as"),
        (event(starts="2026-12-10T25:00"), "events[0].starts: there is no such date and time as"),
        (event(starts="2026-12-10T19:00+03:00"), "events[0].starts: "),
        (event(starts="2026-12-10"), "events[0].starts: "),
        (event(starts=1765389600), "events[0].starts: 1765389600 is no text"),
        (event(starts="0001-01-01T00:00"), "events[0].starts: the year of"),
        (event(capacity=-1), "events[0].capacity: -1: "),
        (event(capacity=2**40), "events[0].capacity: "),
        (event(capacity="100"), 'events[0].capacity: "100" is no whole number'),
        (event(capacity=True), "events[0].capacity: true is no whole number"),
        (event(minutes=0), "events[0].minutes: 0: "),
        (event(mode="hybrid"), 'events[0].mode: "hybrid" is unknown; there are onsite, online,'),
        (event(status="open"), 'events[0].status: "open" is unknown; there are draft, published'),
        (event(title=""), 'events[0].title: "": '),
        (event(title="a\0b"), "events[0].title: this text holds a NUL byte"),
        (event(title="a\nBcc: x@y.z"), "events[0].title: \"a\\nBcc: x@y.z\" holds a line break"),
        (event(title="\ud800"), "events[0].title: this text holds half a character"),
        (event(description="x" * 1_100_000), "events[0].description: at most 20000 characters fit"),
        (event(slug="Ä b"), 'events[0].slug: "Ä b" is no short name'),
        (event(slug=None), "events[0].slug: null is no text"),
        (contract(events={}), "events: {} is no list"),
        (contract(events=["mp-61"]), 'events[0]: "mp-61" is no object'),
        (contract(waves=[{"event": "mp-61"}]), "waves[0]: “audience” is missing"),
        ([CONTRACT], "the file holds"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(refused, content, line):
    found = refused(content)

    assert any(said.startswith(line) for said in found), found


@pytest.mark.parametrize(
    ("section", "change", "line"),
    [
        ("series", {"time_zone": "Europe/Minks"}, "series[0].time_zone: "),
        ("series", {"hue": 361}, "series[0].hue: 361: "),
        ("series", {"digest": "monthly"}, 'series[0].digest: "monthly" is no digest; write {"day"'),
        ("series", {"digest": {"time": "10:00"}}, "series[0].digest: {"),
        ("series", {"digest": {"day": None}}, "series[0].digest: null is no day"),
        ("series", {"digest": {"day": 0}}, "series[0].digest: 0: "),
        ("series", {"digest": {"day": 32}}, "series[0].digest: 32: "),
        ("series", {"digest": {"day": "1"}}, 'series[0].digest: "1" is no whole number'),
        ("series", {"digest": {"day": 1, "time": "ten"}}, 'series[0].digest: "ten" is no time of'),
        ("series", {"usual_time": "7pm"}, 'series[0].usual_time: "7pm" is no time of day'),
        ("series", {"organizers": [{"email": "a@example.org", "role": "king"}]},
         'series[0].organizers[0].role: "king" is unknown'),
        ("series", {"organizers": [{"email": "nobody", "role": "owner"}]},
         'series[0].organizers[0].email: "nobody" is no e-mail address'),
        ("series", {"lines": ["web", 1]}, "series[0].lines: 1 is no line"),
        ("venues", {"kind": "castle"}, 'venues[0].kind: "castle" is unknown'),
        ("venues", {"rooms": [{"name": "Hall"}, {"name": "hall"}]},
         'venues[0].rooms[1].name: "hall" stands twice, first at venues[0].rooms[0]'),
        ("contacts", {"lines": ["ops"]}, 'contacts[0].lines: there is no line "ops"'),
        ("contacts", {"consent": "yes"}, 'contacts[0].consent: "yes" is neither true nor false'),
        ("contacts", {"name": "Win at http://x.example"}, "contacts[0].name: "),
        ("contacts", {"time_zone": "Minsk"}, 'contacts[0].time_zone: "Minsk" is no time zone'),
        ("contacts", {"channel": "pigeon"}, 'contacts[0].channel: "pigeon" is unknown; there are'),
        ("contacts", {"phone": "call me"}, 'contacts[0].phone: "call me" is no phone number'),
        ("registrations", {"state": "maybe"}, 'registrations[0].state: "maybe" is unknown'),
        ("registrations", {"mode": "online"}, "registrations[0].mode: this evening is not held"),
        ("registrations", {"event": "mp-62"}, 'registrations[0].event: there is no evening'),
        ("registrations", {"email": "y@example.org"},
         'registrations[0].email: there is no contact "y@example.org"'),
    ],
)  # fmt: skip
def test_each_section_is_checked(refused, section, change, line):
    found = refused(contract(**{section: [CONTRACT[section][0] | change]}))

    assert any(said.startswith(line) for said in found), found


@pytest.mark.parametrize("section", ["series", "venues", "events", "contacts", "registrations"])
def test_what_stands_twice_is_refused(refused, section):
    key = "email" if section in {"contacts", "registrations"} else "slug"
    one = CONTRACT[section][0]
    double = one | {key: one[key].upper()} if key == "email" else one

    (line,) = refused(contract(**{section: [one, double]}))

    assert line.startswith(f"{section}[1].{key}: ")
    assert line.endswith(f"stands twice, first at {section}[0]")


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", "this is no JSON (Expecting value, line 1, column 1)"),
        (b'{"series": [', "this is no JSON (Expecting value, line 1"),
        (b"\xff\xfe{}", "this is no UTF-8 text (byte 0)"),
        (b'{"series": [], "series": []}', 'the key "series" stands twice in one object'),
        (b'{"events": [{"capacity": NaN}]}', "NaN is no number of JSON"),
        (b"[" * 100_000, "this is no JSON that can be loaded"),
    ],
)
def test_what_is_no_json_is_refused(refused, raw, line):
    (found,) = refused(raw)

    assert line in found


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_community", tmp_path / "none.json")


def test_at_most_twenty_faults_are_listed(refused):
    lines = refused(contract(events=[{} for _ in range(10)], registrations=[]))

    assert len(lines) == 21
    assert lines[-1] == "… and 20 more"


def test_an_evening_does_not_change_its_series(load, refused):
    load(CONTRACT)
    other = CONTRACT["series"][0] | {"slug": "other", "organizers": []}

    assert refused(
        {"series": [other], "events": [CONTRACT["events"][0] | {"series": "other"}]}
    ) == ['events[0].series: this evening belongs to the series "minsk-python"']


@pytest.mark.slow
def test_thousands_of_people_are_loaded_in_seconds(load):
    contacts, seats = guests(2000)
    subscribed = [
        contact | {"series": "minsk-python", "lines": ["web"], "consent": True}
        for contact in contacts
    ]
    events = [CONTRACT["events"][0] | {"slug": f"mp-{n}", "capacity": None} for n in range(3)]
    registrations = [seat | {"event": f"mp-{n}"} for n in range(3) for seat in seats][:5000]
    told = contract(events=events, contacts=subscribed, registrations=registrations)

    began = time.monotonic()
    load(told)
    took = time.monotonic() - began

    assert Registration.objects.count() == 5000
    assert Subscription.objects.count() == 2000
    assert list(Event.objects.order_by("slug").values_list("seats_taken", flat=True)) == [
        2000, 2000, 1000,
    ]  # fmt: skip
    assert took < 20, f"{took:.1f} s"


def test_who_names_no_language_has_that_of_her_series(load):
    content = copy.deepcopy(CONTRACT)
    content["contacts"] += [
        {"email": "y@example.org", "series": "minsk-python"},
        {"email": "z@example.org"},
    ]

    load(content)

    languages = dict(Contact.objects.values_list("email", "language"))
    assert languages == {"x@example.org": "en", "y@example.org": "ru", "z@example.org": ""}


def test_a_digest_is_switched_on_and_off(load):
    series = CONTRACT["series"][0]
    load(contract(series=[series | {"digest": {"day": 31, "time": "09:30"}}]))
    stored = Series.objects.get()
    assert (stored.digest_day, stored.digest_time) == (31, time_of_day(9, 30))

    load(CONTRACT)
    assert Series.objects.get().digest_day == 31

    load(contract(series=[series | {"digest": None}]))
    assert Series.objects.get().digest_day is None


def test_how_somebody_is_reached_may_stand_in_the_file(load):
    reached = {"time_zone": "Asia/Tokyo", "channel": "sms", "phone": "+375 29 123-45-67"}
    load(contract(contacts=[CONTRACT["contacts"][0] | reached]))

    person = Contact.objects.get()
    found = person.time_zone, person.channel, person.phone
    assert found == ("Asia/Tokyo", "sms", "+375291234567")
    assert Subscription.objects.get().channel == "sms"

    load(CONTRACT)
    assert Contact.objects.get().phone == "+375291234567"


@pytest.mark.slow
def test_a_crowd_of_followers_is_loaded_and_loaded_again_in_seconds(load):
    told = [
        {"email": f"p{n}@example.org", "name": "P", "series": "minsk-python", "consent": True}
        for n in range(20_000)
    ]
    for _again in range(2):
        began = time.monotonic()
        load(contract(contacts=told, registrations=[]))
        assert time.monotonic() - began < patience(15)
    assert Subscription.objects.confirmed().count() == 20_000


def test_guests_requests_and_offers_may_stand_in_the_file(load):
    content = copy.deepcopy(CONTRACT)
    content["series"][0] |= {"ask_hours": 24, "offer_hours": 6, "missed_limit": 2}
    content["events"][0] |= {"guests_allowed": 2, "approval": True, "capacity": 4}
    content["contacts"] = [{"email": f"{name}@example.org"} for name in "abc"]
    content["registrations"] = [
        {"event": "mp-61", "email": "a@example.org", "guests": 2},
        {"event": "mp-61", "email": "b@example.org", "state": "offered"},
        {"event": "mp-61", "email": "c@example.org", "state": "waiting", "guests": 1},
    ]
    load(content)
    event = Event.objects.get(slug="mp-61")
    assert (event.seats_taken, event.guests_allowed, event.approval) == (4, 2, True)
    offer = event.registrations.get(state="offered")
    assert timezone.now() < offer.offer_until < timezone.now() + timedelta(hours=6 + 12)


def test_more_guests_than_seats_are_refused(refused):
    content = copy.deepcopy(CONTRACT)
    content["events"][0] |= {"guests_allowed": 2, "capacity": 2}
    content["contacts"] = [{"email": "a@example.org"}]
    content["registrations"] = [{"event": "mp-61", "email": "a@example.org", "guests": 2}]
    assert refused(content) == ["registrations[0]: all 2 seats (onsite) of this evening are given"]


def test_whoever_asked_to_be_forgotten_does_not_come_back_by_a_file(load):
    Suppression.objects.add_address("b@example.org", Suppression.Reason.ERASED)
    content = copy.deepcopy(CONTRACT)
    home = {"series": "minsk-python", "consent": True}
    content["contacts"] = [{"email": f"{name}@example.org"} | home for name in "aB"]
    content["registrations"] = [
        {"event": "mp-61", "email": f"{name}@example.org"} for name in ("a", "b")
    ]
    said = load(content)
    assert "1 asked to be forgotten: left out, with their registrations." in said
    assert [contact.email for contact in Contact.objects.all()] == ["a@example.org"]
    assert Event.objects.get(slug="mp-61").seats_taken == 1
