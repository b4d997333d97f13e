"""Questions that many evenings ask: ready to be taken over, none of them asked unasked."""

from typing import Any

from django.utils.translation import gettext as _

from registrations.models import Question

Kind = Question.Kind


def ready_questions() -> dict[str, dict[str, Any]]:
    """What the form of a new question starts with, by a short name."""
    return {"level": _level(), "interests": _interests(), "community": _community(),
            "told": _told()}  # fmt: skip


def _level() -> dict[str, Any]:
    return {
        "text": _("How much do you know about our topics?"),
        "help": _("So that talks are neither too easy nor too hard."),
        "kind": Kind.CHOICE,
        "choices": "\n".join(
            [_("I am new to them"), _("I know the basics"), _("They are my work")]
        ),
    }


def _interests() -> dict[str, Any]:
    return {
        "text": _("What are you interested in?"),
        "help": _("We look for talks by it."),
        "kind": Kind.TEXT,
    }


def _community() -> dict[str, Any]:
    return {
        "text": _("Which community are you from?"),
        "help": _("We should like people of several to meet."),
        "kind": Kind.TEXT,
    }


def _told() -> dict[str, Any]:
    ways = [_("A friend"), _("A colleague"), _("A speaker"), _("Another meetup"), _("A chat"),
            _("I searched"), _("Somebody else")]  # fmt: skip
    return {
        "text": _("Who told you about us?"),
        "help": _("So that we know whom to thank, and whom we do not reach."),
        "kind": Kind.CHOICE,
        "choices": "\n".join(ways),
    }
