import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Self

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox import states, wake
from outbox.drafts import CHUNK, INSERT, Draft, as_json
from outbox.letters import Letter, compose
from outbox.models.batch import Batch
from outbox.states import MessageClass, State
from people.models import Contact
from people.tokens import unsubscribe_token

# Django's and allauth's own mails: login codes must not be kept, shown or sent a second time.
HOUSE = "house:"
KEPT = "outbox.kept.KeptTransport"
WAITING = [State.QUEUED, State.HELD, State.UNKNOWN]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def post(
        self,
        contact: Contact | None,
        template: str,
        context: dict[str, Any],
        *,
        key: str,
        message_class: str,
        batch: Batch | None = None,
        **rest: Any,
    ) -> None:
        """Owe somebody a message, as part of the caller's transaction; the same key writes once.

        `rest` are the other fields of Draft: realm, about, channel, address, language,
        not_before, not_after, priority.
        """
        self.post_many(
            [
                Draft(
                    contact=contact,
                    template=template,
                    context=context,
                    key=key,
                    message_class=message_class,
                    batch_id=batch.pk if batch else None,
                    **rest,
                )
            ]
        )

    def post_many(self, drafts: Iterable[Draft]) -> int:
        """Owe thousands of messages; returns how many of the keys were new."""
        written = 0
        waiting = iter(drafts)
        with connections[self.db].cursor() as cursor:
            while chunk := [draft.row() for draft in islice(waiting, CHUNK)]:
                cursor.execute(INSERT, [as_json(chunk)])
                written += cursor.rowcount
        if written:
            transaction.on_commit(wake.ring, using=self.db, robust=True)
        return written

    def about(self, text: str) -> Self:
        return self.filter(about=text)

    def due(self) -> Self:
        """What should be on its way by now."""
        now = timezone.now()
        return self.filter(waits_as=State.QUEUED, not_before__lte=now).exclude(not_after__lte=now)

    def oldest_due_age(self) -> timedelta | None:
        """For how long the oldest due message has been waiting; None if nothing waits."""
        oldest = self.due().order_by().aggregate(at=models.Min("not_before"))["at"]
        return timezone.now() - oldest if oldest else None

    def unsent(self) -> Self:
        """What nobody else has seen yet."""
        return self.filter(state__in=states.OPEN)

    def withdraw(self) -> int:
        """Take back what was not handed over yet; returns how many."""
        return self.unsent().update(state=State.CANCELLED, settled_at=timezone.now())

    def hold(self) -> int:
        """Keep waiting messages back until they are released."""
        return self.filter(state=State.QUEUED).update(state=State.HELD)

    def release(self) -> int:
        """Let held messages go."""
        released = self.filter(state=State.HELD).update(state=State.QUEUED)
        transaction.on_commit(wake.ring, using=self.db, robust=True)
        return released

    def expire(self) -> int:
        """Close what is too late to send."""
        now = timezone.now()
        late = self.filter(waits_as__in=[State.QUEUED, State.HELD], not_after__lte=now)
        return late.update(state=State.EXPIRED, settled_at=now)

    def learn(self, state: State) -> int:
        """Follow evidence from the other side; what is known already is never undone by less."""
        before = [old for old, moves in states.MOVES.items() if state in moves]
        return self.filter(state__in=before, handed_over_at__isnull=False).update(
            state=state,
            sent_at=Coalesce("sent_at", "handed_over_at"),
            settled_at=Coalesce("settled_at", Value(timezone.now())),
        )

    def send_again(self) -> int:
        """Queue unknown messages once more under the same Message-ID; never login codes."""
        now = timezone.now()
        again = self.filter(waits_as=State.UNKNOWN, resends=0).exclude(key__startswith=HOUSE)
        return again.exclude(not_after__lte=now).update(
            state=State.QUEUED, resends=1, not_before=now
        )

    def blank_house(self) -> int:
        """Forget login codes as soon as they are out; a trial goes on showing them."""
        if settings.OUTBOX_TRANSPORT == KEPT:
            return 0
        done = self.filter(key__startswith=HOUSE, state__in=states.SETTLED | {State.UNKNOWN})
        return done.exclude(context={}).update(context={})

    def forget(self, before: datetime) -> int:
        """Blank what was said in messages settled before then; that they were sent stays."""
        old = self.filter(created_at__lt=before, settled_at__lt=before).exclude(context={})
        return old.update(context={})


class Delivery(models.Model):
    """One message owed to one person, from the moment it is owed to what became of it."""

    State = State
    MessageClass = MessageClass

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    address = models.CharField(_("address"), max_length=254)
    channel = models.CharField(_("channel"), max_length=20, default="email")
    message_class = models.CharField(_("kind"), max_length=13, choices=MessageClass)
    key = models.CharField(_("key"), max_length=200)
    realm = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=100, blank=True)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    # All that indexes know of the state. A state in an index would make every move write every
    # index anew; like this the moves of a message on its way out touch none (HOT updates).
    waits_as = models.GeneratedField(
        expression=Case(When(state__in=WAITING, then=F("state")), default=Value("")),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    priority = models.SmallIntegerField(default=20)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # Sent again without evidence, at most once: twice is better than not at all, thrice is not.
    resends = models.PositiveSmallIntegerField(default=0)
    # Whose claim it is, while the state is claimed or handover; stays when it is over.
    claim_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=300)
    provider_id = models.CharField(max_length=300, blank=True)
    error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["waits_as", "priority", "not_before", "id"],
                name="delivery_queue",
                condition=~Q(waits_as=""),
            ),
            models.Index(
                fields=["claim_token"],
                name="delivery_claim",
                condition=Q(claim_token__isnull=False),
            ),
            models.Index(fields=["about"], name="delivery_about", condition=~Q(about="")),
            models.Index(fields=["realm", "-created_at"], name="delivery_realm"),
            models.Index(
                fields=["provider_id"], name="delivery_provider", condition=~Q(provider_id="")
            ),
            models.Index(
                fields=["created_at"], name="delivery_house", condition=Q(key__startswith=HOUSE)
            ),
            models.Index(fields=["created_at"], name="delivery_worded", condition=~Q(context={})),
        ]
        constraints = [
            # One index each instead of the two of unique=True, in a table that is mostly written;
            # keys are also looked up by their beginning.
            models.UniqueConstraint(
                fields=["key"], name="delivery_key_once", opclasses=["varchar_pattern_ops"]
            ),
            models.UniqueConstraint(fields=["message_id"], name="delivery_message_id_once"),
            models.CheckConstraint(
                name="delivery_state_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="delivery_handed_over_at",
                condition=~Q(state__in=sorted(states.HANDED_OVER))
                | Q(handed_over_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_sent_at",
                condition=~Q(state__in=sorted(states.ACCEPTED)) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_claimed_by",
                condition=~Q(state__in=[State.CLAIMED, State.HANDOVER])
                | Q(claim_token__isnull=False, lease_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title()} → {self.address}"

    def title(self) -> str:
        """What to call it in a list: its subject once it has one, before that its kind of mail."""
        return self.subject or self.template.rpartition("/")[2].replace("_", " ")

    @property
    def is_house(self) -> bool:
        return self.key.startswith(HOUSE)

    def facts(self) -> dict[str, Any]:
        """Everything the templates may speak of."""
        shared = self.batch.context if self.batch else {}
        return {**shared, **self.context, "unsubscribe_url": self.unsubscribe_url}

    @property
    def unsubscribe_url(self) -> str:
        """Where she asks for less; only what is news can be unsubscribed from (RFC 8058)."""
        if self.message_class != MessageClass.PROMOTIONAL or self.contact_id is None:
            return ""
        return f"{settings.PUBLIC_URL}/u/{unsubscribe_token(self.contact_id, self.realm)}/"

    def render(self) -> Letter:
        """The message as it would leave now; raises what the template raises."""
        return compose(self.template, self.facts(), self.language)


class Claimant(models.Model):
    """A sender at work: whose claims they are, and where a sweep looks for those of the dead."""

    token = models.UUIDField(primary_key=True)
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.token)


class Attempt(models.Model):
    """One try to hand a message over: how far it came and what the other side said."""

    # Written for every message in the same breath as its fate; the check of the key would cost
    # more than the row, and deliveries are deleted only through Django, which takes these along.
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="tries", db_constraint=False, db_index=False
    )
    n = models.PositiveIntegerField(_("number"))
    started_at = models.DateTimeField(_("started"))
    phase = models.CharField(_("reached"), max_length=20)
    code = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    text = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "n"], name="attempt_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.n}: {self.phase} {self.code or ''} {self.text}".strip()
