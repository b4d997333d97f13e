"""A browser, a site, and people in front of it. The whole folder is left out without Chromium."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.community import make_community
from tests.browser.people import People
from tests.browser.server import served

HERE = Path(__file__).parent
CHROMIUM = chromium.found()

collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]


def pytest_terminal_summary(terminalreporter):
    if not CHROMIUM:
        terminalreporter.write_line("browser tests left out: no Chromium found")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The browser opens once, after everything that needs none."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.fixture(scope="package")
def site(django_db_setup, redis_server, tmp_path_factory):
    """The address of the running site."""
    with served(tmp_path_factory.mktemp("static")) as address:
        yield address


# A page that keeps itself fresh would ask on for rows that the next test does not have.
NOWHERE = "about:blank"


@pytest.fixture(scope="package")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright waits in a loop of its own; our queries run beside it, never inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium.FLAGS)
        yield browser
        browser.close()
        connections.close_all()  # Django keeps connections apart for each loop


@pytest.fixture
def people(browser, site):
    """Opens a browser for one person after the other; what one of them complains of is a fault."""
    cache.clear()  # limits of the test before
    with People(browser, site).together() as people:
        yield people


@pytest.fixture
def guest(transactional_db, people):
    """Somebody who comes by."""
    return people.open()


@pytest.fixture(scope="module")
def windows(browser, site):
    """Windows that stay open for a whole file: what they have loaded once, they keep."""
    with People(browser, site).together() as people:
        yield people


@pytest.fixture(scope="module")
def community(site, browser, django_db_blocker):
    """Rows for pages that are only looked at, made once for all tests of a file.

    The tests themselves are marked `django_db`: that rolls back, and leaves these rows alone.
    """
    with django_db_blocker.unblock():
        try:
            yield make_community()
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def _passer_by(community, windows):
    return windows.open()


@pytest.fixture(scope="module")
def _desk(community, windows):
    return windows.open(session=community.session)


@pytest.fixture
def passer_by(_passer_by, windows):
    """A window of somebody who only looks around in the community."""
    yield _passer_by
    _passer_by.goto(NOWHERE)
    assert windows.heard() == []


@pytest.fixture
def desk(_desk, windows):
    """A window of the organizer of the community."""
    yield _desk
    _desk.goto(NOWHERE)
    assert windows.heard() == []
