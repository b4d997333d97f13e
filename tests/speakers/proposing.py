"""What tests of the public form do again and again."""

import re

from django.core.cache import cache

from outbox.models import Delivery

TYPED = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "title": "Notes on the engine",
    "abstract": "What it *can* do.",
}
JSON = {"Accept": "application/json"}


def propose(client, call, **fields):
    """Sends the form in; `fields` are typed instead of the usual."""
    return client.post(f"/series/{call.series.slug}/talks/new/", TYPED | fields)


def save(client, path="/series/x/talks/new/", **fields):
    """What the script of the form does."""
    return client.post(path, {"save": "1"} | fields, headers=JSON)


def code_to(address="ada@example.org"):
    """The code in the newest mail to this address."""
    mails = Delivery.objects.filter(address=address, template="speakers/code")
    return re.search(r"\b\d{6}\b", mails.order_by("-created_at").first().render().text)[0]


def prove(client, address="ada@example.org"):
    """Makes this browser hers, by a code to the address."""
    cache.clear()
    client.post("/talks/mine/", {"email": address})
    return client.post("/talks/code/", {"code": code_to(address)})
