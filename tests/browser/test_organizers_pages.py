"""Every page an organizer reaches, looked at as carefully as those of her guests."""

import pytest
from django.contrib import admin
from django.urls import reverse

from outbox.models import Delivery
from tests.browser.doing import press
from tests.browser.looking import faults
from tests.browser.people import session_of
from tests.builders import make_organizer, make_series, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

MODELS = {model._meta.label_lower: model for model in admin.site._registry}
# A mail is shown inside a page that has these already, the reader's mail program.
OF_WHOLE_PAGES = ["landmark-one-main", "page-has-heading-one", "region"]
# Rows whose pages differ; of all other models one row stands for all.
ROWS = {
    "meetups.event": lambda here: [
        here.next, here.draft, here.past, here.cancelled, here.named["long"],
    ],
    "meetups.series": lambda here: [here.series, here.wide],
    "registrations.registration": lambda here: [
        here.seats[name] for name in ("waiting", "cancelled", "with a long name")
    ],
    "speakers.proposal": lambda here: [
        here.proposals[name] for name in ("submitted", "offered", "confirmed", "asked", "declined")
    ],
    "outbox.delivery": lambda here: Delivery.objects.filter(
        contact=here.registration.contact
    ).order_by("pk"),
}  # fmt: skip


def rows(label, here):
    return list(ROWS[label](here)) if label in ROWS else MODELS[label].objects.all()[:1]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def look(page, urls, closed=()):
    """The faults of all of these pages, each with its address."""
    found = []
    for url in urls:
        status = page.goto(url).status
        assert status in {200, *closed}, url
        if status == 200:
            found += [f"{url}: {fault}" for fault in faults(page)]
    return found


def test_the_desk_is_well(desk):
    assert look(desk, ["/admin/"]) == []


@pytest.mark.parametrize("label", MODELS)
def test_lists_are_well(desk, label):
    assert look(desk, [address(MODELS[label], "changelist")]) == []


def test_a_list_in_which_nothing_is_found_is_well(desk):
    assert look(desk, ["/admin/registrations/registration/?q=nobody"]) == []


@pytest.mark.parametrize("label", MODELS)
def test_forms_are_well_empty_and_refused(desk, label):
    found = look(desk, [address(MODELS[label], "add")], closed={403})
    if desk.get_by_role("button", name="Save", exact=True).count():
        press(desk, "Save")
        found += [f"{label}, refused: {fault}" for fault in faults(desk)]
    assert found == []


@pytest.mark.parametrize("label", MODELS)
def test_pages_of_things_are_well(desk, community, label):
    things = rows(label, community)
    urls = [address(MODELS[label], "change", thing.pk) for thing in things]
    urls += [address(MODELS[label], "history", thing.pk) for thing in things[:1]]
    assert look(desk, urls) == []


@pytest.mark.parametrize("label", MODELS)
def test_questions_before_deeds_are_well(desk, community, label):
    things = rows(label, community)
    urls = [address(MODELS[label], "delete", thing.pk) for thing in things]
    for verb in getattr(admin.site.get_model_admin(MODELS[label]), "verbs", ()):
        fitting = [thing for thing in things if verb.fits(thing)]
        urls += [address(MODELS[label], verb.name, thing.pk) for thing in fitting[:1]]
    assert look(desk, urls, closed={403}) == []


def test_kept_mails_are_well(desk):
    mail = Delivery.objects.filter(state="sent").first()
    assert look(desk, ["/mails/", f"/mails/{mail.pk}/"]) == []


@pytest.mark.parametrize("state", ["sent", "queued"])
def test_a_mail_is_well(community, people, state):
    mail = Delivery.objects.filter(state=state).first()
    inbox = people.open()
    inbox.set_content(mail.render().html)
    assert faults(inbox, off=OF_WHOLE_PAGES) == []


@pytest.mark.parametrize("role", ["organizer", "reviewer", "door"])
def test_pages_of_helpers_are_well(people, community, role):
    page = people.open(session=community.helpers[role])
    guests = address(MODELS["registrations.registration"], "changelist")
    add = f"{address(MODELS['registrations.registration'], 'add')}?event={community.next.pk}"
    talks = address(MODELS["speakers.talk"], "changelist")
    own = {"organizer": [], "reviewer": [talks], "door": [guests, add]}
    assert look(page, ["/admin/", *own[role]]) == []


@pytest.mark.django_db(transaction=True)
def test_the_desk_of_a_newcomer_is_well(people):
    superuser = people.open(session=session_of(make_user(is_superuser=True)))
    owner = people.open(session=session_of(make_organizer(make_series())))
    assert look(superuser, ["/admin/"]) + look(owner, ["/admin/"]) == []
