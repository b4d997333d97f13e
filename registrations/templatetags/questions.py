"""{% open_questions registration as n %}: how many questions its holder has not answered."""

from django import template

from registrations.models import Question, Registration

register = template.Library()


@register.simple_tag
def open_questions(registration: Registration) -> int:
    """How many she may be asked at this visit; at most two queries, one where there are none."""
    unanswered = Question.objects.asked().filter(series=registration.event.series_id)
    if not unanswered.unanswered_by(registration.contact).exists():
        return 0
    return Question.objects.due_to(registration).unanswered_by(registration.contact).count()
