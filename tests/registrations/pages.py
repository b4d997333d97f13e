"""The pages of a seat, as their reader sees them."""

import re
from html import unescape

from django.test import Client


def see(seat, page=""):
    """The words of a page of this seat, on one line."""
    return words(Client().get(f"{seat.get_absolute_url()}{page}"))


def press(seat, page, **typed):
    """Posts to a page of this seat and follows; the words that come back."""
    answer = Client().post(f"{seat.get_absolute_url()}{page}/", typed, follow=True)
    seat.refresh_from_db()
    return words(answer)


def words(answer):
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def letters(seat):
    rows = seat.event.messages().filter(contact=seat.contact).order_by("created_at")
    return [row.template for row in rows]
