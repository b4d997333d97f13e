from outbox.models.batch import Batch
from outbox.models.cap import Cap
from outbox.models.channel import Channel
from outbox.models.delivery import Attempt, Claimant, Delivery
from outbox.models.evidence import MailEvent
from outbox.models.heartbeat import Heartbeat
from outbox.models.pause import Pause
from outbox.models.suppression import Suppression

__all__ = [
    "Attempt",
    "Batch",
    "Cap",
    "Channel",
    "Claimant",
    "Delivery",
    "Heartbeat",
    "MailEvent",
    "Pause",
    "Suppression",
]
