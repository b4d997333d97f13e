"""What somebody said hurts, written down after a talk with her (need 92)."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.models import Series
from speakers.models import Topic, Voice

MOST_NEW = 10
DOUBLE_CLICK = 60  # seconds


class InterviewForm(forms.Form):
    """One person's needs: a voice of her audience for each topic she named."""

    audience = forms.CharField(
        label=_("Audience"),
        max_length=60,
        help_text=_("Like: beginners, data, managers. Everybody of one audience counts there."),
        widget=forms.TextInput(attrs={"list": "audiences", "autocomplete": "off"}),
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.none(),
        label=_("What they need"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    more = forms.CharField(
        label=_("New topics"),
        required=False,
        max_length=3000,
        help_text=_("One a line. Nobody else sees them until you show them."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note = forms.CharField(
        label=_("In their words"),
        max_length=5000,
        required=False,
        help_text=_("Stands with each of these voices. For ourselves."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    # Another one each time the page is opened.
    page = forms.CharField(
        required=False, max_length=32, initial=lambda: uuid4().hex, widget=forms.HiddenInput
    )

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.series = series
        field: Any = self.fields["topics"]
        field.queryset = series.topics.exclude(state=Topic.State.CLOSED).defer("text")
        self.audiences = Voice.objects.of(series).audiences()

    def clean_more(self) -> list[str]:
        titles = [" ".join(line.split()) for line in self.cleaned_data["more"].splitlines()]
        found = list({title.casefold(): title for title in titles if title}.values())
        if len(found) > MOST_NEW or any(len(title) > 200 for title in found):
            raise ValidationError(gettext("At most 10 topics, each no longer than 200 letters."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["topics"] and not data["more"]:
            raise ValidationError(gettext("Tick what they need, or write it down as a new topic."))
        return data

    def save(self) -> int:
        """Write her voices; returns how many topics she spoke for. A click too many adds none."""
        data = self.cleaned_data
        audience = Voice.objects.of(self.series).spelled(data["audience"])
        with transaction.atomic():
            # Two clicks at once come one by one.
            Series.objects.select_for_update(no_key=True).get(pk=self.series.pk)
            named = [self._topic(title) for title in data["more"]]
            topics = {topic.pk: topic for topic in [*data["topics"], *named]}
            if self._is_new():
                said = {"audience": audience, "note": data["note"]}
                Voice.objects.bulk_create(
                    Voice(topic=topic, source=Voice.Source.INTERVIEW, **said)
                    for topic in topics.values()
                )
        return len(topics)

    def _is_new(self) -> bool:
        """Whether this page was not sent before: two people may well say the same."""
        page = self.cleaned_data["page"]
        return not page or cache.add(f"speakers.interview:{page}", 1, DOUBLE_CLICK)

    def _topic(self, title: str) -> Topic:
        """The topic of this name, else a new one that nobody else sees yet."""
        known = Topic.objects.named(self.series, title)
        return known or self.series.topics.create(title=title)
