"""People, talks and speakers in the admin."""

import pytest

from meetups.models import Member
from people.models import Contact
from speakers.models import Speaker, Talk
from tests.admin.pages import change_url, errors_of, save
from tests.builders import make_contact, make_event, make_member, make_slot, make_user


def test_a_person_is_added_by_address_and_known_once(client, ours):
    url = "/admin/meetups/member/add/"
    assert errors_of(save(client, url, name="Ada", email="Ada@Example.ORG")) == []
    answer = save(client, url, name="Ada again", email="ada@example.org")
    assert errors_of(answer) == ["This person is already among the people of the series."]
    member = Member.objects.get(contact__email__iexact="ada@example.org")
    assert (member.series, member.contact.name) == (ours.series, "Ada")


def test_a_name_is_hers_to_change_once_others_know_her(client, ours, theirs):
    alone = make_member(ours.series, make_contact(name="Old"))
    shared = make_member(ours.series, make_contact(name="Old"))
    make_member(theirs.series, shared.contact)
    account = make_member(ours.series, make_contact(name="Old", user=make_user()))
    for member in [alone, shared, account]:
        save(client, change_url(member), name="New", tags="speaker")
        member.refresh_from_db()
        assert member.tags == "speaker"
    names = [Contact.objects.get(pk=m.contact_id).name for m in (alone, shared, account)]
    assert names == ["New", "Old", "Old"]


def test_the_address_that_gave_consent_stays(client, ours):
    save(client, change_url(ours.member), email="other@example.org")
    ours.contact.refresh_from_db()
    assert ours.contact.email == "guest-antelope@example.org"


def test_a_person_is_not_deleted_with_the_proof_that_she_said_no(client, ours):
    url = change_url(ours.member).replace("change", "delete")
    assert client.post(url, {"post": "yes"}).status_code == 403


def test_seats_in_another_series_are_not_on_her_page(client, ours, theirs):
    make_member(theirs.series, ours.contact)
    page = client.get(change_url(ours.member)).content.decode()
    assert "antelope evening" in page
    assert "zebrafish" not in page


def test_every_message_to_a_person_is_one_click_away(client, ours):
    link = f"/admin/outbox/delivery/?contact={ours.contact.pk}"
    for thing in [ours.member, ours.registration]:
        assert link in client.get(change_url(thing)).content.decode()
    assert list(client.get(link).context["cl"].result_list) == [ours.delivery]


@pytest.mark.parametrize("email", ["nobody", "a@b", "\x00@example.org", "a" * 300 + "@example.org"])
def test_what_is_no_address_is_said_so(client, ours, email):
    answer = save(client, "/admin/meetups/member/add/", name="X", email=email)
    assert answer.status_code == 200
    assert "email" in answer.context["adminform"].form.errors


def test_speakers_are_written_by_name_and_known_ones_found(client, ours):
    slot = make_slot(ours.event, "talk")
    url = f"/admin/speakers/talk/add/?slot={slot.pk}"

    answer = save(client, url, title="Queues", names="ANTELOPE speaker\n  Grace   Hopper \n\n")

    assert errors_of(answer) == []
    talk = Talk.objects.get(title="Queues")
    assert (talk.series, talk.slot, talk.slug) == (ours.series, slot, "queues")
    assert {s.name for s in talk.speakers.all()} == {"antelope speaker", "Grace Hopper"}
    assert ours.speaker in talk.speakers.all()
    assert list(Speaker.objects.get(name="Grace Hopper").series.all()) == [ours.series]


def test_a_speaker_of_another_series_with_the_same_name_is_somebody_else(client, ours, theirs):
    save(client, "/admin/speakers/talk/add/", title="Ours", names="zebrafish speaker")
    assert theirs.speaker not in Talk.objects.get(title="Ours").speakers.all()


def test_a_place_in_an_agenda_is_given_once(client, ours):
    other = make_event(ours.series)
    taken = ours.talk.slot
    answer = save(client, "/admin/speakers/talk/add/", title="Second", slot=str(taken.pk))
    assert "slot" in answer.context["adminform"].form.errors
    assert other.slots.count() == 0


def test_the_archive_finds_an_evening_by_a_talk_renamed_in_the_admin(client, ours):
    save(client, change_url(ours.talk), title="Wombats at night")
    assert type(ours.event).objects.search("wombats").get() == ours.event


def test_a_name_with_a_link_is_refused(client, ours):
    answer = save(client, change_url(ours.talk), names="Win http://example.org")
    assert "names" in answer.context["adminform"].form.errors


def test_a_speakers_address_belongs_to_one_speaker(client, ours):
    save(client, change_url(ours.speaker), email="s@example.org")
    answer = save(client, "/admin/speakers/speaker/add/", name="Other", email="S@example.org")
    assert errors_of(answer) == ["This address cannot be used for another speaker."]
