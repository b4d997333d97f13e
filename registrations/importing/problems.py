"""Why a line was not taken, in a sentence each."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "bad_address": _("The e-mail address cannot be one."),
    "no_address": _("No e-mail address, and nothing else by which to know the person."),
    "bad_name": _("The name holds a link, a sign < or >, or a line break."),
    "long_name": _("The name is longer than 200 signs."),
    "long_title": _("The title or the number of the evening is too long."),
    "no_evening": _("Nothing says which evening this was."),
    "no_date": _("We do not know this evening, and the line has no date for a new one."),
    "to_come": _("This evening is still to come. Only past ones are brought along."),
    "cancelled": _("This evening was cancelled."),
    "bad_date": _("The date of the evening is not written as you said dates are: %(detail)s"),
    "unknown_word": _("We do not know what this means: %(detail)s"),
    "bad_guests": _("This is no number of guests: %(detail)s"),
    "double": _("Says the same as line %(detail)s."),
    "cells": _("The line has more cells than the first line has names."),
    "forgotten": _("This person asked to be forgotten, or never to be written to."),
}


def sentence(reason: str, detail: str = "") -> str:
    """The reason in words."""
    return str(SENTENCES[reason]) % {"detail": detail}
