"""Who comes: seats and the queue, questions, the door, circles, feedback, forecasts, imports."""

from registrations.models.circle import CirclePlace, CircleRound
from registrations.models.door import NAMELESS, DoorKey, Scan
from registrations.models.feedback import Feedback
from registrations.models.forecast import Forecast
from registrations.models.importing import Import
from registrations.models.question import Answer, FormDay, Question
from registrations.models.registration import Registration
from registrations.models.seats import RegistrationQuerySet

__all__ = [
    "NAMELESS",
    "Answer",
    "CirclePlace",
    "CircleRound",
    "DoorKey",
    "Feedback",
    "Forecast",
    "FormDay",
    "Import",
    "Question",
    "Registration",
    "RegistrationQuerySet",
    "Scan",
]
