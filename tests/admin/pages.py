"""Addresses and form data of the admin, as a browser would send them."""

from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.urls import reverse

VERBS = {
    "meetups/event": ["publish", "move", "cancel"],
    "mailings/digest": [
        "send",
        "pause",
        "resume",
        "trial",
        "leave-out",
        "preview",
        "letter",
        "held",
    ],
    "mailings/rest": ["lift"],
    "mailings/wave": [
        "release",
        "send",
        "pause",
        "resume",
        "trial",
        "again",
        "cancel",
        "people",
        "preview",
        "letter",
    ],
    "meetups/member": ["allow", "stop-writing"],
    "meetups/partner": ["link"],
    "registrations/registration": [
        "seat",
        "cancel",
        "approve",
        "decline",
        "was-there",
        "keep-mark",
    ],
    "speakers/call": ["tell"],
    "speakers/lead": ["invite", "contact", "no"],
    "speakers/offer": ["yes", "no"],
    "speakers/proposal": [
        "accept",
        "place",
        "agreed",
        "reserve",
        "decline",
        "reopen",
        "tell",
        "take-off",
        "withdraw",
        "review",
    ],
    "speakers/rehearsal": ["off"],
    "speakers/talk": ["comment", "slides"],
    "speakers/topic": ["show", "scope", "ask", "not-now"],
}

# Pages of an evening's messages.
EVENING_PAGES = ["messages", "calls", "reminders/eve", "reminders/half_day", "feedback"]
EVENING_PAGES += ["sources", "announcement", "forecast", "door", "circles"]
EVENING_PAGES += ["running", "crew", "in-person"]

# Pages of a series as a whole.
SERIES_PAGES = ["attendance", "sources"]


def lists() -> list[str]:
    return [f"/admin/{path}/" for path in paths()]


def paths() -> list[str]:
    return [f"{m._meta.app_label}/{m._meta.model_name}" for m in admin.site._registry]


def things(world) -> dict[str, Any]:
    """One object of each registered kind, by the path of its pages."""
    return {
        "mailings/rest": world.rest,
        "meetups/series": world.series,
        "meetups/event": world.event,
        "meetups/member": world.member,
        "meetups/partner": world.partner,
        "mailings/digest": world.digest,
        "mailings/wave": world.event.waves.first(),
        "venues/venue": world.venue,
        "outbox/cap": world.cap,
        "outbox/delivery": world.delivery,
        "registrations/question": world.question,
        "registrations/registration": world.registration,
        "speakers/call": world.call,
        "speakers/proposal": world.proposal,
        "speakers/offer": world.offer,
        "speakers/lead": world.lead,
        "speakers/topic": world.topic,
        "speakers/rehearsal": world.rehearsal,
        "speakers/talk": world.talk,
        "speakers/speaker": world.speaker,
    }


def pages_of(world) -> list[str]:
    """Every page of every object of a world."""
    found = []
    for path, thing in things(world).items():
        for page in ["change", "history", "delete", *VERBS.get(path, [])]:
            found.append(f"/admin/{path}/{thing.pk}/{page}/")
    found.append(f"/admin/speakers/offer/ask/{world.slot.pk}/")
    evening = f"/admin/meetups/event/{world.event.pk}"
    series = f"/admin/meetups/series/{world.series.pk}"
    found += [f"{series}/{page}/" for page in SERIES_PAGES]
    link = world.partner.links.get()
    found.append(f"/admin/meetups/partner/{world.partner.pk}/codes/{link.pk}.svg")
    found += [f"{evening}/{page}/" for page in EVENING_PAGES]
    return [*found, f"{evening}/registrations.csv"]


def change_url(thing) -> str:
    return reverse(
        f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk]
    )


class _Form(HTMLParser):
    """The values that a browser would send with the page's form."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, object] = {}
        self.options: dict[str, list[str]] = {}
        self.select = self.area = None
        self.in_form = False

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.in_form = str(a.get("id", "")).endswith("_form") or "verb" in str(a.get("class"))
        if not self.in_form:
            return
        if tag == "input" and a.get("name") and a.get("type") not in {"submit", "file"}:
            if a.get("type") not in {"checkbox", "radio"}:
                self.data[a["name"]] = a.get("value") or ""
            elif "checked" in a:
                self.data.setdefault(a["name"], [])
                self.data[a["name"]].append(a.get("value") or "on")
        elif tag == "select":
            self.select = a["name"]
            self.options[self.select] = []
        elif tag == "option" and self.select:
            self.options[self.select].append(a.get("value") or "")
            if "selected" in a:
                self.data[self.select] = a.get("value") or ""
        elif tag == "textarea":
            self.area = a["name"]
            self.data[self.area] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            if self.options[self.select] and self.select not in self.data:
                self.data[self.select] = self.options[self.select][0]
            self.select = None
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.data[self.area] += data.lstrip("\r\n")


def form_of(client, url) -> dict[str, object]:
    """What the form on this page would send if nothing were changed."""
    return _parsed(client, url).data


def choices_of(client, url, name) -> list[str]:
    """The ids that the page offers for this field."""
    return [value for value in _parsed(client, url).options[name] if value]


def _parsed(client, url) -> _Form:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    form = _Form()
    form.feed(answer.content.decode())
    return form


def save(client, url, **changes):
    """Open the page, change these fields and save it, as a browser would."""
    data = form_of(client, url) | changes | {"_save": "1"}
    return client.post(url, {name: value for name, value in data.items() if value is not None})


def errors_of(answer) -> list[str]:
    """All sentences in which the form says what is wrong; empty where it was saved."""
    if answer.status_code == 302:
        return []
    if "adminform" in answer.context:
        found = answer.context["errors"]
    else:
        found = answer.context["form"].errors.values()
    return [str(e) for errors in found for e in ([errors] if isinstance(errors, str) else errors)]
