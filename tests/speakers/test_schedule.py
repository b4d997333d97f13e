"""The frab schedule of a series, as JSON and as XML."""

from datetime import timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from speakers.models import Talk
from tests.builders import (
    make_call,
    make_event,
    make_line,
    make_proposal,
    make_series,
    make_slot,
    make_talk,
)

pytestmark = pytest.mark.django_db

CONFERENCE = {"acronym", "title", "start", "end", "daysCount", "timeslot_duration",
              "time_zone_name", "rooms", "tracks", "days", "url"}  # fmt: skip
TALK = {"guid", "id", "date", "start", "duration", "room", "slug", "url", "title", "subtitle",
        "track", "type", "language", "abstract", "description", "persons", "links",
        "attachments"}  # fmt: skip


@pytest.fixture
def series():
    return make_series("minsk", time_zone="Europe/Minsk", language="ru")


def read(series, ending="json"):
    answer = Client().get(f"/schedule/{series.slug}.{ending}")
    assert answer.status_code == 200
    return answer.json()["schedule"] if ending == "json" else ET.fromstring(answer.content)  # noqa: S314


def talks_of(series):
    days = read(series)["conference"]["days"]
    return [talk for day in days for talks in day["rooms"].values() for talk in talks]


def test_a_talk_stands_with_its_day_room_time_and_people(series):
    event = make_event(series, starts="2027-12-09T19:00", line=make_line(series, "web", "Web"))
    make_slot(event, "welcome", minutes=10)
    talk = make_talk(
        event, "Очередь", speakers=["Вера"], abstract="Про *очереди* & замки.",
        video_url="https://video.example.org/1", slides_url="https://slides.example.org/1",
    )  # fmt: skip

    conference = read(series)["conference"]

    assert conference.keys() == CONFERENCE
    assert (conference["acronym"], conference["time_zone_name"]) == ("minsk", "Europe/Minsk")
    assert (conference["start"], conference["end"], conference["daysCount"]) == (
        "2027-12-09", "2027-12-09", 1,
    )  # fmt: skip
    assert conference["tracks"] == [{"name": "Web"}]
    (told,) = talks_of(series)
    assert told.keys() == TALK
    assert UUID(told["guid"]) == talk.guid
    assert (told["date"], told["start"], told["duration"]) == (
        "2027-12-09T19:10:00+03:00", "19:10", "00:20",
    )  # fmt: skip
    assert told["abstract"] == "Про очереди & замки."
    assert [person["public_name"] for person in told["persons"]] == ["Вера"]
    assert told["links"] == [{"url": "https://video.example.org/1", "title": "Video"}]
    assert told["attachments"] == [{"url": "https://slides.example.org/1", "title": "Slides"}]


def test_the_xml_says_the_same(series):
    event = make_event(series, starts="2027-12-09T19:00")
    title = "<Types> & \x0bqueues"
    talk = make_talk(event, title, speakers=["Ada"], video_url="https://a.example/?a=1&b=2")

    root = read(series, "xml")

    (told,) = root.findall("./day/room/event")
    assert told.get("guid") == str(talk.guid)
    assert told.findtext("title") == "<Types> & queues"
    assert told.findtext("./persons/person") == "Ada"
    assert told.find("./links/link").get("href") == "https://a.example/?a=1&b=2"
    assert root.findtext("version") == read(series)["version"]


def test_only_talks_that_may_be_shown_are_in_it(series):
    event = make_event(series)
    call = make_call(series)
    make_proposal(call, "accepted", slot=make_slot(event, "talk"), title="Not agreed")
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), title="Agreed")
    make_talk(make_event(series, starts_in=timedelta(days=-9)), "Hidden", visibility="link")
    make_talk(make_event(series, status="draft"), "Planned")
    make_talk(make_event(series, status="cancelled"), "Off")
    make_talk(make_event(), "Of others")

    assert [talk["title"] for talk in talks_of(series)] == ["Agreed"]


def test_what_will_remain_of_a_talk_is_not_passed_on_where_she_allows_it_nowhere(series):
    event = make_event(series)
    proposal = make_proposal(make_call(series), "confirmed", slot=make_slot(event, "talk"))
    proposal.consent(proposal.parts.get(), "nowhere")
    Talk.objects.update(video_url="https://a.example/v", slides_url="https://a.example/s")

    (told,) = talks_of(series)

    assert (told["links"], told["attachments"]) == ([], [])


def test_a_guid_stays_when_its_talk_moves(series):
    proposal = make_proposal(make_call(series), "confirmed")
    before = talks_of(series)[0]["guid"]

    proposal.place(make_slot(make_event(series), "talk"), agreed=True)

    assert talks_of(series)[0]["guid"] == before


def test_an_empty_series_is_an_empty_schedule_and_an_unknown_one_404(series):
    assert read(series)["conference"]["days"] == []
    assert read(series, "xml").findall("day") == []
    assert Client().get("/schedule/unknown.json").status_code == 404
    assert Client().get("/schedule/unknown.xml").status_code == 404


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_programs_elsewhere_read_it_and_an_unchanged_one_is_not_sent_again(series, ending):
    make_talk(make_event(series), speakers=["Ada"])
    path = f"/schedule/minsk.{ending}"
    answer = Client().get(path)

    assert answer["Access-Control-Allow-Origin"] == "*"
    again = Client().get(path, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    make_talk(make_event(series))
    assert Client().get(path, headers={"if-none-match": answer["ETag"]}).status_code == 200


@pytest.mark.parametrize("evenings", [1, 8])
def test_a_schedule_takes_four_queries(series, evenings, django_assert_num_queries):
    for _n in range(evenings):
        event = make_event(series)
        for _m in range(3):
            make_talk(event, speakers=["Ada", "Bea"])

    with django_assert_num_queries(4):
        assert Client().get("/schedule/minsk.json").status_code == 200
