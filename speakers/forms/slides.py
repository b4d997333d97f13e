"""What a speaker sends while her talk is prepared: a version of her slides, a word on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetups.models import Refused
from speakers.models import Comment, Part, SlideDraft, Talk
from speakers.slides import add_version
from speakers.uploads import SlidesUpload


class SlidesForm(forms.Form):
    """One more version; its sentences are those of speakers.slides and speakers.uploads."""

    file = forms.FileField(
        label=_("Your slides as a PDF"),
        required=False,
        allow_empty_file=True,
        help_text=_("At most 25 MB. Only you and those who plan the evening see it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def __init__(
        self, part: Part, talk: Talk, *args: Any, upload: SlidesUpload | None = None
    ) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.part, self.talk, self.upload = part, talk, upload

    def clean_file(self) -> SlideDraft:
        """The stored version: whatever speaks against it is said beside the field."""
        refusal = self.upload.refusal if self.upload else ""
        if refusal:
            raise Refused(str(refusal))
        file = self.cleaned_data["file"]
        if file is None:
            raise Refused(_("Please choose a file."))
        return add_version(self.part, self.talk, file)


class CommentForm(forms.Form):
    """A word on the slides, to the organizers."""

    text = forms.CharField(
        label=_("Write to the organizers"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, part: Part, talk: Talk, *args: Any) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.part, self.talk = part, talk

    def save(self) -> Comment:
        """It stands beside the latest version."""
        latest = self.talk.drafts.ready().first()
        return Comment.objects.write(self.talk, self.cleaned_data["text"], latest, part=self.part)
