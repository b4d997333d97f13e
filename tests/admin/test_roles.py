"""Who may do what: the table of meetups.rights as it is met in the browser (T41, T44, T47)."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from meetups.models import Event, Organizer, Series
from people.models import User
from registrations.models import Registration
from tests.admin.pages import change_url, errors_of, form_of, save
from tests.builders import make_event, make_organizer, make_user

LISTS = {
    "meetups/series": {"owner", "organizer"},
    "meetups/event": {"owner", "organizer", "door"},
    "meetups/member": {"owner", "organizer"},
    "venues/venue": {"owner", "organizer"},
    "outbox/delivery": {"owner", "organizer"},
    "outbox/cap": {"owner", "organizer"},
    "outbox/channel": {"owner", "organizer"},
    "mailings/digest": {"owner", "organizer"},
    "mailings/reminder": {"owner", "organizer"},
    "mailings/rest": {"owner", "organizer"},
    "mailings/wave": {"owner", "organizer"},
    "registrations/question": {"owner", "organizer"},
    "registrations/registration": {"owner", "organizer", "door"},
    "speakers/call": {"owner", "organizer"},
    "speakers/offer": {"owner", "organizer"},
    "speakers/lead": {"owner", "organizer"},
    "speakers/rehearsal": {"owner", "organizer"},
    "speakers/topic": {"owner", "organizer"},
    "speakers/proposal": {"owner", "organizer", "reviewer"},
    "speakers/talk": {"owner", "organizer", "reviewer"},
    "speakers/speaker": {"owner", "organizer", "reviewer"},
}


@pytest.mark.parametrize("role", ["owner", "organizer", "reviewer", "door"])
def test_each_role_sees_its_lists_and_no_others(as_role, role):
    browser = as_role(role)
    assert browser.get("/admin/").status_code == 200
    for path, roles in LISTS.items():
        expected = 200 if role in roles else 403
        assert browser.get(f"/admin/{path}/").status_code == expected, path


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_may_only_look_changes_nothing(as_role, ours, role):
    browser = as_role(role)
    for thing in [ours.event, ours.talk, ours.speaker, ours.series, ours.venue, ours.member]:
        answer = browser.post(change_url(thing), {"title": "changed", "name": "changed"})
        assert answer.status_code in {403, 404}, thing
    for verb in ["publish", "move", "cancel"]:
        assert browser.post(f"/admin/meetups/event/{ours.event.pk}/{verb}/").status_code == 404
    ours.event.refresh_from_db()
    assert ours.event.status == Event.Status.PUBLISHED


def test_a_helper_at_the_door_notes_who_came_and_reads_no_address(as_role, ours):
    browser = as_role("door")
    page = browser.get("/admin/registrations/registration/").content.decode()
    assert "antelope guest" in page
    assert ours.contact.email not in page
    assert (
        browser.get("/admin/registrations/registration/?q=guest-antelope@")
        .context["cl"]
        .result_count
        == 0
    )

    assert save(browser, change_url(ours.registration), came="true").status_code == 302

    ours.registration.refresh_from_db()
    assert ours.registration.came is True


def test_a_helper_at_the_door_takes_no_seat_away_and_no_list_home(as_role, ours):
    browser = as_role("door")
    url = f"/admin/registrations/registration/{ours.registration.pk}/cancel/"
    assert browser.post(url).status_code == 404
    assert browser.get(f"/admin/meetups/event/{ours.event.pk}/registrations.csv").status_code == 404
    ours.registration.refresh_from_db()
    assert ours.registration.state == Registration.State.GOING


def test_whom_a_helper_adds_is_there_already_and_gets_no_mail(as_role, ours):
    event = make_event(ours.series, capacity=5)
    url = f"/admin/registrations/registration/add/?event={event.pk}"

    answer = save(as_role("door"), url, name="Walk In", email="walk@example.org", is_here=None)

    assert errors_of(answer) == []
    seat = event.registrations.get()
    assert (seat.state, seat.came, seat.source) == ("going", True, "walk-in")
    assert not seat.contact.deliveries.exists()


def test_a_role_that_is_taken_away_ends_with_the_next_click(client, ours):
    make_organizer(ours.series)
    assert client.get(change_url(ours.event)).status_code == 200
    Organizer.objects.filter(user=ours.user).delete()
    assert client.get(change_url(ours.event)).status_code == 403
    assert client.get("/admin/").status_code == 403


def test_one_role_taken_away_leaves_the_other(client, ours, theirs):
    Organizer.objects.create(series=theirs.series, user=ours.user, role="owner")
    assert client.get(change_url(theirs.event)).status_code == 200
    Organizer.objects.filter(series=theirs.series, user=ours.user).delete()
    assert client.get(change_url(theirs.event)).status_code == 404
    assert client.get(change_url(ours.event)).status_code == 200


def test_a_user_who_is_no_longer_active_is_out_at_once(client, ours):
    User.objects.filter(pk=ours.user.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_an_organizer_does_not_see_who_runs_the_series(as_role, ours):
    page = as_role("organizer").get(change_url(ours.series)).content.decode()
    assert "organizers-TOTAL_FORMS" not in page
    assert ours.user.email not in page


def test_rows_of_organizers_that_an_organizer_posts_are_not_read(as_role, ours):
    url = change_url(ours.series)
    browser = as_role("organizer")
    data = form_of(browser, url) | {
        "organizers-TOTAL_FORMS": 1, "organizers-INITIAL_FORMS": 0, "organizers-0-id": "",
        "organizers-0-email": "friend@example.org", "organizers-0-role": "owner", "_save": "1",
    }  # fmt: skip
    browser.post(url, data)
    assert not User.objects.filter(email="friend@example.org").exists()


@pytest.mark.parametrize(
    "path", ["auth/group", "people/user", "account/emailaddress", "mfa/authenticator"]
)
def test_nobody_gives_himself_rights_through_pages_that_libraries_bring(
    client, admin_client, ours, path
):
    Group.objects.create(name="x")
    for browser in [client, admin_client]:
        for page in ["", "add/", "1/change/"]:
            assert browser.post(f"/admin/{path}/{page}", {"is_superuser": "on"}).status_code == 404


def test_fields_of_a_user_are_not_reachable_through_any_form(client, ours):
    for thing in [ours.series, ours.event, ours.member, ours.speaker]:
        url = change_url(thing)
        data = form_of(client, url) | {"is_superuser": "on", "user": ours.user.pk, "_save": "1"}
        client.post(url, data | {"organizers-0-user": 1, "organizers-0-is_superuser": "on"})
    ours.user.refresh_from_db()
    assert not ours.user.is_superuser


def test_who_runs_a_series_may_start_another_and_owns_it(client, ours):
    answer = save(
        client, "/admin/meetups/series/add/", name="Data Evenings", time_zone="Europe/Vilnius"
    )

    assert errors_of(answer) == []
    series = Series.objects.get(name="Data Evenings")
    assert series.slug == "data-evenings"
    assert list(series.organizers.values_list("user", "role")) == [(ours.user.pk, "owner")]
    assert client.get(change_url(series)).status_code == 200


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_only_helps_starts_no_series(as_role, role):
    assert as_role(role).get("/admin/meetups/series/add/").status_code == 403


def test_somebody_without_a_role_is_shown_out(db):
    browser = Client()
    browser.force_login(make_user())
    assert browser.get("/admin/").status_code == 403
    assert browser.get("/admin/meetups/event/").status_code == 403


# Who runs a series


def rows(series, *added, **changed):
    """The inline of organizers as posted: kept ones as they are, then the added."""
    kept = list(series.organizers.order_by("pk"))
    data = {"organizers-TOTAL_FORMS": len(kept) + len(added), "organizers-INITIAL_FORMS": len(kept)}
    for n, organizer in enumerate(kept):
        data |= {f"organizers-{n}-id": organizer.pk, f"organizers-{n}-role": organizer.role}
    for n, (email, role) in enumerate(added, start=len(kept)):
        data |= {f"organizers-{n}-email": email, f"organizers-{n}-role": role}
    return data | {name.replace("__", "-"): value for name, value in changed.items()}


@pytest.mark.parametrize("known", [True, False])
def test_an_owner_adds_somebody_by_address_whether_known_or_not(client, ours, known):
    if known:
        make_user("friend@example.org", name="A name nobody here knows")

    answer = save(
        client, change_url(ours.series), **rows(ours.series, ("Friend@Example.org", "organizer"))
    )

    assert errors_of(answer) == []
    friend = ours.series.organizers.get(role="organizer").user
    assert friend.email.lower() == "friend@example.org"
    assert friend.has_usable_password() is known
    page = client.get(change_url(ours.series)).content.decode()
    assert "A name nobody here knows" not in page


def test_the_last_owner_stays(client, ours):
    url = change_url(ours.series)
    for changed in [{"organizers-0-DELETE": "on"}, {"organizers-0-role": "organizer"}]:
        answer = save(client, url, **rows(ours.series) | changed)
        assert errors_of(answer) == ["A series needs an owner. Make somebody else owner first."]
    assert ours.series.organizers.get().role == "owner"


def test_an_owner_may_leave_once_there_is_another(client, ours):
    make_organizer(ours.series, role="owner")
    answer = save(
        client, change_url(ours.series), **rows(ours.series) | {"organizers-0-DELETE": "on"}
    )
    assert errors_of(answer) == []
    assert client.get(change_url(ours.series)).status_code == 403


def test_nobody_has_two_roles_in_one_series(client, ours):
    answer = save(client, change_url(ours.series), **rows(ours.series, (ours.user.email, "door")))
    assert errors_of(answer) == ["This person already has a role in the series."]


def test_a_series_with_evenings_is_not_deleted(client, ours):
    url = change_url(ours.series).replace("change", "delete")
    assert "cannot be deleted" in client.get(url).content.decode()
    client.post(url, {"post": "yes"})
    assert Series.objects.filter(pk=ours.series.pk).exists()
