"""load_community, section `waves`: what a file says leaves when it says so, and once."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.tick import tick
from mailings.models import Wave
from outbox.engine import Sender
from outbox.models import Delivery
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_user,
)
from tests.outbox.conftest import start_sink  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-11-19T12:00:00+03:00")
WAVE = {
    "event": "mp-61",
    "audience": "followers",
    "subject": "Evening 61",
    "text": "Hello {name}, we meet again.",
    "due": "2026-11-19T18:00",
}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def event(noon):
    return make_event(
        make_series("minsk-python"), slug="mp-61", starts="2026-12-10T19:00", capacity=2
    )


@pytest.fixture
def load(tmp_path):
    """Loads a file with these waves; returns what the command said."""

    def load(*waves, **sections):
        path = tmp_path / "community.json"
        path.write_text(json.dumps({"waves": waves} | sections))
        said = StringIO()
        call_command("load_community", path, stdout=said)
        return said.getvalue()

    return load


@pytest.fixture
def refused(load):
    """The lines with which these waves are refused; nothing of them is in the database then."""

    def refused(*waves, **sections):
        before = list(Wave.objects.order_by("pk").values())
        with pytest.raises(CommandError) as refusal:
            load(*waves, **sections)
        assert list(Wave.objects.order_by("pk").values()) == before
        first, *lines = str(refusal.value).splitlines()
        assert first == "Nothing was loaded."
        return lines

    return refused


def loaded():
    return Wave.objects.exclude(state="draft").order_by("number", "pk")


def released():
    return [(wave.number, wave.due_at) for wave in loaded()]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# What is loaded


def test_the_wave_of_the_contract_takes_the_place_of_the_first_draft(load):
    assert load(WAVE) == "Loaded: 1 waves.\n"

    wave = loaded().get()
    assert (wave.number, wave.purpose, wave.state) == (1, "invitation", "released")
    assert (wave.subject, wave.text) == ("Evening 61", "Hello {name}, we meet again.")
    assert wave.due_at == at("2026-11-19T15:00")
    invitations = Wave.objects.invitations().values_list("number", "state")
    assert sorted(invitations) == [(1, "released"), (2, "draft")]
    assert not Delivery.objects.exists()


def test_due_is_wall_time_of_the_series_whatever_the_zone_of_the_evening(load, event):
    event.move(zone="Asia/Tokyo")

    load(WAVE | {"due": "2026-11-20T22:00"})

    wave = loaded().get()
    assert wave.due_at == at("2026-11-20T19:00")
    assert wave.local_due.isoformat() == "2026-11-21T04:00:00+09:00"


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        # Half past two does not exist on this night and half past one is there twice on that one.
        ("2027-03-14T02:30", "2027-03-14T07:00"),
        ("2027-11-07T01:30", "2027-11-07T05:30"),
    ],
)
def test_a_night_of_changing_clocks(load, wall, instant):
    series = make_series("montreal", time_zone="America/Toronto")
    make_event(series, slug="mtl-1", starts=f"{wall[:8]}20T19:00")

    load(WAVE | {"event": "mtl-1", "due": wall})

    assert loaded().get().due_at == at(instant)


def test_two_waves_are_the_first_and_the_second_as_they_are_due(load):
    load(WAVE | {"due": "2026-12-07T18:00"}, WAVE)

    assert released() == [(1, at("2026-11-19T15:00")), (2, at("2026-12-07T15:00"))]
    assert Wave.objects.invitations().count() == 2


def test_a_file_may_bring_the_evening_and_its_wave(load):
    evening = {"series": "minsk-python", "slug": "mp-62", "title": "62"}
    load(
        WAVE | {"event": "mp-62"},
        events=[evening | {"starts": "2026-12-10T19:00", "status": "published"}],
    )

    assert loaded().get().event.title == "62"


def test_a_message_to_the_evenings_own_people_is_a_note_and_takes_no_number(load):
    load(*(WAVE | {"audience": each} for each in ("registered", "waiting", "speakers", "crew")))

    assert set(loaded().values_list("purpose", "number")) == {("note", None)}


def test_usual_words_need_not_be_written(load):
    load({"event": "mp-61", "audience": "followers", "due": "2026-11-20T18:00"})

    assert [(wave.subject, wave.text) for wave in loaded()] == [("", "")]


def test_those_who_came_may_hear_of_it_afterwards(load, event, noon):
    guest = make_registration(event, came=True).contact
    noon.move_to(event.ends_at + timedelta(days=1))

    load(WAVE | {"audience": "came", "due": "now"})
    tick()

    assert [row.contact for row in Delivery.objects.filter(key__startswith="wave:")] == [guest]


# Loading again


def everything():
    return list(Wave.objects.order_by("pk").values())


@pytest.mark.parametrize("due", ["2026-11-19T18:00", "now"])
def test_loading_again_changes_nothing(load, due, noon):
    load(WAVE | {"due": due})
    before = everything()
    noon.shift(60)

    load(WAVE | {"due": due})

    assert everything() == before


def test_two_that_say_the_same_are_known_by_their_time(load, noon):
    both = WAVE, WAVE | {"due": "2026-12-07T18:00"}
    load(*both)
    noon.move_to(datetime.fromisoformat("2026-11-19T18:01:00+03:00"))
    tick()
    before = everything()

    load(*both)

    assert everything() == before


def test_what_has_not_left_may_be_moved(load):
    load(WAVE)
    load(WAVE | {"due": "2026-11-25T18:00"})
    assert released() == [(1, at("2026-11-25T15:00"))]

    load(WAVE | {"due": "now"})
    assert released() == [(1, timezone.now())]


def test_what_has_left_stays_as_it_is(load, event):
    make_follower(event.series)
    load(WAVE | {"due": "now"})
    tick()
    before = everything()

    load(WAVE | {"due": "2026-11-25T18:00"})
    tick()

    assert everything() == before
    assert Delivery.objects.count() == 1


def test_what_an_organizer_called_off_or_paused_stays_so(load):
    note = WAVE | {"audience": "registered"}
    load(WAVE, note)
    loaded().get(number=1).cancel()
    loaded().get(number=None).pause()

    load(WAVE, note)

    assert sorted(loaded().values_list("state", flat=True)) == ["cancelled", "paused"]


def test_an_old_file_is_loaded_after_its_evening_as_well(load, event, noon):
    load(WAVE)
    noon.move_to(event.ends_at + timedelta(days=30))
    before = everything()

    load(WAVE)

    assert everything() == before


def test_a_draft_with_an_organizers_words_keeps_its_place(load, event):
    event.waves.filter(number=1).update(text="Her own words")

    load(WAVE)

    assert released() == [(2, at("2026-11-19T15:00"))]
    assert event.waves.get(number=1).text == "Her own words"


# What cannot be


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"audience": "everybody"}, 'waves[0].audience: "everybody" is unknown; there are follow'),
        ({"audience": "ticked"}, 'waves[0].audience: "ticked" is unknown'),
        ({"event": "mp-62"}, 'waves[0].event: there is no evening "mp-62"'),
        ({"due": "2026-11-31T18:00"}, 'waves[0].due: there is no such date and time as "2026-11-'),
        ({"due": "2026-11-19T18:00+03:00"}, "waves[0].due: "),
        ({"due": "tomorrow"}, 'waves[0].due: "tomorrow" is no wall time'),
        ({"due": None}, "waves[0].due: null is no text"),
        ({"text": "Hello {foo}"}, "waves[0].text: nothing fills in {foo}; there are {name}, {even"),
        ({"subject": "{token}"}, "waves[0].subject: nothing fills in {token}"),
        ({"subject": "For {name}"}, "waves[0].subject: nothing fills in {name}; there are {even"),
        ({"subject": "a\nBcc: x@y.z"}, "waves[0].subject: "),
        ({"subject": "x" * 151}, "waves[0].subject: at most 150 characters fit"),
        ({"text": 1}, "waves[0].text: 1 is no text"),
        ({"anyway": 1}, "waves[0].anyway: 1 is neither true nor false"),
        ({"line": "web"}, 'waves[0]: unknown key "line"; known are event, audience, due, anyway,'),
        ({"due": "2026-11-18T18:00"}, "waves[0]: earlier than 21 days before people cool down"),
        ({"due": "1999-11-18T18:00", "anyway": True}, "waves[0]: this is more than a year before"),
        ({"due": "2026-12-10T19:00"}, "waves[0]: the evening has begun by then"),
        ({"due": "2026-12-10T19:00", "audience": "registered"}, "waves[0]: the evening has begun"),
        ({"due": "2026-12-30T19:00", "audience": "came"}, "waves[0]: this is more than a week aft"),
        ({"text": "", "audience": "registered"}, "waves[0]: a message to these people needs a tex"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(refused, change, line):
    (found,) = refused(WAVE | change)

    assert found.startswith(line)


def test_earlier_than_the_limit_only_on_purpose(load):
    load(WAVE | {"due": "2026-11-18T18:00", "anyway": True})

    assert released() == [(1, at("2026-11-18T15:00"))]


@pytest.mark.parametrize("first", [(), ("now",)])
def test_a_third_invitation_is_refused(load, refused, first):
    """Two in the file, or one in it and others that left, were released or written before."""
    told = [WAVE | {"subject": f"Number {n}"} for n in range(3)]
    load(*(wave | {"due": due} for wave, due in zip(told, first, strict=False)))
    tick()

    (line,) = refused(*told)

    assert line.endswith("has its two invitations; a third one annoys more than it brings")


def test_a_cancelled_evening_invites_nobody(event, refused):
    event.cancel()

    assert refused(WAVE) == ["waves[0]: this evening is cancelled and its people were told"]


def test_the_same_wave_twice_is_refused(refused):
    assert refused(WAVE, WAVE) == ['waves[1].event: "mp-61" stands twice, first at waves[0]']


# What leaves


def followers(count):
    return [
        {"email": f"f{n}@example.org", "name": f"Ann {n}", "series": "minsk-python"}
        | {"consent": True}
        for n in range(count)
    ]


def sent(sink):
    return [line.split()[1] for line in sink.log.read_text().splitlines()]


@pytest.mark.django_db(transaction=True)
def test_each_follower_of_a_file_gets_it_once_however_often_it_is_loaded(load, start_sink):  # noqa: F811
    sink = start_sink()
    wave = WAVE | {"due": "now"}
    everybody = sorted(person["email"] for person in followers(30))

    for _again in range(2):
        load(wave, contacts=followers(30))
        tick()
        Sender().run()
        assert sorted(sent(sink)) == everybody

    letter = Delivery.objects.get(address="f7@example.org").render()
    assert letter.subject == "Evening 61"
    assert "Hello Ann 7, we meet again." in letter.text
    call_command("check_invariants", stdout=StringIO())


def test_one_of_unknown_fate_leaves_again_only_when_all_reports_are_in(
    load,
    event,
    start_sink,  # noqa: F811
    noon,
):
    sink = start_sink("dot_drop")
    make_follower(event.series)
    load(WAVE | {"due": "now"})
    tick()
    Sender().run()
    noon.shift(24 * 3600)

    call_command("reconcile", stdout=StringIO())
    Sender().run()
    assert sent(sink) == []

    call_command("reconcile", "--feed-complete-until", "2026-11-20T00:00Z", stdout=StringIO())
    Sender().run()
    assert len(sent(sink)) == 1


def test_nothing_leaves_before_it_is_due(load, event, noon):
    make_follower(event.series)
    load(WAVE)
    tick()
    assert not Delivery.objects.exists()

    noon.move_to(datetime.fromisoformat("2026-11-19T18:00:01+03:00"))
    tick()
    assert Delivery.objects.count() == 1


def test_now_is_now_at_night_as_well_but_not_for_who_told_us_her_zone(load, event, noon):
    make_follower(event.series)
    zoned = make_contact(time_zone="Europe/Minsk")
    make_follower(event.series, zoned)
    noon.move_to(datetime.fromisoformat("2026-11-20T03:00:00+03:00"))

    load(WAVE | {"due": "now"})
    tick()

    leaves = {row.contact.time_zone: row.not_before for row in Delivery.objects.all()}
    assert leaves == {"": timezone.now(), "Europe/Minsk": at("2026-11-20T05:00")}


def test_a_draft_waits_for_its_announcement(load, noon):
    draft = make_event(make_series("other"), slug="o-1", starts="2026-12-01T19:00", status="draft")
    make_follower(draft.series)
    load(WAVE | {"event": "o-1", "due": "now"})
    tick()
    assert not Delivery.objects.exists()

    draft.publish()
    noon.shift(3600)
    tick()
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "audience",
    ["followers", "past_attendees", "not_seen", "registered", "waiting", "came", "did_not_come"]
    + ["speakers", "crew"],
)
def test_every_audience_can_be_written_to(load, event, audience):
    past = make_event(event.series, starts="2026-06-10T19:00")
    seen = make_registration(past).contact
    make_follower(event.series, seen)
    make_registration(event, came=True)
    make_registration(event, came=False)
    make_registration(event, "waiting")
    owner = make_user()
    make_contact(owner.email, user=owner)
    event.series.organizers.create(user=owner, role="owner")

    load(WAVE | {"audience": audience, "due": "now"})
    tick()

    expected = {"registered": 2, "speakers": 0}.get(audience, 1)
    assert Delivery.objects.filter(key__startswith="wave:").count() == expected
