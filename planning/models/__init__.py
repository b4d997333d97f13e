"""The organizers' own work on an evening."""

from planning.models.approach import Approach
from planning.models.crew import CrewNote, Shift, ShiftPlace
from planning.models.running import Begun, HostNote

__all__ = ["Approach", "Begun", "CrewNote", "HostNote", "Shift", "ShiftPlace"]
