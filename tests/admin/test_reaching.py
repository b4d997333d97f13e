"""How a person is reached, blocked addresses, limits of news and paused channels, in the admin."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from outbox.models import Cap, Channel, Delivery, MailEvent, Pause, Suppression
from people.models import Contact
from tests.admin.pages import change_url, errors_of, save
from tests.builders import make_contact, make_member
from tests.outbox.conftest import make_delivery


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def reached(member) -> tuple[str, str, str, str]:
    contact = Contact.objects.get(pk=member.contact_id)
    return contact.channel, contact.phone, contact.messenger, contact.time_zone


@pytest.fixture
def with_sms(settings):
    settings.SMS_PROVIDER = "twilio"


def test_an_organizer_writes_down_how_a_person_is_reached(client, somebody, with_sms):
    answer = save(
        client, change_url(somebody),
        channel="sms", phone="+375 29 123-45-67", time_zone="Asia/Shanghai",
    )  # fmt: skip
    assert errors_of(answer) == []
    assert reached(somebody) == ("sms", "+375291234567", "", "Asia/Shanghai")


def test_a_new_person_may_be_given_a_number_at_once(client, ours):
    url = "/admin/meetups/member/add/"
    answer = save(client, url, name="Ada", email="ada@example.org", phone="0044 20 7946 0958")
    assert errors_of(answer) == []
    assert Contact.objects.get(email="ada@example.org").phone == "+442079460958"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"channel": "voice"}, "phone"),
        ({"channel": "messenger"}, "channel"),  # no bot here: not among the choices
        ({"messenger": "@ada"}, "messenger"),
        ({"time_zone": "Minsk"}, "time_zone"),
    ],
)
def test_what_leads_nowhere_is_said_so(client, somebody, typed, field):
    answer = save(client, change_url(somebody), **typed)
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert reached(somebody) == ("email", "", "", "")


def test_a_number_given_to_another_series_is_neither_shown_nor_changed(client, ours, theirs):
    contact = make_contact(phone="+375291234567", channel="voice")
    shared = make_member(ours.series, contact)
    make_member(theirs.series, contact)

    assert "1234567" not in text_of(client.get(change_url(shared)))
    save(client, change_url(shared), phone="+375290000000", channel="email", time_zone="Asia/Tokyo")

    assert reached(shared) == ("voice", "+375291234567", "", "Asia/Tokyo")


def test_adding_somebody_known_elsewhere_overwrites_nothing_of_hers(client, ours, theirs):
    contact = make_contact("eve@example.org", phone="+375291234567", channel="voice")
    make_member(theirs.series, contact)

    save(
        client, "/admin/meetups/member/add/",
        email="eve@example.org", phone="+375290000000", channel="email",
    )  # fmt: skip

    contact.refresh_from_db()
    assert (contact.phone, contact.channel) == ("+375291234567", "voice")


def make_bounced(member, event="bounced"):
    delivery = make_delivery(contact=member.contact, address=member.contact.email)
    at = timezone.now()
    type(delivery).objects.filter(pk=delivery.pk).update(
        state="sent", handed_over_at=at, sent_at=at
    )
    MailEvent.objects.take(
        delivery, provider="plain", provider_event_id=str(delivery.pk), type=event,
        message_id=delivery.message_id, at=at,
    )  # fmt: skip


def test_a_bounce_is_on_her_page_and_an_organizer_allows_the_address_again(client, somebody):
    address = somebody.contact.email
    with time_machine.travel("2026-11-03T12:00:00Z"):
        make_bounced(somebody)
    url = change_url(somebody)
    said = "Came back on 3 November 2026 (e-mail): blocked since 3 November 2026."
    assert said in text_of(client.get(url))
    ask = url.replace("/change/", "/allow/")
    assert said in text_of(client.get(ask))
    assert Suppression.objects.covering(address).exists()

    assert client.post(ask).status_code == 302

    assert not Suppression.objects.covering(address).exists()
    assert "blocked since" not in text_of(client.get(url))
    assert "Messages go there again." in str(LogEntry.objects.latest("pk"))


def test_a_complaint_stays(client, somebody):
    make_bounced(somebody, "complained")
    url = change_url(somebody)
    assert "reported our mail as spam" in text_of(client.get(url))
    assert "/allow/" not in text_of(client.get(url))

    answer = client.post(url.replace("/change/", "/allow/"))

    assert answer.status_code == 200
    assert "Nothing here was blocked because messages came back." in text_of(answer)
    assert Suppression.objects.covering(somebody.contact.email).exists()


def test_an_owner_sets_the_limits_of_her_series(client, ours, theirs):
    page = text_of(client.get(change_url(ours.series)))
    assert "e-mail: 2 in 7 days" in page
    assert "phone call: 1 in 30 days" in page
    assert f"/admin/outbox/cap/?series={ours.series.pk}" in page

    assert errors_of(save(client, change_url(ours.cap), most="3", days="14")) == []
    new = save(client, "/admin/outbox/cap/add/", channel="voice", most="0", days="30")
    assert errors_of(new) == []
    again = save(client, "/admin/outbox/cap/add/", channel="voice", most="5", days="30")
    assert errors_of(again) == ["There is a number for this channel already: change it."]

    mine = {cap.channel: (cap.most, cap.days) for cap in Cap.objects.of(ours.series.realm)}
    assert (mine["email"], mine["voice"]) == ((3, 14), (0, 30))
    assert Cap.objects.get(pk=theirs.cap.pk).most == 2


def test_a_limit_is_not_set_for_another_series(client, ours, theirs):
    answer = save(
        client, "/admin/outbox/cap/add/", series=str(theirs.series.pk), channel="sms", most="9"
    )
    assert "series" in answer.context["adminform"].form.errors
    assert not Cap.objects.filter(channel="sms").exists()


@pytest.mark.parametrize("typed", [{"days": "0"}, {"days": "400"}, {"most": "-1"}, {"most": "x"}])
def test_a_limit_that_means_nothing_is_refused(client, ours, typed):
    assert save(client, change_url(ours.cap), **typed).status_code == 200
    assert Cap.objects.get(pk=ours.cap.pk).days == 7


@pytest.mark.parametrize(("role", "status"), [("organizer", 403), ("reviewer", 404), ("door", 404)])
def test_only_owners_change_limits(as_role, ours, role, status):
    browser = as_role(role)
    data = {"channel": "email", "most": "9", "days": "9"}
    assert browser.post(change_url(ours.cap), data).status_code in {status, 403}
    assert Cap.objects.get(pk=ours.cap.pk).most == 2


@pytest.fixture
def paused(db):
    """E-mail fails from 18:00 in Minsk on."""
    with time_machine.travel("2026-11-19T15:02:00Z", tick=False) as clock:
        channel = Channel.objects.named("email")
        make_failed()
        channel.note(tries=0, errors=0, dead_connects=20, connected=False)
        yield clock


def make_failed():
    delivery = make_delivery()
    delivery.tries.create(
        n=1, started_at=timezone.now(), phase="connect",
        text="421 busy, ask postmaster@example.net or +375291234567",
    )  # fmt: skip


def test_the_desk_says_what_stands_still_and_one_click_tries_it(paused, client, ours):
    page = text_of(client.get("/admin/"))
    said = "E-mail is paused since 18:02, next try 18:07: 421 busy, ask … or …."
    assert said in page
    hers = Delivery.objects.filter(realm=ours.series.realm, state="queued").count()
    assert f"{hers} messages wait." in page
    assert "/admin/outbox/channel/email/try/" in page
    assert "next try 18:07" in text_of(client.get("/admin/outbox/channel/email/change/"))

    assert client.post("/admin/outbox/channel/email/try/").status_code == 302

    assert not Channel.objects.named("email").is_paused
    assert "is being tried" in text_of(client.get("/admin/"))


def test_for_a_day_the_desk_says_that_it_goes_on(paused, client, ours):
    channel = Channel.objects.named("email")
    paused.shift(timedelta(minutes=6))
    channel.note(tries=1, errors=1, dead_connects=1, connected=False)  # fails again: one pause
    paused.shift(timedelta(minutes=24))
    channel.note(tries=3, errors=0, dead_connects=0, connected=True)

    client.force_login(ours.user)
    assert "E-mail was paused 18:02 – 18:32 and goes on." in text_of(client.get("/admin/"))
    assert Pause.objects.count() == 1
    paused.shift(timedelta(days=1, minutes=1))
    client.force_login(ours.user)
    assert "was paused" not in text_of(client.get("/admin/"))


def test_a_channel_that_is_not_paused_is_not_tried(client, ours):
    Channel.objects.named("email")
    answer = client.post("/admin/outbox/channel/email/try/")
    assert "not paused any more" in text_of(answer)


def test_how_fast_a_channel_may_go_is_for_superusers(client, ours, admin_client):
    Channel.objects.named("email")
    url = "/admin/outbox/channel/email/change/"
    assert client.post(url, {"rate": "5"}).status_code == 403
    assert admin_client.post(url, {"rate": "5"}).status_code == 302
    assert Channel.objects.named("email").rate == 5


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_channels_are_no_business_of_helpers(as_role, ours, role, paused):
    Channel.objects.named("email")
    browser = as_role(role)
    assert "paused since" not in text_of(browser.get("/admin/"))
    assert browser.post("/admin/outbox/channel/email/try/").status_code in {403, 404}
