"""The door's addresses: what a phone gets, and what nobody gets."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from registrations.door.snapshot import short_names
from registrations.models import DoorKey, Scan
from tests.builders import make_contact, make_event, make_registration
from tests.registrations.door.phones import crowd, make_evening, nameless

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    """A browser without cookies that insists on CSRF tokens, as real ones do."""
    return Client(enforce_csrf_checks=True)


def post(phone, key, body, page="scans/"):
    body = body if isinstance(body, str | bytes) else json.dumps(body)
    return phone.post(key.get_absolute_url() + page, body, content_type="application/json")


def said(**fields):
    return {"id": str(uuid4()), "kind": "code", "at": timezone.now().isoformat()} | fields


def test_the_page_opens_by_the_link_alone_and_only_it_may_use_the_camera(phone, client):
    event, key, _nobody = make_evening()
    page = phone.get(key.get_absolute_url())
    assert page.status_code == 200
    assert event.title in page.text
    assert "camera=(self)" in page["Permissions-Policy"]
    assert "camera=()" in client.get("/")["Permissions-Policy"]
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("strict-origin", True)
    assert "worker-src 'self'" in page["Content-Security-Policy"]
    assert not page.cookies


def test_the_worker_may_serve_the_door_and_nothing_above_it(phone):
    answer = phone.get("/door/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer


def test_a_made_up_link_and_one_of_another_kind_are_not_there(phone):
    event, _key, _nobody = make_evening()
    wall = DoorKey.objects.make(event, DoorKey.Kind.WALL)
    for token in ("x" * 22, wall.token):
        for page in ("", "snapshot/", "count/"):
            assert phone.get(f"/door/{token}/{page}").status_code == 404
        assert phone.post(f"/door/{token}/scans/").status_code == 404


def test_the_list_names_people_shortly_and_no_address(phone):
    event, key, _nobody = make_evening()
    ada = make_registration(event, contact=make_contact("a@secret.example", "Ada Maria Lovelace"))
    make_registration(event, "waiting", make_contact("b@secret.example", "Ада Белая"), guests=2)
    answer = phone.get(key.get_absolute_url() + "snapshot/")
    first, second = answer.json()["people"]
    assert first[0] == ada.pk
    assert (first[2:6], first[7:]) == (["Ada L.", 0, "seat", 0], [])
    assert (second[2:6], second[7:]) == (["Ада Б.", 2, "waiting", 0], ["Ada B."])
    assert "secret" not in answer.text
    assert "Lovelace" not in answer.text


def test_two_of_one_short_name_are_told_apart():
    names = ["Anna Koval", "Anna Kirova", "Bo", "王小明", "", "  Eve   Ng "]
    assert short_names(names) == ["Anna Kova.", "Anna Kiro.", "Bo", "王小明", "", "Eve N."]


def test_who_left_no_name_is_told_apart_by_a_number(phone):
    event, key, _nobody = make_evening()
    seats = nameless(event, 2)
    make_registration(event, contact=make_contact(name="Bo"))
    address = key.get_absolute_url() + "snapshot/"
    names = [person[2] for person in phone.get(address).json()["people"]]
    assert names == ["left no name", "left no name (2)", "Bo"]
    twice = [said(kind="name", registration=seats[1].pk) for _n in range(2)]
    post(phone, key, {"scans": twice})
    assert [one[3] for one in phone.get(address).json()["odd"]] == ["left no name (2)"]


def test_a_double_scan_says_when_she_had_come_in(phone, time_machine):
    event, key, (ada,) = make_evening(1)
    time_machine.move_to(event.starts_at, tick=False)
    post(phone, key, {"scans": [said(code=ada.ticket)]})
    time_machine.shift(600)
    post(phone, key, {"scans": [said(code=ada.ticket)]})
    (double,) = phone.get(key.get_absolute_url() + "snapshot/").json()["odd"]
    came = int(event.starts_at.timestamp())
    assert double[5:] == [came + 600, came]


def test_a_slip_of_typing_is_kept_and_fills_no_list(phone):
    event, key, _nobody = make_evening()
    slips = [said(code=code, typed=True) for code in ("bcdfghjk", "nonsense")]
    answers = post(phone, key, {"scans": [*slips, said(code="forged")]}).json()["answers"]
    assert [one["reason"] for one in answers] == ["mistyped", "mistyped", "unknown"]
    shown = phone.get(key.get_absolute_url() + "snapshot/").json()["odd"]
    assert [one[2] for one in shown] == ["unknown"]
    assert event.scans.filter(result="refused").count() == 3


def test_the_list_of_500_people_is_at_most_60_kilobytes(phone):
    event, key, _nobody = make_evening()
    crowd(event, 500, "Александра{number} Константинопольская")
    answer = phone.get(key.get_absolute_url() + "snapshot/")
    assert len(answer.json()["people"]) == 500
    assert len(answer.content) <= 60_000


def test_a_list_that_has_not_changed_is_not_sent_again(phone):
    event, key, (ada,) = make_evening(1)
    address = key.get_absolute_url() + "snapshot/"
    etag = phone.get(address)["ETag"]
    again = phone.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    post(phone, key, {"scans": [said(code=ada.ticket)]})
    assert phone.get(address, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("people", [1, 12])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_people(
    phone, people, django_assert_num_queries
):
    event, key, _seats = make_evening(people)
    post(phone, key, {"scans": [said(code="forged") for _n in range(people)]})
    with django_assert_num_queries(5):
        phone.get(key.get_absolute_url() + "snapshot/")


def test_a_batch_gets_an_answer_for_each_id_and_the_count(phone):
    event, key, (ada, eve) = make_evening(2)
    scans = [said(code=ada.ticket), said(kind="name", registration=eve.pk), said(code="forged")]
    scans.append(said(kind="walk_in", name="Somebody"))
    answer = post(phone, key, {"device": "a", "scans": scans}).json()
    assert [one["id"] for one in answer["answers"]] == [one["id"] for one in scans]
    results = [one["result"] for one in answer["answers"]]
    assert results == ["admitted", "admitted", "refused", "admitted"]
    assert answer["count"] == phone.get(key.get_absolute_url() + "count/").json()
    assert answer["count"] == {"registered": 2, "came": 2, "walk_ins": 1, "last": 4}


def test_guests_come_along_in_the_count(phone):
    event, key, _nobody = make_evening()
    seat = make_registration(event, guests=2)
    count = post(phone, key, {"scans": [said(code=seat.ticket)]}).json()["count"]
    assert (count["registered"], count["came"]) == (3, 3)


def test_what_somebody_looked_at_is_off_the_list_of_all_phones(phone):
    event, key, _nobody = make_evening()
    forged = said(code="forged")
    post(phone, key, {"scans": [forged]})
    address = key.get_absolute_url() + "snapshot/"
    assert [one[:3] for one in phone.get(address).json()["odd"]] == [
        [forged["id"], "refused", "unknown"]
    ]
    post(phone, key, {"seen": [forged["id"]]})
    assert phone.get(address).json()["odd"] == []
    assert Scan.objects.get().seen_at


def test_only_scans_of_ones_own_evening_can_be_marked_as_looked_at(phone):
    event, key, _nobody = make_evening()
    other, other_key, _nobody = make_evening()
    forged = said(code="forged")
    post(phone, key, {"scans": [forged]})
    post(phone, other_key, {"seen": [forged["id"]]})
    assert Scan.objects.get().seen_at is None


BAD = {
    "no JSON": "{",
    "nothing": "",
    "bytes": b"\xff\xfe\x00",
    "deep": "[" * 50_000,
    "a list": [],
    "a number": 1,
    "scans no list": {"scans": {"id": 1}},
    "a scan no object": {"scans": [1]},
    "ten thousand": {"scans": [{}] * 10_000},
    "fifty-one": {"scans": [said() for _n in range(51)]},
    "many looked at": {"seen": [str(uuid4())] * 51},
    "no id": {"scans": [{"kind": "code"}]},
    "an id of another kind": {"scans": [said(id=["x"])]},
    "a kind that is none": {"scans": [said(kind="self")]},
    "a kind that is a list": {"scans": [said(kind=["code"])]},
    "a huge name": {"scans": [said(kind="walk_in", name="x" * 201)]},
    "a huge body": {"scans": [said(name="x" * 200_000)]},
    "a name with a zero": {"scans": [said(kind="walk_in", name="a\x00b")]},
    "a name that is a number": {"scans": [said(kind="walk_in", name=7)]},
    "a negative registration": {"scans": [said(kind="name", registration=-1)]},
    "a huge registration": {"scans": [said(kind="name", registration=10**30)]},
    "a true registration": {"scans": [said(kind="name", registration=True)]},
    "a time that is none": {"scans": [said(at="soon")]},
    "a time before all times": {"scans": [said(at="0001-01-01T00:00:00+14:00")]},
    "a device that is a list": {"device": [], "scans": [said()], "x": 1} | {"device": ["a"]},
    "undoes nothing": {"scans": [said(kind="undo", undoes="x")]},
    "looked at nothing": {"seen": [7]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_nothing_is_stored(phone, name):
    _event, key, _nobody = make_evening()
    answer = post(phone, key, BAD[name])
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert not Scan.objects.exists()


def test_half_a_sign_and_odd_codes_are_stored_as_refused(phone):
    _event, key, _nobody = make_evening()
    codes = ["\ud800", "MTIz.x", "⁂" * 400, "../../etc", "MQ.", "=.=", "LTE.x", "1" * 500]
    answer = post(phone, key, {"scans": [said(code=code) for code in codes]})
    assert {one["result"] for one in answer.json()["answers"]} == {"refused"}
    assert Scan.objects.count() == len(codes)


def test_an_ended_link_is_gone_with_a_sentence_for_all_its_addresses(phone):
    event, key, (ada,) = make_evening(1)
    key.end()
    page = phone.get(key.get_absolute_url())
    assert (page.status_code, "This link has ended." in page.text) == (410, True)
    answers = [phone.get(key.get_absolute_url() + "snapshot/"), post(phone, key, {})]
    assert {answer.status_code for answer in answers} == {410}
    assert {answer.json()["error"] for answer in answers} == {
        "This link has ended. The organizers can give you a new one."
    }


def test_scans_kept_without_network_are_taken_until_two_hours_after_the_end(phone, time_machine):
    event, key, (ada, eve) = make_evening(2)
    time_machine.move_to(event.ends_at + timedelta(minutes=119))
    body = {"scans": [said(code=ada.ticket, offline=True)]}
    assert post(phone, key, body).json()["answers"][0]["result"] == "admitted"
    time_machine.move_to(event.ends_at + timedelta(minutes=121))
    assert post(phone, key, {"scans": [said(code=eve.ticket)]}).status_code == 410


def test_a_phone_that_asks_too_often_is_told_when_to_come_back(phone, settings):
    settings.RATE_LIMIT_SCALE = 0.003
    _event, key, _nobody = make_evening()
    answers = [phone.get(key.get_absolute_url() + "count/") for _n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1]["Retry-After"]) <= 10


def test_the_door_speaks_the_language_of_its_series(phone):
    event = make_event()
    event.series.language = "ru"
    event.series.save()
    key = DoorKey.objects.make(event, DoorKey.Kind.DOOR)
    assert '<html lang="ru"' in phone.get(key.get_absolute_url()).text
