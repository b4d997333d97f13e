"""What we hold of a person, for herself (T71); and that no table is left out (T71, T72)."""

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.cache import cache

from people.holdings import everything_of, holdings
from people.models import Contact, User
from tests.builders import make_contact, make_event, make_registration
from tests.forgotten import EMAIL, MESSENGER, NAME, PHONE, WORDS, Canary

pytestmark = pytest.mark.django_db

# Tables that know people and are in nobody's file, each with the reason.
NOT_HERS = {
    "auth.Group": "roles are ours; the name is no person's",
    "auth.Permission": "Django's, unused",
    "registrations.DoorKey": "a helper's link; whom it is for goes with it (period “door links”)",
    "registrations.Import": "a file about many; emptied in days, deleted if one is erased",
    "speakers.Offer": "by which organizer a reserve was asked",
    "speakers.Review": "an organizer's opinion of a proposal, hers to show; blanked on erasing",
    "speakers.Score": "marks of such an opinion",
    "speakers.Step": "moves of a proposal, which is in the file; notes are blanked on erasing",
    "people.User_groups": "unused",
    "people.User_user_permissions": "unused",
    "account.EmailConfirmation": "keys of the account; go with its address",
    "meetups.Series": "what a series calls itself and where it is answered",
    "meetups.Partner": "a place or partner, not a guest",
    "mailings.Wave_people": "shown as the messages she was picked for",
    "mailings.Digest": "says which organizer released it",
    "speakers.Speaker_series": "shown by her profile and its talks",
    "speakers.Talk_speakers": "shown as her talks",
    "venues.Venue": "an address of a house, and whom to ask there",
    "venues.Room": "its name",
    "speakers.Call": "names of formats and calls",
    "speakers.Format": "name of a kind of talk",
    "speakers.Criterion": "name of a criterion",
    "meetups.Line": "name of a line of topics",
    "meetups.Cycle": "name of a cycle",
    "outbox.Channel": "name of a way out",
    "outbox.Heartbeat": "name of a loop",
    "contenttypes.ContentType": "Django's list of tables",
    "sessions.Session": "signed and unreadable; deleted with the account, or within 12 hours",
}
ABOUT_PEOPLE = {"email", "address", "name", "phone", "ip", "messenger", "by_email", "told"}


def points_to_people(model, seen=()):
    """Whether a path of foreign keys leads from its rows to a person."""
    if model in {Contact, User}:
        return True
    targets = {
        field.remote_field.model for field in model._meta.concrete_fields if field.remote_field
    }
    return any(points_to_people(to, (*seen, model)) for to in targets - {model, *seen})


def knows_people(model):
    names = {field.name for field in model._meta.concrete_fields}
    return bool(names & ABOUT_PEOPLE) or points_to_people(model)


def test_every_table_that_knows_people_is_in_the_file_or_has_a_reason_not_to_be():
    known = {
        one._meta.label for one in apps.get_models(include_auto_created=True) if knows_people(one)
    }
    held = {holding.model._meta.label for holding in holdings}
    assert known - held - set(NOT_HERS) == set()
    assert set(NOT_HERS) & held == set()


@pytest.fixture
def canary(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    return Canary()


def taken(client, seat):
    answer = client.post(f"/registrations/{seat.token}/my-data/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_the_file_holds_a_row_of_every_table(canary, client):
    archive = taken(client, canary.old)
    told = json.loads(archive.read("my-data.json"))
    tables = {one["table"]: one["rows"] for one in told["tables"]}
    missing = {holding.model._meta.label_lower for holding in holdings} - set(tables)
    assert missing <= {"meetups.organizer", "admin.logentry"}  # she has no role and did nothing
    said = {table: json.dumps(rows, ensure_ascii=False) for table, rows in tables.items()}
    for mark, table in [
        (EMAIL, "people.contact"), (PHONE, "people.contact"), (MESSENGER, "people.contact"),
        (NAME, "people.contact"), ("203.0.113.0/24", "meetups.subscription"),
        ("canary form", "meetups.subscription"), (WORDS, "registrations.answer"),
        (WORDS, "registrations.registration"), (NAME, "registrations.scan"),
        (WORDS, "registrations.feedback"), (WORDS, "speakers.speaker"),
        (WORDS, "speakers.proposal"), (canary.talk.title, "speakers.talk"),
        ("CC0 1.0", "speakers.consent"), (WORDS, "speakers.comment"), (WORDS, "speakers.remark"),
        (WORDS, "speakers.voice"), (WORDS, "speakers.topic"), (EMAIL.lower(), "speakers.lead"),
        (WORDS, "outbox.delivery"), (EMAIL, "outbox.attempt"), ("came back", "outbox.mailevent"),
        (WORDS, "mailings.phonecall"), ("2026-2", "mailings.opinion"),
        ("held back by cap", "mailings.heldback"), (WORDS, "meetups.member"),
        ("203.0.113.77", "usersessions.usersession"), (NAME, "people.user"),
    ]:  # fmt: skip
        assert mark in said[table], table


def test_the_file_carries_what_she_uploaded_and_a_page_to_read(canary, client):
    archive = taken(client, canary.old)
    files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    assert files == [WORDS.encode(), WORDS.encode()]
    page = archive.read("my-data.html").decode()
    assert NAME in page
    assert WORDS in page


def test_no_key_and_no_other_persons_row_is_in_it(canary, client):
    other = make_registration(canary.past, contact=make_contact("other@example.org", "Olga Other"))
    archive = taken(client, canary.old)
    said = archive.read("my-data.json").decode()
    for secret in (canary.old.seed, canary.old.token_hash, canary.user.password, other.seed):
        assert secret not in said
    for stranger in ("other@example.org", "Olga Other", "colleague@example.org"):
        assert stranger not in said


def test_the_page_says_in_words_what_there_is_and_hands_out_nothing(canary, client):
    page = client.get(f"/registrations/{canary.old.token}/my-data/")
    text = page.content.decode()
    assert "Registrations: 2" in text
    assert WORDS not in text
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "strict-origin"


def test_the_page_asks_as_often_for_many_rows_as_for_one(client, django_assert_max_num_queries):
    contact = make_contact()
    seat = make_registration(make_event(), contact=contact)
    make_registration(make_event(), contact=contact)
    with django_assert_max_num_queries(95) as few:
        client.get(f"/registrations/{seat.token}/my-data/")
    for _each in range(3):
        make_registration(make_event(), contact=contact)
    with django_assert_max_num_queries(len(few)):
        client.get(f"/registrations/{seat.token}/my-data/")


def test_too_many_files_within_the_hour_have_to_wait(client, settings):
    cache.clear()
    settings.RATE_LIMIT_SCALE = 0.1  # one instead of ten
    url = f"/registrations/{make_registration(make_event()).token}/my-data/"
    assert [client.post(url).status_code for _each in range(2)] == [200, 429]


def test_a_foreign_link_opens_nothing(client):
    assert client.get(f"/registrations/{'x' * 22}/my-data/").status_code == 404
    assert client.post(f"/registrations/{'x' * 22}/erase/", {"sure": "on"}).status_code == 404


def test_nothing_is_found_for_nobody():
    assert [one.holding.name for one in everything_of(make_contact())] == ["people"]
