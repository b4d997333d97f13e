"""What organizers see of the messages to many."""

from mailings.admin.reminders import ReminderAdmin

__all__ = ["ReminderAdmin"]
