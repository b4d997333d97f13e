"""Reliability T41–T43: an organizer of series A beside series B. M9's probes, and more of them."""

from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from meetups.admin import SeriesAdmin, SeriesInline
from meetups.models import Event, Member, Organizer, Slot
from outbox.models import Delivery
from registrations.models import Registration
from speakers.models import Speaker, Talk
from tests.admin.conftest import CANARY
from tests.admin.pages import (
    VERBS,
    change_url,
    choices_of,
    form_of,
    lists,
    pages_of,
    paths,
    save,
    things,
)
from venues.models import Venue

# Pages over whole series, beside the lists.
PAGES = [
    "/admin/meetups/member/quick/",
    "/admin/speakers/proposal/board/",
    "/admin/speakers/lead/funnel/",
    "/admin/speakers/topic/matrix/",
    "/admin/speakers/topic/interview/",
    "/admin/registrations/question/form/",
]


def body(answer) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def a_copy_of(theirs) -> list:
    """Everything of the other series as the database has it."""
    rows = [
        theirs.series,
        theirs.event,
        theirs.venue,
        theirs.room,
        theirs.member,
        theirs.registration,
    ]
    rows += [theirs.talk, theirs.slot, theirs.speaker, theirs.contact, theirs.delivery]
    rows += [theirs.lead, theirs.topic, theirs.rehearsal]
    return [type(row).objects.filter(pk=row.pk).values().get() for row in rows] + [
        Organizer.objects.filter(series=theirs.series).count(),
        Slot.objects.filter(event=theirs.event).count(),
        Delivery.objects.filter(realm=theirs.series.realm).count(),
        list(theirs.series.venues.values_list("pk", flat=True)),
        list(theirs.talk.speakers.values_list("pk", flat=True)),
    ]


@pytest.fixture
def untouched(theirs):
    """At the end nothing of the other series has changed."""
    before = a_copy_of(theirs)
    yield theirs
    assert a_copy_of(theirs) == before


def test_every_registered_model_is_behind_the_wall():
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, SeriesAdmin), model
        assert all(issubclass(inline, SeriesInline) for inline in model_admin.inlines), model
        assert not model_admin.raw_id_fields, model
        assert not model_admin.autocomplete_fields, model
        assert not model_admin.list_editable, model


def test_accounts_and_what_gives_rights_are_not_in_the_admin():
    found = {model._meta.label for model in admin.site._registry}
    assert found == {
        "mailings.Digest", "mailings.Reminder", "mailings.Rest", "mailings.Wave",
        "meetups.Event", "meetups.Member", "meetups.Partner", "meetups.Series",
        "outbox.Cap", "outbox.Channel", "outbox.Delivery",
        "registrations.Question", "registrations.Registration", "speakers.Call", "speakers.Lead",
        "speakers.Offer", "speakers.Proposal", "speakers.Rehearsal",
        "speakers.Speaker", "speakers.Talk", "speakers.Topic", "venues.Venue",
    }  # fmt: skip


def test_no_list_names_anything_of_another_series(client, ours, untouched):
    for url in ["/admin/", *PAGES, *lists()]:
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert CANARY not in body(answer), url


def test_no_form_to_add_names_anything_of_another_series(client, ours, untouched):
    for path in paths():
        answer = client.get(f"/admin/{path}/add/")
        assert answer.status_code in {200, 403}, path
        assert CANARY not in body(answer), path


def test_no_page_of_ours_names_anything_of_another_series(client, ours, untouched):
    for url in pages_of(ours):
        answer = client.get(url)
        assert answer.status_code in {200, 403}, url
        assert CANARY not in body(answer), url


def test_every_page_of_theirs_is_not_there_for_reading_and_for_writing(client, ours, untouched):
    for url in pages_of(untouched):
        for answer in [client.get(url), client.post(url, {"post": "yes", "title": "x"})]:
            assert answer.status_code in {403, 404}, url
            assert CANARY not in body(answer), url


def test_what_is_theirs_answers_exactly_like_what_never_was(client, ours, untouched):
    for path, thing in things(untouched).items():
        never = uuid4() if path == "outbox/delivery" else 99_999_999
        for page in ["change", "history", "delete", *VERBS.get(path, [])]:
            answers = [client.get(f"/admin/{path}/{pk}/{page}/") for pk in (thing.pk, never)]
            assert answers[0].status_code == answers[1].status_code, (path, page)


@pytest.mark.parametrize("words", [CANARY, "zebra", f"guest-{CANARY}@example.org"])
def test_searching_finds_nothing_of_another_series(client, ours, untouched, words):
    for url in lists():
        answer = client.get(url, {"q": words})
        assert answer.status_code == 200, url
        assert f"{CANARY} " not in body(answer), url
        assert f"late-{CANARY}" not in body(answer), url
        assert answer.context["cl"].result_count == 0, url


def test_filters_take_no_id_of_another_series(client, ours, untouched):
    for url, query in [
        ("/admin/meetups/event/", {"series": untouched.series.pk}),
        ("/admin/registrations/registration/", {"event": untouched.event.pk}),
        ("/admin/registrations/registration/", {"series": untouched.series.pk}),
        ("/admin/outbox/delivery/", {"event": untouched.event.pk}),
        ("/admin/outbox/delivery/", {"contact": untouched.contact.pk}),
        ("/admin/meetups/member/", {"series": untouched.series.pk}),
        ("/admin/speakers/proposal/", {"series": untouched.series.pk}),
        ("/admin/speakers/proposal/", {"call": untouched.call.pk}),
        ("/admin/speakers/lead/", {"series": untouched.series.pk}),
        ("/admin/speakers/topic/", {"series": untouched.series.pk}),
    ]:
        answer = client.get(url, query)
        assert answer.status_code == 200, url
        assert CANARY not in body(answer), url
        if "series" not in query:
            assert answer.context["cl"].result_count == 0, url


@pytest.mark.parametrize(
    "lookup",
    [
        "contact__email__startswith", "seed__startswith", "token_hash__startswith",
        "event__series__name__contains", "contact__user__password__startswith",
        "event__series__organizers__user__email__contains",
    ],
)  # fmt: skip
def test_the_address_bar_answers_no_questions_letter_by_letter(client, ours, lookup):
    answer = client.get("/admin/registrations/registration/", {lookup: "a"})
    assert answer.status_code == 400


def test_there_is_no_autocomplete_to_ask(client, ours):
    for model, field in [("event", "venue"), ("organizer", "user"), ("slot", "talk")]:
        query = {"app_label": "meetups", "model_name": model, "field_name": field, "term": ""}
        assert client.get("/admin/autocomplete/", query).status_code == 404


def test_the_shortcut_to_any_object_is_gone(client, theirs):
    kind = ContentType.objects.get_for_model(Event)
    assert client.get(f"/admin/r/{kind.pk}/{theirs.event.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "field", "thing"),
    [
        ("meetups/event", "series", "series"),
        ("meetups/event", "venue", "venue"),
        ("meetups/event", "room", "room"),
        ("meetups/event", "line", "line"),
        ("meetups/member", "series", "series"),
        ("speakers/talk", "series", "series"),
        ("speakers/talk", "slot", "slot"),
        ("speakers/call", "series", "series"),
        ("speakers/call", "event", "event"),
        ("speakers/proposal", "call", "call"),
        ("speakers/lead", "series", "series"),
        ("speakers/lead", "topic", "topic"),
        ("speakers/rehearsal", "event", "event"),
        ("speakers/topic", "series", "series"),
        ("registrations/question", "series", "series"),
        ("registrations/registration", "event", "event"),
    ],
)
def test_nothing_is_added_below_another_series(client, ours, untouched, path, field, thing):
    url = f"/admin/{path}/add/"
    foreign = str(getattr(untouched, thing).pk)
    assert foreign not in choices_of(client, url, field)
    fill = {"title": "planted", "date": "2027-01-14", "time": "19:00", "name": "Eve", "names": ""}
    fill |= {"email": "eve@example.org", field: foreign}
    if path == "registrations/registration":
        fill.setdefault("event", ours.event.pk)

    answer = save(client, url, **fill)

    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Event.objects.filter(title="planted").exists()
    assert not Talk.objects.filter(title="planted").exists()
    assert not Member.objects.filter(contact__email="eve@example.org").exists()


@pytest.mark.parametrize(
    ("own", "field", "thing"),
    [
        ("event", "venue", "venue"),
        ("event", "room", "room"),
        ("event", "line", "line"),
        ("series", "usual_venue", "venue"),
        ("talk", "series", "series"),
        ("talk", "slot", "slot"),
    ],
)
def test_nothing_of_ours_is_pointed_at_or_moved_to_theirs(
    client, ours, untouched, own, field, thing
):
    mine = getattr(ours, own)
    before = getattr(mine, f"{field}_id")

    answer = save(client, change_url(mine), **{field: str(getattr(untouched, thing).pk)})

    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    mine.refresh_from_db()
    assert getattr(mine, f"{field}_id") == before


@pytest.mark.parametrize("own", ["event", "member"])
def test_an_evening_and_a_member_stay_in_their_series(client, ours, untouched, own):
    mine = getattr(ours, own)
    save(client, change_url(mine), series=str(untouched.series.pk))
    mine.refresh_from_db()
    assert mine.series == ours.series


def test_a_venue_or_speaker_is_not_planted_into_another_series(client, ours, untouched):
    foreign = [str(untouched.series.pk)]
    assert save(client, change_url(ours.venue), used_by=foreign).status_code == 200
    assert save(client, change_url(ours.speaker), series=foreign).status_code == 200
    assert list(ours.venue.series.all()) == [ours.series]
    assert list(ours.speaker.series.all()) == [ours.series]


def test_rows_of_their_agenda_are_not_taken_over_through_our_page(client, ours, untouched):
    url = change_url(ours.event)
    data = form_of(client, url)
    data |= {
        "slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 1, "slots-0-id": untouched.slot.pk,
        "slots-0-event": ours.event.pk, "slots-0-kind": "break", "slots-0-title": "stolen",
        "slots-0-minutes": 5, "slots-0-position": 0, "_save": "1",
    }  # fmt: skip
    client.post(url, data)
    assert not Slot.objects.filter(title="stolen").exists()


def test_a_parent_planted_in_an_inline_is_ignored(client, ours, untouched):
    url = change_url(ours.event)
    data = form_of(client, url)
    total = int(data["slots-TOTAL_FORMS"])
    row = f"slots-{total}"
    data |= {
        "slots-TOTAL_FORMS": total + 1, f"{row}-event": untouched.event.pk, f"{row}-kind": "break",
        f"{row}-title": "planted", f"{row}-minutes": 5, "_save": "1",
    }  # fmt: skip
    client.post(url, data)
    assert not Slot.objects.filter(title="planted", event=untouched.event).exists()


@pytest.mark.parametrize("action", ["mark_came", "mark_missed", "delete_selected"])
def test_an_action_with_their_ids_does_nothing(client, ours, untouched, action):
    data = {"action": action, "_selected_action": [untouched.registration.pk], "post": "yes"}
    client.post("/admin/registrations/registration/", data)
    assert Registration.objects.get(pk=untouched.registration.pk).came is None


def test_prefilled_ids_of_theirs_show_nothing(client, ours, untouched):
    for url in [
        f"/admin/meetups/event/add/?series={untouched.series.pk}&venue={untouched.venue.pk}",
        f"/admin/speakers/talk/add/?slot={untouched.slot.pk}&series={untouched.series.pk}",
        f"/admin/registrations/registration/add/?event={untouched.event.pk}",
    ]:
        assert CANARY not in body(client.get(url)), url


def test_history_of_what_both_share_names_nobody_of_the_other_series(client, ours, theirs):
    theirs.series.venues.add(ours.venue)
    LogEntry.objects.log_actions(theirs.user.pk, [ours.venue], 2, "changed", single_object=True)

    text = body(client.get(f"/admin/venues/venue/{ours.venue.pk}/history/"))

    assert CANARY not in text
    assert "somebody else" in text


def test_what_both_share_stays_with_the_other_and_cannot_be_deleted(client, ours, theirs):
    theirs.series.venues.add(ours.venue)
    theirs.series.speakers.add(ours.speaker)

    assert save(client, change_url(ours.venue), notes="ours").status_code == 302
    assert save(client, change_url(ours.speaker), website="https://example.org").status_code == 302

    assert set(ours.venue.series.all()) == {ours.series, theirs.series}
    assert set(ours.speaker.series.all()) == {ours.series, theirs.series}
    for thing in [ours.venue, ours.speaker]:
        url = change_url(thing).replace("/change/", "/delete/")
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert Venue.objects.filter(pk=ours.venue.pk).exists()
    assert Speaker.objects.filter(pk=ours.speaker.pk).exists()


def test_messages_of_the_house_are_nobodys_to_read(client, ours, admin_client):
    Delivery.objects.filter(pk=ours.delivery.pk).update(realm="", subject="Your code 123456")
    for browser in [client, admin_client]:
        assert browser.get(change_url(ours.delivery)).status_code == 404
        assert "123456" not in body(browser.get("/admin/outbox/delivery/"))


def test_a_preview_of_a_message_does_not_open_the_seat(client, ours):
    text = body(client.get(change_url(ours.delivery)))
    assert ours.registration.token not in text
    assert ours.registration.seed not in text


def test_the_pages_that_exist_are_the_ones_probed(ours, theirs):
    probed = set(things(ours))
    assert set(paths()) - probed == {"mailings/reminder", "outbox/channel"}
