"""What the script of the door says, in the language of the series; {braces} are filled by it."""

from django.utils.translation import gettext as _

from registrations.models import DoorKey


def words() -> dict[str, str]:
    return _of_people() | _of_refusals() | _of_the_network()


def gone_because(key: DoorKey) -> str:
    """Why the link opens nothing any more, and what to do."""
    if key.event.is_cancelled:
        return _("This evening is cancelled, so nobody is let in by this link.")
    return _("This link has ended. The organizers can give you a new one.")


def no_name(number: int = 1) -> str:
    """What somebody is called who left no name; from the second on with a number."""
    return _("left no name") + (f" ({number})" if number > 1 else "")


def _of_people() -> dict[str, str]:
    return {
        "seat": _("Let in"),
        "in": _("In since {time}"),
        "in_already": _("In"),
        "came_in": _("{name} is in."),
        "one_more": _("One more is in."),
        "one_less": _("One is not in any more."),
        "no_name": no_name(),
        "without_name": _("Left no name: {count}"),
        "is_it": _("Is it {name}, who has a seat?"),
        "it_is": _("Yes, let {name} in"),
        "it_is_not": _("No, a walk-in"),
        "guests": _("with {count} more"),
        "walk_in": _("Walk-in"),
        "nobody_found": _("Nobody of that name. Try fewer letters, or let her in as a walk-in."),
        "type_a_name": _("Type the first letters of a name."),
        "more_found": _("And {count} more: type another letter."),
        "undo": _("Take back"),
        "undone": _("{name} is not in any more."),
        "latest": _("Last let in from this phone"),
        "anyway": _("Let in all the same"),
        "looked_at": _("I had a look"),
        "no_camera": _("This phone cannot scan. Search by name, or type the code."),
        "camera_refused": _(
            "The camera may not be used. Allow it in the browser, or search by name."
        ),
        "scanning": _("Hold the code of the ticket before the camera."),
        "came_of": _("{came} of {registered}"),
        "walk_ins": _("{count} walk-ins"),
    }


def _of_refusals() -> dict[str, str]:
    return {
        "already": _("{name} was already let in at {time}, {door}."),
        "already_here": _("{name} was already let in at {time}."),
        "already_once": _("{name} was already let in."),
        "conflict": _("{name} was let in at two doors: is somebody here with her ticket?"),
        "unknown": _("This code is not one of our tickets. Search by name."),
        "mistyped": _("This code is not one of our tickets. Check each sign, or search by name."),
        "other_evening": _("This ticket is for another evening."),
        "cancelled": _("{name} has given the seat back."),
        "expired": _("{name} did not take the seat in time."),
        "waiting": _("{name} is on the waiting list."),
        "online": _("{name} has a seat online."),
        "evening_off": _("This evening is cancelled."),
        "ended": _("This link had ended when the scan arrived."),
        "bad_email": _("{name} is counted; the address is none."),
        "bad_email_of_one": _("One more is counted; the address is none."),
        "not_taken": _("The server could not take this scan: {why}"),
        "state_cancelled": _("gave the seat back"),
        "state_expired": _("not taken in time"),
        "state_waiting": _("waiting list"),
        "state_online": _("online"),
    }


def _of_the_network() -> dict[str, str]:
    return {
        "net_online": _("With network: everything is stored."),
        "net_sending": _("Sending {count} …"),
        "net_offline": _("No network. Go on: everything is kept on this phone."),
        "net_offline_waiting": _(
            "No network. Go on: {count} are kept on this phone and sent later."
        ),
        "net_not_ready": _("No network yet. Open this page once with network."),
        "net_unsent": _("{count} are still on this phone. Show this page to the organizers."),
    }
