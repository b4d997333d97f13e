"""Preparing a talk together: versions of slides, what is said about them, and rehearsals."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.admin.base import SeriesInline
from meetups.admin.verbs import VerbForm
from meetups.rights import ADD, CHANGE, DELETE
from speakers.models import Comment, SlideDraft, Talk
from speakers.slides import pdf

BY_VERBS_ONLY = frozenset({ADD, CHANGE, DELETE})


class SlidesPages:
    """The files of a talk's slides, behind the same scoped fetch as the talk itself."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(never_cache(require_safe(self.slides_view)))
        own = path("<int:talk>/slides/<uuid:pk>.pdf", view, name="speakers_talk_slides")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def slides_view(self, request: HttpRequest, talk: int, pk: UUID) -> HttpResponseBase:
        """One version, for those who prepare the evening; a 404 for everybody else."""
        subject = self.get_object(request, str(talk))  # type: ignore[attr-defined]  # an admin's
        if subject is None or not self.has_change_permission(request, subject):  # type: ignore[attr-defined]
            raise Http404
        drafts = subject.drafts.ready().select_related("talk")
        return pdf(get_object_or_404(drafts, pk=pk))


class DraftInline(SeriesInline):
    """Every version, the latest first; the page of the talk decides which is shown."""

    model = SlideDraft
    closed = BY_VERBS_ONLY
    fields = readonly_fields = ("its_file", "part", "added_at", "size_in_words", "is_shown")
    ordering = ("-version",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).filter(state=SlideDraft.State.READY)
        return rows.select_related("part__speaker", "part__contact")

    @admin.display(description=_("version"))
    def its_file(self, draft: SlideDraft) -> str:
        url = reverse("admin:speakers_talk_slides", args=[draft.talk_id, draft.pk])
        return format_html('<a href="{}">{}</a>', url, draft)

    @admin.display(description=_("size"))
    def size_in_words(self, draft: SlideDraft) -> str:
        return filesizeformat(draft.size)

    @admin.display(description=_("shown"))
    def is_shown(self, draft: SlideDraft) -> str:
        return gettext("with the talk") if draft.is_published else ""


class CommentInline(SeriesInline):
    """What was said about the slides, as both sides read it."""

    model = Comment
    closed = BY_VERBS_ONLY
    fields = readonly_fields = ("at", "who", "draft", "text")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("part__speaker", "part__contact", "user", "draft")

    @admin.display(description=_("who"))
    def who(self, comment: Comment) -> str:
        return str(comment.user or comment.part or "")


class CommentVerb(VerbForm):
    name, button = "comment", _("Write about the slides")
    title = _("What would you say about the slides?")
    text = forms.CharField(
        label=_("To the speakers"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    version = forms.ModelChoiceField(
        label=_("About"), queryset=SlideDraft.objects.none(), required=False,
        empty_label=_("the talk as a whole"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["version"]
        field.queryset = self.subject.drafts.ready()
        self.initial["version"] = field.queryset.first()

    @classmethod
    def fits(cls, subject: Talk) -> bool:
        return subject.proposal_id is not None

    def consequence(self) -> str:
        told = self.subject.proposal.parts.reachable().count() if self.subject.proposal else 0
        sentence = ngettext(
            "%d speaker is told by mail, at most once an hour, and reads it on her page.",
            "%d speakers are told by mail, at most once an hour, and read it on their page.",
            told,
        )
        return f"{sentence % told} {gettext('It stands there as a word of the organizers.')}"

    def act(self) -> str:
        text, version = self.cleaned_data["text"], self.cleaned_data["version"]
        user: Any = self.request.user
        Comment.objects.write(self.subject, text, version, user=user)
        return gettext("The speakers can read it now.")


class PublishVerb(VerbForm):
    name, button = "slides", _("Choose the slides to show")
    title = _("Which slides are shown with the talk?")
    version = forms.ModelChoiceField(
        label=_("Version"), queryset=SlideDraft.objects.none(), required=False,
        blank=True, empty_label=_("none of them"), widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["version"]
        field.queryset = self.subject.drafts.ready()
        self.initial["version"] = self.subject.drafts.published().first()

    @classmethod
    def fits(cls, subject: Talk) -> bool:
        return subject.drafts.ready().exists()

    def consequence(self) -> str:
        shown = {
            Talk.Visibility.PUBLIC: gettext("Everybody can take it home. Nobody is written to."),
            Talk.Visibility.LINK: gettext("Whoever has the link to the talk can take it home."),
            Talk.Visibility.ATTENDEES: gettext(
                "Those who came can take it home once the evening has begun."
            ),
            Talk.Visibility.NOWHERE: gettext("The speaker wants nothing shown: nobody sees it."),
        }
        return shown[Talk.Visibility(self.subject.visibility)]

    def act(self) -> str:
        version = self.cleaned_data["version"]
        if version:
            version.publish()
            return gettext("Version %(n)d is shown with the talk.") % {"n": version.version}
        for shown in self.subject.drafts.published():
            shown.hide()
        return gettext("No slides are shown with the talk.")
