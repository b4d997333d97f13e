"""How often one may ask for a code, and write drafts (contract, "Pages")."""

from django.http import HttpRequest

from meetups import limits

# Each is a mail to somebody who may not have asked for it.
CODES_PER_ADDRESS = (5, 3600)
CODES_PER_CLIENT = (100, 600)
DRAFTS_PER_CLIENT = (60, 600)
# One save every few seconds for as long as somebody types.
SAVES_PER_CLIENT = (1200, 600)
# A day's: whoever is invited did not ask for the mail.
INVITATIONS_PER_SPEAKER = (6, 86_400)
INVITATIONS_PER_ADDRESS = (3, 86_400)
INVITATIONS_PER_CLIENT = (30, 86_400)


def wait_for_code(request: HttpRequest, email: str) -> int:
    """0 while within the limits, else the seconds until another code may be sent."""
    return limits.seconds_to_wait(
        {
            f"code:address:{email.lower()}": CODES_PER_ADDRESS,
            f"code:client:{limits.client_of(request)}": CODES_PER_CLIENT,
        }
    )


def wait_for_draft(request: HttpRequest, is_new: bool) -> int:
    """0 while within the limits, else the seconds until a draft may be saved again."""
    client = limits.client_of(request)
    if is_new:
        return limits.seconds_to_wait({f"draft:client:{client}": DRAFTS_PER_CLIENT})
    return limits.seconds_to_wait({f"draft:saves:{client}": SAVES_PER_CLIENT})


def wait_for_invitation(request: HttpRequest, inviter: int, email: str) -> int:
    """0 while within the limits, else the seconds until she may ask somebody else (lesson 21)."""
    return limits.seconds_to_wait(
        {
            f"invite:by:{inviter}": INVITATIONS_PER_SPEAKER,
            f"invite:address:{email.lower()}": INVITATIONS_PER_ADDRESS,
            f"invite:client:{limits.client_of(request)}": INVITATIONS_PER_CLIENT,
        }
    )
