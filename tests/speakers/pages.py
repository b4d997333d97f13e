"""A speaker's own pages as a browser asks for them."""

import html
import re

from django.urls import reverse


def link(part, page="proposal", *more):
    """The address of one of her pages."""
    return reverse(f"speakers:{page}", args=[part.token, *more])


def author(proposal):
    return proposal.parts.get(is_author=True)


def text_of(answer):
    """What a person reads on the page, in one line."""
    page = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def page(client, part, name="proposal", *more, status=200):
    """What she reads on one of her pages."""
    answer = client.get(link(part, name, *more))
    assert answer.status_code == status
    return text_of(answer)
