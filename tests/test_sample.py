"""sample: what a trial shows, loaded once into an empty database."""

import time
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from config.sample.building import address, community, logins
from config.tick import tick
from mailings.models import Digest, HeldBack, Wave
from meetups.models import Event, Organizer, Series
from outbox.models import Delivery
from people.models import Contact, User
from registrations.models import Registration
from speakers.models import Call, Lead, Proposal, Rehearsal, Review, Speaker, Talk, Topic
from speakers.states import State
from tests.builders import make_series
from tests.threads import patience

pytestmark = pytest.mark.django_db

LOGINS = [
    "Login: owner@example.org  password: third-thursday",
    "Login: organizer@example.org  password: third-thursday",
    "Login: reviewer@example.org  password: third-thursday",
    "Login: door@example.org  password: third-thursday",
    "Login: montreal@example.org  password: third-thursday",
]


def sample(*arguments):
    said = StringIO()
    call_command("sample", *arguments, stdout=said)
    return said.getvalue().splitlines()


def test_a_database_in_use_is_left_alone():
    make_series()

    assert sample("--if-empty") == []
    with pytest.raises(CommandError, match="There are series already"):
        sample()
    assert not Event.objects.exists()


def test_the_sample_takes_seconds_leaves_nothing_to_be_sent_and_breaks_no_invariant():
    began = time.monotonic()
    sample()
    took = time.monotonic() - began

    assert took < patience(15)
    assert not Delivery.objects.unsent().exists()
    call_command("check_invariants", stdout=StringIO())
    for seat in Registration.objects.filter(event__starts_at__lt=timezone.now()):
        assert seat.created_at < seat.event.starts_at


@pytest.mark.parametrize("now", ["2026-11-22T12:00Z", "2026-12-01T07:30Z"])
def test_messages_to_many_stand_where_an_organizer_would_have_them(now):
    with time_machine.travel(datetime.fromisoformat(now)):
        sample()
        tick()

        left = Wave.objects.get(state="started")
        states = set(left.messages().values_list("state", flat=True))
        assert states == {"sent", "bounced", "failed"}
        reasons = set(HeldBack.objects.values_list("reason", flat=True))
        assert reasons == {"registered", "less", "suppressed"}
        # Counted in followers.txt: Montréal, science or all of it, neither digest nor suppressed.
        assert left.planned == left.messages().count() == 9
        coming = Wave.objects.get(state="released")
        assert timezone.now() + timedelta(days=2) < coming.due_at
        assert {len(digest.words) > 0 for digest in Digest.objects.filter(state="planned")} == {
            True
        }
        assert not Delivery.objects.unsent().filter(message_class="promotional").exists()
        languages = set(Contact.objects.values_list("language", flat=True))
        assert {"en", "ru", "zh-hans"} <= languages


# From here on the sample is there: loading it takes most of the time.


@pytest.fixture(scope="module")
def sampled(django_db_setup, django_db_blocker):
    """What was said when the sample was loaded, once; each test finds it as it was then."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield sample("--if-empty")
        transaction.set_rollback(True)


def test_the_sample_is_loaded_and_says_who_can_sign_in(sampled):
    assert sampled[1:] == LOGINS

    assert list(Series.objects.values_list("slug", flat=True)) == [
        "minsk-python",
        "montreal-python",
    ]
    for email, password in logins():
        user = User.objects.get(email=email)
        assert user.check_password(password)
        assert user.is_staff
    assert set(Organizer.objects.filter(user__email="owner@example.org").values_list("role")) == {
        ("owner",)
    }


def test_a_second_start_only_prints_the_logins(sampled):
    before = Event.objects.count(), Talk.objects.count(), Registration.objects.count()

    assert sample("--if-empty") == LOGINS

    assert (Event.objects.count(), Talk.objects.count(), Registration.objects.count()) == before


@pytest.mark.parametrize("today", ["2026-03-02", "2026-03-05", "2026-12-30", "2028-02-29"])
def test_the_next_evening_is_a_thursday_about_three_weeks_ahead(today):
    evening = community(date.fromisoformat(today))["events"][0]

    starts = datetime.fromisoformat(evening["starts"])
    assert starts.strftime("%A %H:%M") == "Thursday 19:00"
    assert timedelta(days=18) <= starts.date() - date.fromisoformat(today) < timedelta(days=25)


def test_there_is_one_of_each_kind_of_evening(sampled):
    following = Event.objects.get(slug="minsk-python-types-queues-tests")
    assert Event.objects.upcoming().filter(series__slug="minsk-python").first() == following
    assert (following.capacity, following.seats_taken) == (80, 57)
    assert following.place == "Brick Hall, Big hall"
    assert following.entrance.startswith("The green door")
    slots = following.slots.filter(kind__in=["talk", "break"])
    assert [slot.minutes for slot in slots] == [20, 15, 20, 15, 20]

    full = Event.objects.get(slug="montreal-python-cartes")
    assert (full.seats_left("onsite"), full.registrations.waiting().count()) == (0, 6)
    both = Event.objects.get(slug="minsk-python-notebooks")
    assert (both.seats_taken, both.online_taken) == (18, 9)
    assert Event.objects.filter(status="draft").count() == 1


def test_the_archive_holds_evenings_with_a_recap_and_real_talks_with_videos(sampled):
    told = Event.objects.past().exclude(recap="").values_list("slug", "came")
    assert dict(told) == {
        "minsk-python-async": 43,
        "minsk-python-data-kitchen": 38,
        "montreal-python-robots": 22,
    }
    # Counted from the names of the files: `ls | cut -c1-10 | sort -u`, `ls | grep -o 'mp[0-9]*'`.
    evenings = Event.objects.past().filter(source__startswith="pyvideo:")
    assert evenings.filter(series__slug="minsk-python").count() == 20
    assert evenings.filter(series__slug="montreal-python").count() == 17
    talks = Talk.objects.filter(source__startswith="pyvideo:").exclude(video_url="")
    assert talks.filter(series__slug="minsk-python").count() == 67
    assert talks.filter(series__slug="montreal-python").count() == 77


def test_everybody_has_an_address_of_her_own_at_example_org():
    told = community(date(2026, 12, 1))
    addresses = [contact["email"] for contact in told["contacts"]]

    assert len(set(addresses)) == len(addresses) == 136
    assert address("Фёдор Мицкевич") == "fedor.mitskevich@example.org"
    assert all(email.endswith("@example.org") for email in addresses)


def test_speakers_are_in_every_state_and_nobody_was_written_to(sampled):
    assert set(Proposal.objects.values_list("state", flat=True)) == set(State.values)
    assert not Delivery.objects.exclude(key__startswith="wave:").exists()
    assert not Proposal.objects.owed().exists()
    assert [call.is_open for call in Call.objects.all()] == [True, True]
    (late,) = Proposal.objects.overdue()
    assert late.title == "Миграции на живой базе"
    (offered,) = Proposal.objects.offered()
    assert offered.event.slug == "minsk-python-notebooks"
    assert Proposal.objects.filter(state="reserve").count() == 2
    reviewers = set(Review.objects.values_list("user__email", flat=True))
    assert {"reviewer@example.org", "organizer@example.org"} <= reviewers
    states = set(Lead.objects.values_list("state", flat=True))
    assert states == set(Lead.State.values)
    assert all(topic.voices.exists() for topic in Topic.objects.all())
    assert Rehearsal.objects.free().count() == 2
    addresses = Speaker.objects.exclude(contact=None).values_list("contact__email", flat=True)
    assert all(email.endswith("@example.org") for email in addresses)


def test_the_coming_evening_shows_the_talks_that_were_confirmed(sampled, client):
    page = client.get("/events/minsk-python-types-queues-tests/").content.decode()

    assert [
        title in page
        for title in (
            "Типы, которые не мешают",
            "A queue that forgets nothing",
            "Tests that fail for one reason",
        )
    ] == [True, True, True]
    assert "Илья Данилюк" in page
    notebooks = client.get("/events/minsk-python-notebooks/").content.decode()
    assert "Отчёт, который собирает себя сам" not in notebooks
