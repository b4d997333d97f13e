"""A guest's way: keep a seat, look at it, give it back. Links to a seat go out by mail only."""

from registrations.views.answers import cancel, change, coming, confirm, contest
from registrations.views.asking import register
from registrations.views.holder import back, calendar, detail, of_one_seat, private_page

__all__ = [
    "back",
    "calendar",
    "cancel",
    "change",
    "coming",
    "confirm",
    "contest",
    "detail",
    "of_one_seat",
    "private_page",
    "register",
]
