"""The organizers' own work on an evening."""

from planning.models.running import Begun, HostNote

__all__ = ["Begun", "HostNote"]
