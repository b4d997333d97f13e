"""Apps of the product without what they do at start, for processes that only send."""

from django.apps import AppConfig


class BarePeople(AppConfig):
    """Its tables alone: who is forgotten reaches into every app, and a sender has few of them."""

    name = "people"
