"""O16, needs 59, 60, 64: asked sparingly, later, and never what is known."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registrations.asking.report import asked_of, form_of
from registrations.models import Answer, FormDay, Question, Registration
from tests.builders import make_contact, make_event, make_organizer, make_registration, make_series

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
NAME_AND_ADDRESS = {"name": "Ada", "email": "ada@example.org"}


@pytest.fixture
def series():
    return make_series()


def ask(series, text="Which level?", **fields):
    return Question.objects.create(series=series, text=text, **fields)


def past_visit(series, contact, **fields):
    return make_registration(make_event(series, starts_in=-WEEK), contact=contact, **fields)


def register_url(event):
    return f"/events/{event.slug}/register/"


def questions_url(seat):
    return reverse("registrations:questions", args=[seat.token])


def asked_of_her(seat):
    """The texts of the questions that are open to her, as her page asks them."""
    form = Client().get(questions_url(seat)).context["form"]
    return [field.label for field in form.open_fields]


def say(seat, **answers):
    answer = Client().post(questions_url(seat), answers)
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    return answer


# "Done when" of O16


def test_a_newcomer_is_asked_name_and_address_and_nothing_else(series):
    ask(series, "Which level?", from_visit=2)
    ask(series, "Which interests?", from_visit=2)
    form = Client().get(register_url(make_event(series))).context["form"]
    assert [field.name for field in form.visible_fields()] == [
        "name", "email", "consent", "website",
    ]  # fmt: skip


def test_a_newcomer_is_asked_nothing_on_the_page_of_her_seat(series):
    ask(series, from_visit=2)
    seat = make_registration(make_event(series))
    assert asked_of_her(seat) == []
    assert "questions/" not in Client().get(seat.get_absolute_url()).content.decode()


def test_from_the_second_visit_on_level_and_interests_are_asked(series):
    ask(series, "Which level?", from_visit=2, position=1)
    ask(series, "Which interests?", from_visit=2, position=2)
    ask(series, "What do you speak about?", from_visit=3, position=3)
    contact = make_contact()
    past_visit(series, contact, came=True)
    seat = make_registration(make_event(series), contact=contact)
    assert asked_of_her(seat) == ["Which level?", "Which interests?"]
    page = Client().get(seat.get_absolute_url()).content.decode()
    assert f'href="{questions_url(seat)}"' in page
    assert "2 short questions, if you like" in page


def test_what_is_known_is_never_asked_again(series):
    level, interests = ask(series, "Which level?"), ask(series, "Which interests?")
    contact = make_contact()
    past_visit(series, contact)
    seat = make_registration(make_event(series), contact=contact)
    say(seat, **{f"question-{level.pk}": "new to it"})
    assert asked_of_her(seat) == ["Which interests?"]
    say(seat, **{f"question-{level.pk}": "new to it", f"question-{interests.pk}": "data"})
    later = make_registration(make_event(series), contact=contact)
    assert asked_of_her(later) == []
    assert "questions/" not in Client().get(later.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "before",
    [{"came": False}, {"state": "cancelled"}, {"state": "waiting"}],
)
def test_an_evening_she_was_not_at_is_no_visit(series, before):
    ask(series, from_visit=2)
    contact = make_contact()
    past_visit(series, contact, **before)
    assert asked_of_her(make_registration(make_event(series), contact=contact)) == []


def test_evenings_of_another_series_are_no_visits(series):
    ask(series, from_visit=2)
    contact = make_contact()
    past_visit(make_series(), contact, came=True)
    assert asked_of_her(make_registration(make_event(series), contact=contact)) == []


# Answering


def test_every_question_may_stay_open(series):
    ask(series, from_visit=1)
    seat = make_registration(make_event(series))
    say(seat)
    assert not Answer.objects.given().exists()
    assert asked_of_her(seat) == ["Which level?"]


def test_an_answer_is_changed_and_taken_back_on_the_same_page(series):
    question = ask(series, kind="choice", choices="new\nsome\nmuch", from_visit=1)
    seat, name = make_registration(make_event(series)), f"question-{question.pk}"
    say(seat, **{name: "new"})
    say(seat, **{name: "much"})
    assert Answer.objects.get().value == ["much"]
    say(seat, **{name: ""})
    assert not Answer.objects.given().exists()


def test_several_choices_are_kept_together_and_one_that_was_never_offered_is_refused(series):
    question = ask(series, kind="choices", choices="web\ndata\nops", from_visit=1)
    seat, name = make_registration(make_event(series)), f"question-{question.pk}"
    say(seat, **{name: ["web", "ops"]})
    assert Answer.objects.get().value == ["web", "ops"]
    assert Client().post(questions_url(seat), {name: ["fishing"]}).status_code == 200
    assert Answer.objects.get().value == ["web", "ops"]


def test_an_answer_that_is_no_longer_offered_stays_hers(series):
    question = ask(series, kind="choice", choices="new\nold", from_visit=1)
    seat, name = make_registration(make_event(series)), f"question-{question.pk}"
    say(seat, **{name: "old"})
    Question.objects.update(choices="new\nnewer")
    say(seat, **{name: "old"})
    assert Answer.objects.get().value == ["old"]


def test_markup_in_questions_and_answers_is_shown_as_text(series):
    payload = "<script>alert(1)</script>"
    question = ask(series, payload, from_visit=1)
    seat = make_registration(make_event(series))
    say(seat, **{f"question-{question.pk}": payload})
    page = Client().get(questions_url(seat)).content.decode()
    assert payload not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("text", ["x" * 301, "a\x00b"])
def test_what_is_too_long_or_no_text_is_refused_with_a_sentence(series, text):
    question = ask(series, from_visit=1)
    seat, name = make_registration(make_event(series)), f"question-{question.pk}"
    answer = Client().post(questions_url(seat), {name: text})
    assert answer.context["form"].errors[name]
    assert not Answer.objects.given().exists()


@pytest.mark.parametrize("state", ["cancelled", "expired"])
def test_who_has_no_seat_any_more_is_not_asked(series, state):
    seat = make_registration(make_event(series), state)
    assert Client().get(questions_url(seat)).status_code == 404


def test_the_page_stays_with_her(series):
    answer = Client().get(questions_url(make_registration(make_event(series))))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


@pytest.mark.parametrize("many", [1, 9])
def test_the_page_takes_as_many_queries_for_many_questions(series, many, django_assert_num_queries):
    for _n in range(many):
        ask(series, from_visit=1)
    seat = make_registration(make_event(series))
    Client().get(questions_url(seat))
    with django_assert_num_queries(5):
        Client().get(questions_url(seat))


# The public form


def test_what_everybody_is_asked_stands_in_the_form_and_is_kept_with_the_seat(series):
    question = ask(series, "Who told you about us?", from_visit=1)
    event = make_event(series)
    name = f"question-{question.pk}"
    Client().post(register_url(event), NAME_AND_ADDRESS | {name: " a  friend "})
    answer = Answer.objects.get()
    assert answer.value == ["a friend"]
    assert answer.registration == Registration.objects.get()


def test_the_form_changes_no_answer_for_anybody_may_send_it(series):
    question = ask(series, from_visit=1)
    event = make_event(series)
    name = f"question-{question.pk}"
    Client().post(register_url(event), NAME_AND_ADDRESS | {name: "hers"})
    Client().post(register_url(make_event(series)), NAME_AND_ADDRESS | {name: "a stranger's"})
    assert Answer.objects.get().value == ["hers"]


def test_what_is_not_asked_any_more_stands_nowhere(series):
    question = ask(series, from_visit=1, is_asked=False)
    event = make_event(series)
    assert f"question-{question.pk}" not in Client().get(register_url(event)).content.decode()
    assert asked_of_her(make_registration(event)) == []


# What the form costs


def counts(event):
    rows = FormDay.objects.filter(event=event)
    return [(day.opened, day.sent, day.amiss) for day in rows.order_by("day")]


def test_opened_sent_and_sent_back_are_counted_by_the_day_of_the_evenings_place():
    event = make_event(make_series(time_zone="Asia/Shanghai"))
    with time_machine.travel("2026-11-20T15:00Z", tick=False):
        event = make_event(event.series)
        for _n in range(3):
            Client().get(register_url(event))
        Client().post(register_url(event), {"name": "Ada", "email": "no address"})
        Client().post(register_url(event), NAME_AND_ADDRESS)
    with time_machine.travel("2026-11-20T16:00Z", tick=False):
        Client().get(register_url(event))
    assert counts(event) == [(3, 1, 1), (1, 0, 0)]
    assert FormDay.objects.earliest("day").day.isoformat() == "2026-11-20"


def test_a_check_of_the_link_and_a_browsers_guess_are_not_counted(series):
    event = make_event(series)
    Client().head(register_url(event))
    Client().get(register_url(event), headers={"Sec-Purpose": "prefetch;prerender"})
    Client().get(register_url(event), headers={"Purpose": "prefetch"})
    assert counts(event) == []


def test_a_closed_form_and_a_program_that_fills_every_field_are_not_counted(series):
    event = make_event(series)
    Client().post(register_url(event), NAME_AND_ADDRESS | {"website": "https://spam.example"})
    Client().get(register_url(make_event(series, starts_in=-WEEK)))
    assert not FormDay.objects.exists()


def test_the_report_adds_up_by_evening_and_by_day_and_knows_no_share_of_nothing(series):
    event, other = make_event(series), make_event(series)
    today = timezone.now().date()
    for one, day, opened, sent in [
        (event, today, 30, 12), (event, today - WEEK, 10, 8), (other, today, 0, 0),
    ]:  # fmt: skip
        FormDay.objects.create(event=one, day=day, opened=opened, sent=sent)
    FormDay.objects.create(event=make_event(), day=today, opened=99)
    form = form_of(series, today)
    assert (form.total.opened, form.total.sent, form.total.share) == (40, 20, 50)
    assert [(day.name, day.share) for day in form.days] == [(today, 40), (today - WEEK, 80)]
    assert sorted((e.opened, e.share) for e in form.evenings if e.opened) == [(40, 50)]
    assert [e.share for e in form.evenings if not e.opened] == [None]


def test_need_64_the_report_counts_communities_and_who_told_of_us_without_names(series):
    question = ask(series, "Which community are you from?", from_visit=1)
    for words in ["PyMinsk", "pyminsk", "PyMinsk", "Data Club", ""]:
        seat = make_registration(make_event(series))
        asked_of_her(seat)
        say(seat, **{f"question-{question.pk}": words})
    [asked] = asked_of(series)
    assert (asked.shown, asked.answered, asked.share) == (5, 4, 80)
    assert asked.most_common == [("PyMinsk", 3), ("Data Club", 1)]


# The admin


LIST = "/admin/registrations/question/"


def browser_of(series, role="owner"):
    browser = Client()
    browser.force_login(make_organizer(series, role))
    return browser


def test_no_question_is_on_by_default_and_ready_ones_are_a_click_away(series):
    page = browser_of(series).get(LIST).content.decode()
    assert not Question.objects.exists()
    for name in ["level", "interests", "community", "told"]:
        assert f"add/?ready={name}" in page


@pytest.mark.parametrize("name", ["level", "interests", "community", "told"])
def test_a_ready_question_is_saved_as_it_stands_and_asked_from_the_second_visit_on(series, name):
    browser = browser_of(series)
    form = browser.get(f"{LIST}add/?ready={name}").context["adminform"].form
    data = {field.name: field.value() for field in form if field.value() is not None}
    answer = browser.post(f"{LIST}add/", data | {"series": series.pk, "is_asked": "on"})
    assert answer.status_code == 302
    assert Question.objects.get().from_visit == 2
    assert "from visit 2 on" in browser.get(LIST).content.decode()


def test_a_choice_needs_something_to_choose(series):
    data = {"series": series.pk, "text": "?", "kind": "choice", "choices": "one\n\none",
            "from_visit": 2, "position": 0}  # fmt: skip
    answer = browser_of(series).post(f"{LIST}add/", data)
    assert "Write at least two, one a line." in answer.content.decode()


def test_a_question_with_answers_is_not_deleted(series):
    question = ask(series, from_visit=1)
    browser = browser_of(series)
    assert browser.get(f"{LIST}{question.pk}/delete/").status_code == 200
    say(make_registration(make_event(series)), **{f"question-{question.pk}": "x"})
    assert browser.get(f"{LIST}{question.pk}/delete/").status_code == 403


def test_the_report_is_for_organizers_of_the_series_alone(series):
    url = f"{LIST}form/?series={series.pk}"
    assert browser_of(series, "organizer").get(url).status_code == 200
    for browser in [browser_of(series, "door"), browser_of(series, "reviewer"),
                    browser_of(make_series())]:  # fmt: skip
        assert browser.get(url).status_code in {403, 404}


@pytest.mark.parametrize("odd", ["x", "0", "-1", "9" * 40, "\x00"])
def test_a_senseless_series_is_not_there(series, odd):
    answer = browser_of(series).get(f"{LIST}form/", {"series": odd})
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize("many", [1, 4])
def test_the_report_takes_eleven_queries_whatever_there_is(series, many, django_assert_num_queries):
    browser = browser_of(series)
    for _n in range(many):
        question = ask(series, from_visit=1)
        event = make_event(series)
        Client().get(register_url(event))
        say(make_registration(event), **{f"question-{question.pk}": "x"})
    with django_assert_num_queries(11):
        browser.get(f"{LIST}form/")


def test_what_was_left_open_is_no_answer_and_a_later_one_is_kept():
    seat = make_registration(make_event())
    question = Question.objects.create(series=seat.event.series, text="Which city?", from_visit=1)
    Answer.objects.keep_new({question.pk: []}, seat)
    Answer.objects.keep_new({question.pk: ["Minsk"]}, seat)
    Answer.objects.keep_new({question.pk: ["Somebody else's"]}, seat)
    assert question.answers.get().value == ["Minsk"]
