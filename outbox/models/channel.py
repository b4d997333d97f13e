from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox import wake
from outbox.models.pause import Pause
from people.models import Contact

# Telegram asks bots for no more than about thirty messages a second.
USUAL_RATES: dict[str, int] = {Contact.Channel.MESSENGER: 25}
WINDOW = 1000  # tries that the error share looks back on
# Of at least a hundred tries. A server at which one message in eight meets some trouble still takes
# the others: to stop for it would keep thousands waiting for hours.
WORST_SHARE = 0.25
ENOUGH_TRIES = 100
DEAD_CONNECTS = 20  # in a row
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)


class ChannelQuerySet(models.QuerySet["Channel"]):
    def named(self, name: str) -> "Channel":
        return self.get_or_create(name=name, defaults={"rate": USUAL_RATES.get(name)})[0]


class Channel(models.Model):
    """A way out, with what it may send a second and how it has been doing lately."""

    name = models.CharField(max_length=20, primary_key=True)
    rate = models.PositiveIntegerField(
        _("messages a second"), null=True, blank=True, help_text=_("Empty means no limit.")
    )
    tokens = models.FloatField(default=0, editable=False)
    refilled_at = models.DateTimeField(default=timezone.now, editable=False)
    tries = models.PositiveIntegerField(default=0, editable=False)
    errors = models.PositiveIntegerField(default=0, editable=False)
    dead_connects = models.PositiveIntegerField(default=0, editable=False)
    pauses = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return str(dict(Contact.Channel.choices).get(self.name, self.name))

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > timezone.now()

    def take(self, wanted: int) -> int:
        """How many messages may leave now, at most `wanted`; they are taken from the bucket."""
        self.refresh_from_db()
        if self.is_paused:
            return 0
        if self.rate is None:
            return wanted
        with self.locked() as channel:
            return channel._draw(wanted)

    @contextmanager
    def locked(self) -> Iterator["Channel"]:
        """Hold the channel's row and write it back at the end."""
        with transaction.atomic():
            row = Channel.objects.select_for_update().get(pk=self.pk)
            yield row
            row.save()

    def note(self, *, tries: int, errors: int, dead_connects: int, connected: bool) -> None:
        """Book how a round went; too many failures pause the channel, which resumes by itself."""
        if not (tries or dead_connects):
            return
        with self.locked() as channel:
            channel.tries += tries
            channel.errors += errors
            channel.dead_connects = dead_connects + (0 if connected else channel.dead_connects)
            if channel._is_failing():
                channel._pause()
                return
            if connected and errors < tries:
                channel._recover()
            if channel.tries >= WINDOW:
                channel._look_back_half()

    def resume(self) -> None:
        """Open again at once: an organizer has mended the cause, or wants to see whether it is."""
        now = timezone.now()
        with self.locked() as channel:
            channel.paused_until = channel.paused_until and min(channel.paused_until, now)
            Pause.objects.lasting().filter(channel=self.name, until__gt=now).update(until=now)
            channel.tries = channel.errors = channel.dead_connects = channel.pauses = 0
        transaction.on_commit(wake.ring, robust=True)

    def _draw(self, wanted: int) -> int:
        now = timezone.now()
        passed = max((now - self.refilled_at).total_seconds(), 0)
        rate = self.rate or 0
        self.tokens = min(self.tokens + passed * rate, rate)
        self.refilled_at = now
        granted = min(wanted, int(self.tokens))
        self.tokens -= granted
        return granted

    def _is_failing(self) -> bool:
        share = self.tries >= ENOUGH_TRIES and self.errors > WORST_SHARE * self.tries
        return share or self.dead_connects >= DEAD_CONNECTS

    def _pause(self) -> None:
        self.paused_until = timezone.now() + min(FIRST_PAUSE * 2**self.pauses, LONGEST_PAUSE)
        self.pauses = min(self.pauses + 1, 10)
        # dead_connects stays: the first failure after the pause is enough for the next one.
        self.tries = self.errors = 0
        Pause.objects.begin(self.name, self.paused_until)

    def _recover(self) -> None:
        """A message got through: what was paused is so no more."""
        if self.paused_until is not None:
            self.paused_until = None
            Pause.objects.end(self.name)

    def _look_back_half(self) -> None:
        self.tries //= 2
        self.errors //= 2
        self.pauses = 0
