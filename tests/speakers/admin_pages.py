"""An organizer and a reviewer at the pages about proposals."""

from django.test import Client

from tests.builders import make_organizer

BOARD = "/admin/speakers/proposal/board/"
LIST = "/admin/speakers/proposal/"


def page(proposal, name="change"):
    return f"{LIST}{proposal.pk}/{name}/"


def browser_of(series, role="organizer", **fields):
    """A browser signed in as somebody with this role in the series; `.user` is who."""
    browser = Client()
    browser.user = make_organizer(series, role=role, **fields)
    browser.force_login(browser.user)
    return browser


def text_of(browser, url):
    answer = browser.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def titles(browser, **query):
    """What the list shows for these filters."""
    found = browser.get(LIST, query).context["cl"].result_list
    return sorted(proposal.title for proposal in found)
