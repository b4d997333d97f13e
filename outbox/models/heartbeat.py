from datetime import timedelta

from django.db import models
from django.utils import timezone


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def beat(self, name: str) -> None:
        """Note that the named loop has just run."""
        self.update_or_create(name=name, defaults={"at": timezone.now()})

    def age(self, name: str) -> timedelta | None:
        """How long ago the named loop last ran; None if it never did."""
        last = self.filter(name=name).values_list("at", flat=True).first()
        return timezone.now() - last if last else None


class Heartbeat(models.Model):
    """When a loop that must not stop was last seen running."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
