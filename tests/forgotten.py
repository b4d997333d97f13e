"""Somebody with a row in every table that can hold her, each with a mark that is nowhere else."""

import json
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from mailings.models import HeldBack, Opinion, PhoneCall
from meetups.models import Member, Wish
from outbox.models import Attempt, Batch, Delivery, MailEvent
from outbox.models.suppression import Suppression
from people.models import User
from planning.models import Approach, Shift
from registrations.models import (
    Answer,
    CirclePlace,
    CircleRound,
    DoorKey,
    Feedback,
    Import,
    Question,
    Scan,
)
from speakers.models import Comment, Consent, Proof, Remark, SlideDraft, Speaker, Topic, Voice
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_follower,
    make_lead,
    make_proposal,
    make_registration,
    make_rehearsal,
    make_series,
    make_slot,
    make_wave,
)

EMAIL = "Zdislava.Kanarek@canary.example"
NAME = "Zdislava Kanárek"
PHONE = "+420777123987"
MESSENGER = "918273645"
# Words of hers that nobody else says, one for each place in which she can leave some.
WORDS = "quagga"
MARKS = [EMAIL, NAME, "Zdislava", "Kanarek", PHONE, MESSENGER, WORDS]


class Canary:
    """Her rows; `old` is the seat of an evening that is over, `next` one of an evening to come."""

    def __init__(self) -> None:
        self.series = make_series()
        self.contact = make_contact(EMAIL, NAME, phone=PHONE, messenger=MESSENGER)
        self.contact.time_zone = "Europe/Prague"
        self.contact.save()
        self.past = make_event(self.series, starts_in=timedelta(days=9))
        self.to_come = make_event(self.series, starts_in=timedelta(days=30), capacity=1)
        self.old = make_registration(self.past, contact=self.contact, source="form")
        self.next = make_registration(self.to_come, contact=self.contact)
        self.heir = make_registration(self.to_come, "waiting")
        self.talk = self._speaks()
        self._follows()
        self._was_there()
        self._was_written_to()
        self._signs_in()
        self._is_named_elsewhere()
        self._is_over()

    def _speaks(self):
        call = make_call(self.series)
        slot = make_slot(self.past, kind="talk")
        given = make_proposal(
            call, "confirmed", self.contact, slot, notes=WORDS, abstract="What a query costs."
        )
        open_one = make_proposal(call, contact=self.contact, title=WORDS, notes=WORDS)
        speaker = Speaker.objects.get(contact=self.contact)
        speaker.bio, speaker.links = WORDS, f"https://{WORDS}.example"
        speaker.photo.save("face.jpg", ContentFile(WORDS.encode()))
        part = given.parts.get()
        Consent.objects.create(part=part, visibility="public", text_version="1", licence="CC0 1.0")
        draft = SlideDraft(talk=given.talk, part=part, version=1, size=6, state="ready")
        draft.file.save("x.pdf", ContentFile(WORDS.encode()), save=False)
        draft.save()
        draft.publish()
        Comment.objects.create(talk=given.talk, part=part, text=WORDS)
        rehearsal = make_rehearsal(self.past, notes=WORDS)
        type(rehearsal).objects.update(talk=given.talk)
        topic = Topic.objects.create(series=self.series, title=WORDS, wished_by=self.contact)
        shown = Topic.objects.create(series=self.series, title="Joins", shown_at=timezone.now())
        Voice.objects.create(topic=shown, contact=self.contact, note=WORDS)
        Remark.objects.create(talk=given.talk, contact=self.contact, liked=WORDS)
        make_lead(self.series, name=NAME, email=EMAIL.lower(), notes=f"{NAME} likes {topic.title}")
        Proof.objects.create(address=EMAIL, name=NAME, expires_at=timezone.now(), proposal=open_one)
        given.talk.summary = f"{NAME} spoke of indexes."
        given.talk.save()
        self.past.reindex()
        return given.talk

    def _follows(self):
        make_follower(self.series, self.contact, network="203.0.113.0/24", source="canary form")
        Member.objects.filter(contact=self.contact).update(tags=WORDS, notes=f"{NAME}: {WORDS}")
        Wish.objects.note(
            self.series, EMAIL, name=NAME, source="form", text_version="1", network="203.0.113.0/24"
        )

    def _was_there(self):
        question = Question.objects.create(series=self.series, text="Diet?")
        Answer.objects.create(
            question=question, contact=self.contact, registration=self.old, value=[WORDS]
        )
        Feedback.objects.create(
            registration=self.old, evening=5, room=4, words=WORDS, room_words=WORDS
        )
        key = DoorKey.objects.make(self.past, "door", "Helper")
        Scan.objects.create(
            event=self.past, key=key, registration=self.old, kind="walk_in", result="admitted",
            told=NAME, device="phone", scanned_at=timezone.now(),
        )  # fmt: skip
        circles = CircleRound.objects.create(event=self.past, number=1)
        CirclePlace.objects.create(round=circles, registration=self.old, circle=1)
        type(self.old).objects.filter(pk=self.old.pk).update(
            came=True, came_by="door", appeal="granted", appeal_text=WORDS,
            appealed_at=timezone.now(), arrived_at=timezone.now(),
        )  # fmt: skip
        PhoneCall.objects.create(
            event=self.past, schedule_rev=0, contact=self.contact, outcome="comes", note=WORDS
        )
        Opinion.objects.create(
            contact=self.contact, series=self.series, channel="email", half="2026-2", annoyed=False
        )
        make_wave(self.to_come).people.add(self.contact)
        Shift.objects.create(event=self.to_come, role="host").ask(self.contact)
        Approach.objects.create(event=self.to_come, contact=self.contact, state="written")

    def _was_written_to(self):
        with transaction.atomic():
            for key, address in (("canary", EMAIL), ("canary:sms", PHONE)):
                Delivery.objects.post(
                    self.contact, "plain", {"subject": WORDS, "text": f"Dear {NAME}"},
                    key=key, message_class="service", address=address,
                )  # fmt: skip
        sent = Delivery.objects.filter(key="canary")
        now = timezone.now()
        sent.update(state="claimed", claim_token=sent.get().pk, lease_until=now)
        sent.update(state="handover", handed_over_at=now, subject=WORDS)
        sent.update(state="sent", sent_at=now, settled_at=now, error=f"550 {EMAIL}")
        Attempt.objects.create(
            delivery=sent.get(), n=1, started_at=now, phase="taken", text=f"250 <{EMAIL}>"
        )
        MailEvent.objects.create(
            provider="smtp", provider_event_id="1", delivery=sent.get(), type="bounced", at=now,
            message_id=sent.get().message_id,
        )  # fmt: skip
        batch = Batch.objects.create(key="b", title="Programme", context={"talks": [f"By {NAME}"]})
        HeldBack.objects.create(batch=batch, contact=self.contact, reason="capped")
        Suppression.objects.add_address(PHONE, Suppression.Reason.BLOCKED)
        Delivery.objects.post(
            make_contact(), "plain", {"subject": "x", "text": f"{NAME} ({EMAIL}) cannot come"},
            key="other", message_class="transactional",
        )  # fmt: skip

    def _signs_in(self):
        self.user = User.objects.create_user(EMAIL, "one evening a month", name=NAME)
        EmailAddress.objects.create(user=self.user, email=EMAIL, verified=True, primary=True)
        Authenticator.objects.create(user=self.user, type="webauthn", data={"name": WORDS})
        UserSession.objects.create(
            user=self.user, ip="203.0.113.77", session_key="canary-key", user_agent=WORDS
        )
        self.contact.user = self.user
        self.contact.save()

    def _is_named_elsewhere(self):
        other = User.objects.create_user("colleague@example.org", name="A Colleague")
        for thing in (self.contact, self.old, self.talk, self.series):
            LogEntry.objects.create(
                user=other,
                content_type=ContentType.objects.get_for_model(thing),
                object_id=str(thing.pk),
                object_repr=str(thing),
                action_flag=CHANGE,
                change_message=json.dumps([{"changed": {"name": NAME, "object": EMAIL}}]),
            )
        self.past.recap = f"Thanks to {NAME.upper()}, {EMAIL}!"
        self.past.save()
        Import.objects.create(
            series=self.series, file_name="people.csv", content=f"{EMAIL},{NAME}".encode(),
            report={"lines": [f"{NAME} is new", f"chat {MESSENGER}"]},
        )  # fmt: skip

    def _is_over(self):
        """The first evening becomes one of the past, by the back door."""
        before = timezone.now() - timedelta(days=3)
        type(self.past).objects.filter(pk=self.past.pk).update(
            starts_at=before, ends_at=before + timedelta(hours=3), date=before.date()
        )
        self.past.refresh_from_db()
