"""What a change owes: the messages it wrote, as rows, and the ones already on their way."""

from django.utils import timezone

from outbox.models import Delivery


def keys(**about):
    """The keys of the messages with these fields, in order of their writing."""
    found = Delivery.objects.filter(**about).order_by("created_at", "key")
    return list(found.values_list("key", flat=True))


def letters(**about):
    """The kinds of messages with these fields, sorted."""
    return sorted(Delivery.objects.filter(**about).values_list("template", flat=True))


def let_go(**about):
    """The messages with these fields were sent."""
    now = timezone.now()
    Delivery.objects.filter(state="queued", **about).update(
        state="sent", handed_over_at=now, sent_at=now, settled_at=now, attempts=1
    )
