"""Registrations in the organizers' admin: importing it registers what there is."""

from registrations.admin import guests, questions, sources
from registrations.admin.guests import RegistrationAdmin

__all__ = ["RegistrationAdmin", "guests", "questions", "sources"]
