"""The questions of one seat's holder, on her own page."""

from typing import Any

from django import forms

from registrations.asking.fields import AsksQuestions, name_of
from registrations.models import Answer, Question, Registration


class QuestionsForm(AsksQuestions):
    """What she may be asked by now: open questions first, then what she told us, to be changed."""

    def __init__(self, registration: Registration, *args: Any) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.registration = registration
        due = list(Question.objects.due_to(registration))
        rows = Answer.objects.given().filter(contact=registration.contact_id, question__in=due)
        self.known: dict[int, list[str]] = dict(rows.values_list("question", "value"))
        self.ask(due, self.known)

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questions if question.pk not in self.known]

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [self[name_of(question)] for question in self.open_questions]

    @property
    def known_fields(self) -> list[forms.BoundField]:
        return [self[name_of(q)] for q in self.questions if q.pk in self.known]

    def save(self) -> None:
        """Keep what has changed; an answer taken back is gone."""
        said = self.answers()
        changed = {pk: value for pk, value in said.items() if value != self.known.get(pk, [])}
        Answer.objects.keep(changed, self.registration)
