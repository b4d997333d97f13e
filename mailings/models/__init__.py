"""What we tell people when: planned from rows, never from a timer."""

from mailings.models.digest import Digest
from mailings.models.held_back import HeldBack
from mailings.models.opinion import Opinion
from mailings.models.phone_call import PhoneCall
from mailings.models.reminder import Reminder
from mailings.models.reminder_plan import ReminderPlan
from mailings.models.rest import Rest
from mailings.models.wave import Wave

__all__ = ["Digest", "HeldBack", "Opinion", "PhoneCall", "Reminder", "ReminderPlan", "Rest", "Wave"]
