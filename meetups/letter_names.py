"""What organizers call the kinds of messages, by the template that makes them."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "mailings/call": _("Phone call"),
    "mailings/digest": _("Monthly digest"),
    "mailings/eve": _("Eve reminder"),
    "mailings/half_day": _("Reminder half a day before"),
    "meetups/cancelled": _("Evening cancelled"),
    "meetups/follow": _("Please confirm that you follow"),
    "meetups/moved": _("Evening moved"),
    "registrations/already": _("Already registered"),
    "registrations/cancelled": _("Seat cancelled"),
    "registrations/confirm": _("Please confirm your seat"),
    "registrations/going": _("Confirmation of a seat"),
    "registrations/left": _("Left the queue"),
    "registrations/moved_up": _("Moved up from the queue"),
    "registrations/permission": _("Asked whether we may write"),
    "registrations/waiting": _("Place in the queue"),
    "speakers/accepted": _("Talk accepted"),
    "speakers/chase": _("Asked again for a yes"),
    "speakers/confirmed": _("Talk confirmed"),
    "speakers/declined": _("Talk declined"),
    "speakers/dropped_out": _("A speaker cannot come"),
    "speakers/duty_arrival": _("Reminder: how to arrive"),
    "speakers/duty_profile": _("Reminder: profile"),
    "speakers/duty_rehearsal": _("Reminder: rehearsal"),
    "speakers/duty_slides": _("Reminder: slides"),
    "speakers/evening_cancelled": _("Evening cancelled, to speakers"),
    "speakers/evening_moved": _("Evening moved, to speakers"),
    "speakers/nobody_left": _("No reserve can step in"),
    "speakers/offered": _("Evening offered to a speaker"),
    "speakers/received": _("Receipt of a proposal"),
    "speakers/personal_invitation": _("Personal invitation to speak"),
    "speakers/reopened": _("Proposal looked at again"),
    "speakers/reserve": _("Talk kept in reserve"),
    "speakers/step_in": _("Asked to step in"),
    "speakers/step_in_taken": _("Free place taken"),
    "speakers/taken_off": _("Talk back in the pool"),
    "speakers/withdrawn": _("Talk taken back"),
}


def letter_name(template: str) -> str:
    """The kind of message, "Eve reminder"; the template's own words where nobody named it."""
    own = template.rpartition("/")[2].replace("_", " ").capitalize()
    return str(NAMES.get(template, own))
