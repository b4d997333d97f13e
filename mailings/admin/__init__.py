"""What organizers see of the messages to many."""

from mailings.admin import lists
from mailings.admin.digest import DigestAdmin
from mailings.admin.reminders import ReminderAdmin
from mailings.admin.rests import RestAdmin
from mailings.admin.waves import WaveAdmin

__all__ = ["DigestAdmin", "ReminderAdmin", "RestAdmin", "WaveAdmin", "lists"]
