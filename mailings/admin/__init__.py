"""What organizers see of the messages to many."""

from mailings.admin import lists
from mailings.admin.reminders import ReminderAdmin
from mailings.admin.rests import RestAdmin
from mailings.admin.waves import WaveAdmin

__all__ = ["ReminderAdmin", "RestAdmin", "WaveAdmin", "lists"]
