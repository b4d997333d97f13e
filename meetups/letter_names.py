"""What organizers call the kinds of messages, by the template that makes them."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "mailings/eve": _("Eve reminder"),
    "meetups/cancelled": _("Evening cancelled"),
    "meetups/moved": _("Evening moved"),
    "registrations/already": _("Already registered"),
    "registrations/cancelled": _("Seat cancelled"),
    "registrations/confirm": _("Please confirm your seat"),
    "registrations/going": _("Confirmation of a seat"),
    "registrations/moved_up": _("Moved up from the queue"),
    "registrations/waiting": _("Place in the queue"),
}


def letter_name(template: str) -> str:
    """The kind of message, "Eve reminder"; the template's own words where nobody named it."""
    own = template.rpartition("/")[2].replace("_", " ").capitalize()
    return str(NAMES.get(template, own))
