"""What organizers see of consent: its evidence, its end, and channels that rest."""

from mailings.models import Rest
from meetups.models import Subscription
from outbox.models import Delivery
from tests.admin.pages import change_url
from tests.builders import make_follower, make_line


def test_the_evidence_of_a_consent_stands_on_the_persons_page(client, ours):
    make_follower(ours.series, ours.contact, source="event mp-61", network="192.0.2.0/24",
                  text_version="follow-2026-11")  # fmt: skip
    page = client.get(change_url(ours.member)).content.decode()
    for evidence in ("event mp-61", "192.0.2.0/24", "follow-2026-11"):
        assert evidence in page


def test_an_organizer_stops_the_news_for_somebody_who_said_so(client, ours):
    make_follower(ours.series, ours.contact)
    for n, kind in enumerate(["promotional", "service"]):
        Delivery.objects.post(ours.contact, "plain", {}, key=f"k{n}", message_class=kind,
                              realm=ours.series.realm)  # fmt: skip
    url = change_url(ours.member).replace("change", "stop-writing")
    assert "1 message that waits is taken back" in client.get(url).content.decode()
    assert Subscription.objects.confirmed().count() == 1
    client.post(url)
    assert Subscription.objects.confirmed().count() == 0
    states = Delivery.objects.filter(key__in=["k0", "k1"]).order_by("key")
    assert list(states.values_list("state", flat=True)) == ["cancelled", "queued"]


def test_nobody_stops_the_news_of_another_series(client, ours, theirs):
    make_follower(theirs.series, theirs.contact)
    url = change_url(theirs.member).replace("change", "stop-writing")
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert Subscription.objects.confirmed().count() == 1


def test_a_resting_channel_stands_on_the_desk_and_is_lifted_by_a_verb(client, ours, theirs):
    Rest.objects.begin(ours.series, make_line(ours.series, "web", "Web"), "email", 12, 5)
    Rest.objects.begin(theirs.series, None, "email", 20, 9)
    rest = Rest.objects.get(series=ours.series, channel="email")
    desk = client.get("/admin/").content.decode()
    assert "Web rests on this channel: e-mail. 5 of 12 people said that it annoys them." in desk
    assert "9 of 20" not in desk
    url = change_url(rest).replace("change", "lift")
    assert client.get(url).status_code == 200
    assert rest.ended_at is None
    client.post(url)
    rest.refresh_from_db()
    assert rest.ended_at is not None
    foreign = change_url(Rest.objects.get(series=theirs.series, channel="email"))
    assert client.post(foreign.replace("change", "lift")).status_code == 404


def test_only_organizers_see_what_rests(as_role, ours):
    Rest.objects.begin(ours.series, None, "email", 12, 5)
    rest = Rest.objects.get(channel="email")
    for role, status in {"organizer": 200, "reviewer": 403, "door": 403}.items():
        browser = as_role(role)
        assert browser.get("/admin/mailings/rest/").status_code == status
        lifted = browser.post(change_url(rest).replace("change", "lift"))
        assert (lifted.status_code == 302) == (role == "organizer")
