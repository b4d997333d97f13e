"""People in front of the site, each with a browser window and cookies of her own."""

from contextlib import contextmanager

from django.test import Client

from tests.browser.watching import Watch

PATIENCE = 10_000  # milliseconds
DESK = {"width": 1280, "height": 800}


def session_of(user):
    """The cookies of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return {name: cookie.value for name, cookie in client.cookies.items()}


class People:
    def __init__(self, browser, site):
        self.browser, self.site = browser, site
        self.windows = []

    @contextmanager
    def together(self):
        """Closes all windows at the end; nothing may have gone wrong in any of them."""
        try:
            yield self
        finally:
            for context, _watch in self.windows:
                context.close()
        if heard := self.heard():  # Not an assert: outside a test's own file it would not say what.
            raise AssertionError("\n".join(heard))

    def open(self, path="", session=None, **options):
        """A new window at this page of the site; with the session of somebody who signed in."""
        options = {"viewport": DESK, "reduced_motion": "reduce", "locale": "en-GB"} | options
        context = self.browser.new_context(base_url=self.site, **options)
        context.set_default_timeout(PATIENCE)
        self.windows.append((context, Watch(context, self.site)))
        for name, value in (session or {}).items():
            context.add_cookies([{"name": name, "value": value, "url": self.site}])
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def heard(self):
        """What went wrong in any window so far; it is then forgotten."""
        faults = [fault for _context, watch in self.windows for fault in watch.faults]
        for _context, watch in self.windows:
            watch.faults.clear()
        return faults
