"""How long we keep what we know of people: preview before, log after, counts remain (O24, T74)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db.models import Count
from django.utils import timezone

from meetups import keeping
from meetups.keeping import forget_due, periods_of
from meetups.models import Forgotten, KeepFor, Subscription, Wish
from outbox.models import Delivery
from people.holdings import ERASED, is_erased
from people.keeping import rules
from people.models import Contact
from registrations.models import Answer, DoorKey, Feedback, Question, Registration, Scan
from speakers.models import Lead
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_lead,
    make_member,
    make_organizer,
    make_registration,
    make_series,
    make_user,
)

pytestmark = pytest.mark.django_db

THEN = datetime.fromisoformat("2026-03-05T18:00:00+00:00")


def after(days):
    return time_machine.travel(THEN + timedelta(days=days), tick=False)


@pytest.fixture
def evening():
    """One evening with everything that a period is about; it was on the day after THEN."""
    with time_machine.travel(THEN, tick=False):
        event = make_event(starts_in=timedelta(days=1))
        guest = make_contact(name="Ines", phone="+375291234567")
        seat = make_registration(event, contact=guest)
        make_registration(event)
        make_follower(event.series, guest, network="203.0.113.0/24", source="form")
        question = Question.objects.create(series=event.series, text="Diet?")
        Answer.objects.create(question=question, contact=guest, registration=seat, value=["vegan"])
        Feedback.objects.create(registration=seat, evening=5, words="Loved it", room_words="Warm")
        key = DoorKey.objects.make(event, "door", "Boris")
        Scan.objects.create(
            event=event, key=key, registration=seat, kind="code", result="admitted",
            scanned_at=timezone.now(), told="Ines",
        )  # fmt: skip
        Registration.objects.filter(pk=seat.pk).update(
            came=True, came_by="door", appeal="granted", appeal_text="I sat at the back",
            appealed_at=timezone.now(),
        )  # fmt: skip
        Wish.objects.note(
            event.series, "w@x.org", source="form", text_version="1", network="203.0.113.0/24"
        )
        make_lead(event.series)
    return event


def attendance():
    """Who came by evening, and how many registered by month."""
    came = Registration.objects.order_by("event").values_list("event", "came", "came_by", "state")
    months = Registration.objects.order_by().values_list("created_at__year", "created_at__month")
    return list(came.annotate(n=Count("pk"))), list(months.annotate(n=Count("pk")))


def test_after_n_days_answers_phone_numbers_and_diet_notes_vanish_and_counts_remain(evening):
    before = attendance()
    with after(364):
        forget_due()
        assert Answer.objects.count() == 1
    with after(366):
        forget_due()
        assert Answer.objects.count() == 0
        assert Contact.objects.exclude(phone="").count() == 1
    with after(732):
        forget_due()
        assert Contact.objects.exclude(phone="").count() == 0
    assert attendance() == before


def _with_network():
    return [model for model in (Subscription, Wish) if model.objects.exclude(network="").exists()]


def test_each_thing_goes_on_its_day_and_marks_stay(evening):
    days = [
        (15, lambda: not _with_network()),
        (32, lambda: not Scan.objects.exclude(told="").exists() and not DoorKey.objects.exists()),
        (183, lambda: not Registration.objects.exclude(appeal_text="").exists()),
        (366, lambda: Feedback.objects.get().words == "" and Feedback.objects.get().evening == 5),
        (732, lambda: not Lead.objects.exists()),
    ]
    for day, is_gone in days:
        with after(day - 2):
            forget_due()
            assert not is_gone(), day
        with after(day):
            keeping.Heartbeat.objects.all().delete()
            forget_due()
            assert is_gone(), day


def test_the_preview_says_before_what_the_log_says_after(evening, client):
    with after(400):
        expected = {one.rule.what: one.due for one in periods_of(evening.series) if one.due}
        forget_due()
    logged = {row.what: row.count for row in Forgotten.objects.filter(series=evening.series)}
    assert logged == expected
    assert logged == {
        "answers": 1, "appeals": 1, "feedback": 1, "scans": 1, "door links": 1,
        "networks": 1, "networks of wishes": 1,
    }  # fmt: skip


def test_the_run_is_daily_and_a_second_one_changes_nothing(evening, django_assert_num_queries):
    with after(400):
        assert forget_due() == 7
        with django_assert_num_queries(1):
            assert forget_due() == 0
        keeping.Heartbeat.objects.all().delete()
        assert forget_due() == 0
    assert Forgotten.objects.count() == 7


def test_a_series_keeps_longer_shorter_or_for_good_within_bounds(evening, client):
    client.force_login(make_organizer(evening.series))
    url = f"/admin/meetups/series/{evening.series.pk}/keeping/"
    page = client.get(url).content.decode()
    assert "What we keep, and for how long" in page
    assert ">Save these periods</button>" in page
    assert ">Back</a>" in page
    assert "No, back" not in page
    beside = client.get(url.replace("keeping", "change")).content.decode()
    assert '<a class="button button-quiet" href="../keeping/">What we keep, and for' in beside
    usual = {rule.what: rule.days for rule in rules.values()}
    refused = client.post(url, usual | {"answers": 0, "scans": 4000})
    assert refused.status_code == 200
    assert not KeepFor.objects.exists()
    assert client.post(url, usual | {"answers": 30, "feedback": 0}).status_code == 302
    assert dict(KeepFor.objects.values_list("what", "days")) == {"answers": 30, "feedback": 0}
    with after(31):
        forget_due()
        assert not Answer.objects.exists()
    with after(3000):
        forget_due()
        assert Feedback.objects.exclude(words="").exists()
    client.force_login(evening.series.organizers.get().user)  # sessions are long over, too
    client.post(url, usual)
    assert not KeepFor.objects.exists()


def test_the_page_shows_what_goes_next_and_what_has_gone(evening, client):
    client.force_login(make_organizer(evening.series))
    url = f"/admin/meetups/series/{evening.series.pk}/keeping/"
    assert "Nothing yet." in client.get(url).content.decode()
    Forgotten.objects.create(
        series=evening.series, what="answers", count=17, older_than=timezone.now()
    )
    assert "<td>17</td>" in client.get(url).content.decode()
    other = make_organizer(make_series())
    client.force_login(other)
    assert client.get(url).status_code == 404


def test_who_was_not_seen_for_three_years_and_agreed_to_nothing_is_forgotten(evening):
    with time_machine.travel(THEN, tick=False):
        make_user("account@x.org")
        for address in ("gone@x.org", "account@x.org", "friend@x.org"):
            contact = make_contact(address, created_at=THEN)
            make_member(evening.series, contact, first_met=THEN)
        make_follower(evening.series, Contact.objects.get(email="friend@x.org"))
    before = attendance()
    with after(1100):
        make_registration(make_event(evening.series), contact=make_contact("new@x.org"))
        before = attendance()
        forget_due()
    assert attendance() == before
    kept = set(Contact.objects.exclude(email__endswith=ERASED).values_list("email", flat=True))
    assert "gone@x.org" not in kept
    assert {"account@x.org", "friend@x.org", "new@x.org"} <= kept
    # The other guest of the evening had a seat three years ago, and nothing since.
    assert sum(is_erased(contact) for contact in Contact.objects.all()) == 2


def test_who_comes_to_a_series_that_keeps_longer_is_left_to_it(evening):
    longer = make_series()
    longer.keeping.create(what="people", days=0)
    with time_machine.travel(THEN, tick=False):
        contact = make_contact("both@x.org")
        for series in (evening.series, longer):
            make_member(series, contact)
    with after(1200):
        forget_due()
    assert Contact.objects.filter(email="both@x.org").exists()


def test_work_is_done_in_batches_and_goes_on_with_the_next_tick(evening, monkeypatch):
    monkeypatch.setattr(keeping, "LONGEST_RUN", -1)
    with after(400):
        for _tick in range(7):
            assert forget_due() == 1
        assert forget_due() == 0
        assert keeping.Heartbeat.objects.filter(name="retention").exists()


def test_machines_addresses_go_two_weeks_after_signing_in(evening):
    user = make_user()
    old = UserSession.objects.create(user=user, ip="203.0.113.7", session_key="k", user_agent="x")
    UserSession.objects.filter(pk=old.pk).update(last_seen_at=timezone.now() - timedelta(days=15))
    forget_due()
    assert not UserSession.objects.exists()


def test_words_that_came_in_while_somebody_was_erased_go_with_the_next_run():
    contact = make_contact(f"forgotten.1{ERASED}")
    Delivery.objects.post(
        contact, "plain", {"text": "late"}, key="late", message_class="service",
        address="late@x.org",
    )  # fmt: skip
    forget_due()
    late = Delivery.objects.get()
    assert (late.address, late.context) == (contact.email, {})
