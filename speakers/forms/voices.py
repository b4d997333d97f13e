"""What a guest says: what she wants to hear, and what a talk's speaker should know (O27)."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.models import Contact
from speakers.models import Remark, Talk, Topic, Voice

MOST_TOPICS = 60  # on one page; her own are always among them


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TickedField(forms.MultipleChoiceField):
    """Takes what is ticked; what was put aside while the page was open counts for nothing."""

    def valid_value(self, value: str) -> bool:
        return True


class VoiceForm(forms.Form):
    """Her voices of one series, ticked; and one more wish."""

    topics = TickedField(
        label=_("Tick what you would come for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wish = forms.CharField(
        label=_("Something else?"),
        max_length=200,
        required=False,
        help_text=_("A topic in a few words. We look at it before others see it."),
    )
    audience = forms.CharField(
        label=_("Which words describe you?"),
        max_length=60,
        required=False,
        help_text=_("Like: beginner, data, manager. Counted, never shown with your name."),
        widget=forms.TextInput(attrs={"list": "audiences", "autocomplete": "off"}),
    )

    def __init__(self, event: Event, contact: Contact, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.event, self.contact = event, contact
        voices = Voice.objects.of(event.series)
        self.voices, self.audiences = voices.filter(contact=contact), voices.audiences()
        mine = list(self.voices.values_list("topic", "audience"))
        own = {topic for topic, _audience in mine}
        # A topic put aside meanwhile is not on the page, and a voice for it stays.
        self.ballot = self._ballot(own)
        field: Any = self.fields["topics"]
        field.choices = [(str(topic.pk), topic.title) for topic in self.ballot]
        if not self.ballot:
            del self.fields["topics"]
        self.initial["topics"] = [str(topic.pk) for topic in self.ballot if topic.pk in own]
        self.initial["audience"] = next((audience for _topic, audience in mine if audience), "")

    def _ballot(self, own: set[int]) -> list[Topic]:
        wanted = self.event.series.topics.for_ballot(self.contact).wanted().defer("text")
        found = list(wanted)
        return [topic for n, topic in enumerate(found) if n < MOST_TOPICS or topic.pk in own]

    def save(self) -> None:
        """Her voices as she ticked them; the same page sent twice says it once.

        Raises Refused where too many of her wishes wait already.
        """
        data = self.cleaned_data
        with transaction.atomic():
            # One page of hers at a time, whichever evening's link she followed.
            Contact.objects.select_for_update(no_key=True).get(pk=self.contact.pk)
            audience = Voice.objects.of(self.event.series).spelled(data["audience"])
            self._keep(set(data.get("topics", [])), audience)
            if data["wish"]:
                wish = " ".join(data["wish"].split())
                topic = Topic.objects.wish(self.event.series, wish, self.contact)
                self._voice(topic, audience)
            hers = self.voices.exclude(source=Voice.Source.INTERVIEW)
            hers.exclude(audience=audience).update(audience=audience)

    def _keep(self, ticked: set[str], audience: str) -> None:
        asked = [topic for topic in self.ballot if str(topic.pk) not in ticked]
        self.voices.filter(topic__in=asked).exclude(source=Voice.Source.INTERVIEW).delete()
        for topic in self.ballot:
            if str(topic.pk) in ticked:
                self._voice(topic, audience)

    def _voice(self, topic: Topic, audience: str) -> None:
        source = Voice.Source.FEEDBACK if self.event.is_over else Voice.Source.VOTE
        Voice.objects.get_or_create(
            topic=topic, contact=self.contact, defaults={"audience": audience, "source": source}
        )


class RemarkForm(forms.Form):
    """What one talk's speaker is told, by one person, once; she may change her mind."""

    liked = forms.CharField(
        label=_("What was good?"), max_length=2000, required=False, widget=lines(3)
    )
    wished = forms.CharField(
        label=_("What could be better?"), max_length=2000, required=False, widget=lines(3)
    )

    def __init__(self, talk: Talk, contact: Contact, known: Remark | None, *args: Any) -> None:
        super().__init__(*args)
        self.prefix = f"talk-{talk.pk}"
        self.label_suffix = ""
        self.talk, self.contact, self.known = talk, contact, known
        if known:
            self.initial = {"liked": known.liked, "wished": known.wished}

    def save(self) -> None:
        """Keep what she wrote; nothing written, nothing kept."""
        said = {"liked": self.cleaned_data["liked"], "wished": self.cleaned_data["wished"]}
        hers = Remark.objects.filter(talk=self.talk, contact=self.contact)
        if not any(said.values()):
            hers.delete()
        elif self.has_changed():
            Remark.objects.update_or_create(
                talk=self.talk, contact=self.contact, defaults=said | {"at": timezone.now()}
            )
