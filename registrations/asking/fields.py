"""Questions of a series as fields of a form; each may stay open (O16, need 59)."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.models import Question

LONGEST = 300  # of an answer typed as text
NO_ANSWER = ("", _("No answer"))
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


class AsksQuestions(forms.Form):
    """A form that can ask; `ask` adds the fields, `answers` returns what was said."""

    questions: Collection[Question] = ()

    def ask(
        self, questions: Collection[Question], known: Mapping[int, list[str]] | None = None
    ) -> None:
        """Add a field for each question, filled with the answer that is known."""
        self.questions = questions
        for question in questions:
            said = (known or {}).get(question.pk, [])
            self.fields[name_of(question)] = field_for(question, said)

    @property
    def question_fields(self) -> list[forms.BoundField]:
        return [self[name_of(question)] for question in self.questions]

    def answers(self) -> dict[int, list[str]]:
        """What was answered, by question; an empty list for what was left open."""
        said = {q.pk: self.cleaned_data.get(name_of(q)) for q in self.questions}
        return {pk: _as_list(value) for pk, value in said.items()}


def name_of(question: Question) -> str:
    return f"question-{question.pk}"


def field_for(question: Question, said: list[str]) -> forms.Field:
    """The field of one question; an answer that is no longer offered stays hers to keep."""
    usual: dict[str, Any] = {
        "label": question.text, "help_text": question.help, "required": False,
    }  # fmt: skip
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(max_length=LONGEST, initial="".join(said[:1]), **usual)
    if question.kind == Question.Kind.CHOICES:
        offered = _offered(question.options, said)
        ticks = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=offered, widget=ticks, initial=said, **usual)
    options = _offered(question.options, said)
    if question.kind == Question.Kind.YES:
        options = list(YES_OR_NO)
    choices = [*options, NO_ANSWER]
    first = said[0] if said else ""
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=first, **usual)


def _offered(options: list[str], said: list[str]) -> list[tuple[Any, Any]]:
    return [(word, word) for word in dict.fromkeys([*options, *said])]


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = " ".join(value.split())
    return list(value) if isinstance(value, list) else [value] if value else []
