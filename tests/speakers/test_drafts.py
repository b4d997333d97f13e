"""A proposal is saved as it is typed; it may begin with a personal invitation (need 89)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from speakers.models import Lead, Proposal, Speaker
from tests.builders import make_call, make_contact, make_proposal, make_series
from tests.owed import letters
from tests.speakers.proposing import TYPED, code_to, prove, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call(make_series(slug="x", name="Minsk Python"))


# Saving


def test_what_is_typed_is_saved_at_an_address_of_its_own(client, call):
    answer = save(client, title="Half a", email="ada@exam")
    assert answer.status_code == 200
    url = answer.json()["url"]
    draft = Proposal.objects.get()
    assert url == f"/talks/drafts/{draft.draft_token}/"
    assert answer.json()["saved_at"].startswith(str(timezone.now().date()))

    assert save(client, url, title="Half a title", email="ada@example.org").json()["url"] == url

    page = Client().get(url).content.decode()
    assert 'value="Half a title"' in page
    assert 'value="ada@example.org"' in page
    assert Proposal.objects.count() == 1
    assert letters() == []


def test_a_field_that_cannot_be_kept_is_named_and_the_others_are_saved(client, call):
    answer = save(client, title="Short", abstract="A" * 20_001)
    assert "20000" in answer.json()["problem"]
    assert Proposal.objects.get().title == "Short"


def test_without_script_a_button_saves(client, call):
    answer = client.post("/series/x/talks/new/", {"save": "1", "title": "Later"})
    draft = Proposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        302, f"/talks/drafts/{draft.draft_token}/",
    )  # fmt: skip
    assert "Keep the address of this page" in client.get(answer["Location"]).content.decode()


def test_a_draft_is_sent_in_from_its_address_and_then_opens_nothing(client, call):
    url = save(client, title="Half").json()["url"]
    assert client.post(url, TYPED).status_code == 302
    client.post("/talks/code/", {"code": code_to()})
    assert Proposal.objects.get().state == "submitted"
    assert client.get(url).status_code == 404
    assert save(client, url, title="Late").status_code == 404
    assert Proposal.objects.get().title == TYPED["title"]


def test_a_draft_keeps_its_address_to_itself(client, call):
    url = save(client, title="Half").json()["url"]
    answer = client.get(url)
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert 'name="robots" content="noindex"' in answer.content.decode()


def test_a_draft_of_a_call_that_closed_can_still_be_read(client, call, time_machine):
    url = save(client, title="Half", abstract="A thought").json()["url"]
    call.closes_on = timezone.now().date()
    call.save()
    time_machine.move_to(timezone.now() + timedelta(days=2))
    page = client.get(url)
    assert page.status_code == 200
    assert "A thought" in page.content.decode()
    assert save(client, url, title="Late").status_code == 409
    assert client.post(url, TYPED).status_code == 409


def test_drafts_nobody_proved_vanish_after_a_week(client, call, time_machine):
    save(client, title="Stranger's")
    hers = Client()
    prove(hers)
    save(hers, title="Hers", name="Ada")
    time_machine.move_to(timezone.now() + timedelta(days=8))
    Proposal.objects.forget_drafts()
    assert [draft.title for draft in Proposal.objects.all()] == ["Hers"]


# One whose address is proved


def test_a_proved_person_is_asked_for_no_address_and_sends_in_at_once(client, call):
    make_proposal(call, contact=make_contact("ada@example.org", "Ada Lovelace"))
    prove(client)
    form = client.get("/series/x/talks/new/").context["form"]
    assert not {"name", "email"} & form.fields.keys()

    answer = client.post("/series/x/talks/new/", {"title": "Second", "abstract": "More."})

    second = Proposal.objects.get(title="Second")
    assert answer["Location"] == second.parts.get().get_absolute_url()
    assert second.state == "submitted"
    assert letters(about=f"proposal:{second.pk}") == ["speakers/received"]
    assert Speaker.objects.count() == 1


def test_a_proved_person_we_have_no_name_of_is_asked_for_it(client, call):
    prove(client, "new@example.org")
    form = client.get("/series/x/talks/new/").context["form"]
    assert "name" in form.fields
    assert "email" not in form.fields
    client.post("/series/x/talks/new/", {"name": "New", "title": "T", "abstract": "A"})
    assert Speaker.objects.get().name == "New"


def test_her_draft_opens_for_nobody_else(client, call):
    prove(client)
    url = save(client, title="Mine", name="Ada").json()["url"]
    assert client.get(url).status_code == 200
    stranger = Client()
    assert stranger.get(url)["Location"] == "/talks/mine/"
    assert save(stranger, url, title="Not mine").status_code == 403
    other = Client()
    prove(other, "eve@example.org")
    assert other.post(url, {"title": "T", "abstract": "A"})["Location"] == "/talks/mine/"
    assert Proposal.objects.get().title == "Mine"


# Personal invitations


@pytest.fixture
def lead(call):
    return Lead.objects.create(series=call.series, name="Grace Hopper", email="g@x.org")


def test_a_personal_invitation_greets_and_changes_nothing_by_a_look(client, lead):
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "Grace Hopper, speak with us" in page
    assert 'value="Grace Hopper"' in page
    assert "g@x.org" not in page
    lead.refresh_from_db()
    assert lead.state == "lead"
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [("lead", "agreed"), ("contacted", "agreed"), ("agreed", "agreed"), ("spoke", "spoke")],
)
def test_who_was_asked_and_sends_in_has_agreed(client, lead, before, after):
    Lead.objects.update(state=before)
    client.post(lead.get_absolute_url(), TYPED)
    lead.refresh_from_db()
    assert lead.state == before
    client.post("/talks/code/", {"code": code_to()})
    lead.refresh_from_db()
    assert lead.state == after
    proposal = Proposal.objects.get()
    assert (proposal.origin, proposal.lead) == ("invited", lead)


def test_an_invitation_that_is_none_is_not_there(client, lead):
    assert client.get("/talks/invitations/aaaaaaaaaaaaaaaaaaaaaa/").status_code == 404


def test_a_draft_begun_from_an_invitation_stays_one(client, lead):
    url = save(client, lead.get_absolute_url(), title="Half").json()["url"]
    assert "Grace Hopper, speak with us" in client.get(url).content.decode()
    assert Proposal.objects.get().origin == "invited"
