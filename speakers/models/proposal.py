"""What somebody would like to speak about, and everything that becomes of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Refused, Slot
from meetups.text import render_markdown
from people import tokens
from people.models import Contact, User, validate_name
from speakers import notices, telling
from speakers.models.call import Call, Format
from speakers.models.consent import TEXT_VERSION, Consent, Visibility
from speakers.models.part import Part
from speakers.models.places import must_fit
from speakers.models.proposals import ProposalQuerySet
from speakers.models.speaker import Speaker
from speakers.models.step import Step
from speakers.models.talk import Talk
from speakers.states import MOVES, State

DRAFT_PURPOSE = "speakers.draft"


class Proposal(models.Model):
    """A talk as it is proposed to a call, from its first line to its evening (O8)."""

    State = State

    class Origin(models.TextChoices):
        CALL = "call", _("open call")
        INVITED = "invited", _("personal invitation")
        ORGANIZER = "organizer", _("written in by an organizer")

    class Level(models.TextChoices):
        ALL = "all", _("everybody")
        BEGINNERS = "beginners", _("beginners")
        ADVANCED = "advanced", _("experienced people")

    call = models.ForeignKey(Call, models.PROTECT, related_name="proposals", verbose_name=_("call"))
    format = models.ForeignKey(
        Format, models.PROTECT, null=True, blank=True, related_name="proposals",
        verbose_name=_("format"),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=300)
    abstract = models.TextField(
        _("what it is about"), max_length=20_000, blank=True, help_text="Markdown"
    )
    abstract_html = models.TextField(editable=False, blank=True)
    notes = models.TextField(_("for the organizers only"), max_length=5000, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    level = models.CharField(_("for whom"), max_length=9, choices=Level, default=Level.ALL)
    is_first_talk = models.BooleanField(_("my first talk"), default=False)
    notice_days = models.PositiveSmallIntegerField(
        _("can step in within"), null=True, blank=True, validators=[MaxValueValidator(365)],
        help_text=_("Days of notice needed to step in for somebody. Empty: not asked."),
    )  # fmt: skip
    origin = models.CharField(_("came by"), max_length=9, choices=Origin, default=Origin.CALL)
    lead = models.ForeignKey(
        "speakers.Lead", models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    # A draft before its author's address is proved: what she typed, and the address of the form.
    by_name = models.CharField(max_length=200, blank=True, validators=[validate_name])
    by_email = models.CharField(max_length=254, blank=True)
    # What she allows to be shown; on record (Consent) once it is sent in.
    by_visibility = models.CharField(max_length=9, choices=Visibility, blank=True)
    by_licence = models.CharField(max_length=200, blank=True)
    draft_seed = models.CharField(max_length=32, default=tokens.new_seed, editable=False)
    draft_hash = models.CharField(max_length=64, unique=True, editable=False)

    state = models.CharField(_("state"), max_length=9, choices=State, default="", editable=False)
    state_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    # Rises with every move and every change of place: one number, one message.
    rev = models.PositiveIntegerField(default=0, editable=False)
    because = models.TextField(_("reason"), max_length=2000, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("sent in"), null=True, blank=True, editable=False)
    answer_by = models.DateField(_("answer promised by"), null=True, blank=True)
    # What its speakers were last told (lesson 4).
    told_state = models.CharField(max_length=9, choices=State, blank=True, editable=False)
    told_event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="known_to", editable=False
    )
    # The `rev` of the letter that said so; 0 where none of ours did.
    told_rev = models.PositiveIntegerField(default=0, editable=False)
    told_at = models.DateTimeField(_("last told"), null=True, blank=True, editable=False)
    # What they knew before: counts again if that letter is taken back unsent (speakers.telling).
    knew_state = models.CharField(max_length=9, choices=State, blank=True, editable=False)
    knew_event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    knew_rev = models.PositiveIntegerField(default=0, editable=False)
    chased = models.PositiveSmallIntegerField(default=0, editable=False)
    chased_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["call", "state", "-submitted_at"], name="proposal_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="proposal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(state=State.WITHDRAWN)
                | Q(submitted_at__isnull=False),
                name="proposal_sent_in_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.abstract_html = render_markdown(self.abstract)
        self.draft_hash = self.draft_hash or tokens.hash_of(
            tokens.token_from(DRAFT_PURPOSE, self.draft_seed)
        )
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    # What it is

    @property
    def draft_token(self) -> str:
        return tokens.token_for(DRAFT_PURPOSE, self.draft_seed, self.draft_hash)

    @property
    def slot(self) -> Slot | None:
        """Its place in an agenda, if it has one."""
        talk: Talk | None = getattr(self, "talk", None)
        return talk.slot if talk else None

    @property
    def event(self) -> Event | None:
        """The evening it is planned for, agreed or not."""
        return self.slot.event if self.slot else None

    @property
    def is_editable(self) -> bool:
        """Whether its speakers may still change it: until the deadline, or until it is taken up.

        Up to a deadline nothing hangs on what was decided and not told: it must not show through.
        """
        if self.call.is_standing and self.state != State.DRAFT:
            return self.state == State.SUBMITTED
        is_over = self.state == State.WITHDRAWN or self.told_state == State.DECLINED
        return self.call.is_open and not is_over

    @property
    def is_offered(self) -> bool:
        """Whether it waits for her yes to an evening."""
        event = self.event
        told = event is not None and self.told_event_id == event.pk
        return told and self.state == State.ACCEPTED

    # Verbs of speakers

    def add_author(self, contact: Contact | None, speaker: Speaker) -> Part:
        """Make her the author; her profile is hers from now on, for every further talk."""
        speaker.series.add(self.call.series)
        now = timezone.now()
        return Part.objects.create(
            proposal=self, contact=contact, speaker=speaker, is_author=True, accepted_at=now
        )

    def submit(self, late: bool = False) -> None:
        """Send it in: the receipt leaves at once. Raises Refused where the call is closed.

        `late`: an organizer takes it after the deadline, unless the call's evening is off or over.
        """
        with self.locked() as fresh:
            call = fresh.call
            if call.is_off or not (late or call.is_open):
                raise Refused(_g("This call is closed."))
            fresh.submitted_at, fresh.answer_by = timezone.now(), fresh.call.answer_by()
            fresh.move_to(State.SUBMITTED)
            fresh.tell()
        self.refresh_from_db()

    def confirm(self) -> None:
        """She comes on the evening that was offered. Raises Refused where none is (any more)."""
        with self.locked() as fresh:
            if fresh.state == State.CONFIRMED:
                return
            if not fresh.is_offered:
                raise Refused(_g("No evening is offered for this talk at the moment."))
            fresh.agree()
        self.refresh_from_db()

    def agree(self, by: User | None = None, note: str = "") -> None:
        """Its place is settled: confirmed, announced, and everybody in it told. Under the lock."""
        event = self.event
        if event is None or event.is_cancelled or event.is_over:
            raise Refused(_g("This evening does not take place any more."))
        self.move_to(State.CONFIRMED, by, note)
        talk: Any = self.talk
        talk.agreed_at = timezone.now()
        talk.save(update_fields=["agreed_at"])
        talk.plan_duties()
        event.reindex()
        self.tell()

    def pass_on(self, note: str = "") -> None:
        """She cannot come on that evening; the talk goes back to the pool, the organizers hear."""
        with self.locked() as fresh:
            slot = fresh.slot
            # Where an organizer has just planned another evening, she cannot mean that one.
            if slot is None or fresh.told_event_id != slot.event_id:
                raise Refused(_g("No evening is offered for this talk at the moment."))
            fresh.back_to_pool(note=note)
            notices.tell_organizers(fresh, slot, note)
            fresh.tell()
        self.refresh_from_db()

    def withdraw(self, by: User | None = None, note: str = "") -> None:
        """Take it back for good; a place in an agenda is free again and the organizers hear."""
        with self.locked() as fresh:
            slot, was_draft = fresh.slot, fresh.state == State.DRAFT
            fresh.leave_slot()
            fresh.move_to(State.WITHDRAWN, by, note)
            if slot:
                notices.tell_organizers(fresh, slot, note)
            if not was_draft:
                fresh.tell()
        self.refresh_from_db()

    def consent(
        self, part: Part, visibility: str, licence: str = "", version: str = TEXT_VERSION
    ) -> None:
        """Keep on record what this speaker allows; the narrowest wish of all counts."""
        with self.locked() as fresh:
            Consent.objects.create(
                part=part, visibility=visibility, licence=licence, text_version=version
            )
            talk: Talk | None = getattr(fresh, "talk", None)
            if talk:
                talk.follow_speakers()
                if event := fresh.event:
                    event.reindex()

    # Verbs of organizers: nobody hears of them before `tell`

    def accept(self, by: User | None = None) -> None:
        """Take it into the pool, to be placed on an evening later."""
        with self.locked() as fresh:
            if fresh.state == State.CONFIRMED:
                raise Refused(_g("The speaker has confirmed. Take the talk off its evening first."))
            fresh.move_to(State.ACCEPTED, by)
            Talk.of(fresh)
        self.refresh_from_db()

    def keep_in_reserve(self, notice_days: int | None = None, by: User | None = None) -> None:
        """Keep it to step in for somebody, with the notice its speaker needs (need 95)."""
        with self.locked() as fresh:
            fresh.leave_slot()
            if notice_days is not None:
                fresh.notice_days = notice_days
            fresh.move_to(State.RESERVE, by)
            Talk.of(fresh)
        self.refresh_from_db()

    def decline(self, because: str = "", by: User | None = None) -> None:
        """Say no, with the reason if one is given; the speaker reads it once she is told."""
        with self.locked() as fresh:
            fresh.because = because
            fresh.move_to(State.DECLINED, by, because[:500])
            fresh.leave_slot()
            fresh.save(update_fields=["because"])
        self.refresh_from_db()

    def reopen(self, by: User | None = None) -> None:
        """Take a no back: it is to be decided again."""
        with self.locked() as fresh:
            fresh.because = ""
            fresh.move_to(State.SUBMITTED, by)
        self.refresh_from_db()

    def place(self, slot: Slot, by: User | None = None, agreed: bool = False) -> None:
        """Plan it for this place; the speaker is asked once she is told, or has said yes already.

        Raises Refused where the place is taken, not for talks, or its evening off or over.
        """
        with self.locked(slot.event) as fresh:
            fresh.take_slot(Slot.objects.select_related("event__series").get(pk=slot.pk), by)
            if agreed:
                fresh.agree(by)
        self.refresh_from_db()

    def take_off(self, by: User | None = None, note: str = "") -> None:
        """Back to the pool: its evening goes on without it."""
        with self.locked() as fresh:
            if fresh.slot is None:
                raise Refused(_g("This talk is on no evening."))
            fresh.back_to_pool(by, note)
        self.refresh_from_db()

    def release(self) -> int:
        """Tell its speakers how it stands, if they do not know; returns how many are written to."""
        with self.locked() as fresh:
            told = fresh.tell()
        self.refresh_from_db()
        return told

    # The doors, all under the lock

    @contextmanager
    def locked(self, *events: Event) -> Iterator["Proposal"]:
        """Hold the evenings concerned, in the order of their numbers, then the proposal itself."""
        with transaction.atomic(), ExitStack() as stack:
            here = Slot.objects.filter(talk__proposal=self).values_list("event", flat=True).first()
            ids = {event.pk for event in events} | ({here} if here else set())
            for event in Event.objects.filter(pk__in=ids).order_by("pk"):
                stack.enter_context(event.locked())
            rows = Proposal.objects.select_for_update(of=("self",)).select_related(
                "call__series", "talk__slot__event__series", "told_event"
            )
            fresh = rows.get(pk=self.pk)
            if fresh.event and fresh.event.pk not in ids:
                raise Refused(_g("Somebody moved this talk at the same moment. Look again."))
            yield fresh

    def move_to(self, state: str, by: User | None = None, note: str = "") -> None:
        """The only door of its state. Raises Refused with the reason of the table."""
        refusal = MOVES[self.state][State(state)]
        if refusal is not None:
            raise Refused(str(refusal))
        if self.state == State.RESERVE:
            self.offers.close("gone")
        self.state, self.state_at, self.rev = state, timezone.now(), self.rev + 1
        self.save()
        self._write_step(by, note)

    def take_slot(self, slot: Slot, by: User | None = None) -> None:
        """Move into this place of an agenda, out of any earlier one; a yes to that one is void."""
        must_fit(self, slot)
        talk = Talk.of(self)
        if talk.slot and talk.slot.pk == slot.pk:
            return
        talk.take(slot)
        self.talk = talk
        slot.offers.release()
        if talk.agreed_at is None and self.state != State.ACCEPTED:
            self.move_to(State.ACCEPTED, by)
        else:
            self.note_step(by)

    def leave_slot(self) -> None:
        """Free its place in the agenda, if it has one."""
        talk: Talk | None = getattr(self, "talk", None)
        if talk and talk.slot:
            talk.leave()

    def back_to_pool(self, by: User | None = None, note: str = "") -> None:
        """Leave its place; a yes that was given to it is void."""
        self.leave_slot()
        if self.state == State.CONFIRMED:
            self.move_to(State.ACCEPTED, by, note)
        else:
            self.note_step(by, note)

    def rewrite(self, words: dict[str, Any]) -> None:
        """Keep these fields and no others, by name; its talk says the same from now on."""
        before = {name: getattr(self, name) for name in words}
        for name, value in words.items():
            setattr(self, name, value)
        self.edited_at = timezone.now()
        self.save(update_fields=[*words, "abstract_html", "edited_at"])
        talk: Talk | None = getattr(self, "talk", None)
        if talk:
            talk.follow_words(before)

    def note_step(self, by: User | None = None, note: str = "") -> None:
        """A change of place alone: history keeps it, and it is one more thing to tell."""
        self.rev += 1
        self.save(update_fields=["rev"])
        self._write_step(by, note)

    def tell(self) -> int:
        """Write to its speakers what they do not know yet; one message each for the difference."""
        return telling.tell(self)

    def _write_step(self, by: User | None, note: str) -> None:
        event = self.event
        place = {"event": event, "evening": event.title if event else ""}
        Step.objects.create(proposal=self, by=by, state=self.state, note=note[:500], **place)
        telling.forget_untrue(self)
