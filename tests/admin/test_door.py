"""Reliability T49: how one gets in."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.builders import PASSWORD


def test_a_stranger_is_sent_to_the_sites_own_login_and_comes_back(ours):
    browser = Client()
    answer = browser.get("/admin/meetups/event/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "meetups" in answer.redirect_chain[-1][0]


def test_djangos_own_login_takes_no_password(ours):
    browser = Client()
    answer = browser.post("/admin/login/", {"username": ours.user.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")
    assert "_auth_user_id" not in browser.session


def test_who_is_in_does_not_see_djangos_login_either(client):
    for answer in [client.get("/admin/login/"), client.post("/admin/login/", {"username": "x"})]:
        assert (answer.status_code, answer.url) == (302, "/admin/")


@pytest.mark.parametrize(
    "path", ["/admin/password_change/", "/admin/password_change/done/", "/admin/doc/"]
)
def test_djangos_pages_for_passwords_and_documents_are_closed(client, path):
    assert client.get(path).status_code == 404


def test_organizers_without_a_second_key_are_sent_to_set_one_up(client, ours, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    for url in [
        "/admin/",
        "/admin/meetups/event/",
        f"/admin/meetups/event/{ours.event.pk}/registrations.csv",
    ]:
        answer = client.get(url)
        assert (answer.status_code, answer.url) == (302, "/accounts/2fa/"), url
    answer = client.post(f"/admin/meetups/event/{ours.event.pk}/cancel/")
    assert answer.url == "/accounts/2fa/"
    ours.event.refresh_from_db()
    assert ours.event.status == "published"


def test_with_a_second_key_the_desk_opens(client, ours, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=ours.user, type="totp", data={"secret": "x"})
    assert client.get("/admin/").status_code == 200


def test_pages_of_the_admin_are_kept_by_no_cache(client):
    answer = client.get("/admin/")
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_no_page_brings_script_or_style_of_its_own(client, ours):
    for url in [
        "/admin/",
        "/admin/meetups/event/",
        f"/admin/meetups/event/{ours.event.pk}/change/",
    ]:
        page = client.get(url).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
