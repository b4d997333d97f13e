"""Whom an organizer writes down by hand is written to in the language of the series."""

from people.models import Contact
from tests.admin.pages import errors_of, save
from tests.builders import make_contact, make_event


def test_a_guest_added_by_an_organizer_reads_of_her_seat_in_the_language_of_the_series(
    client, ours
):
    ours.series.language = "ru"
    ours.series.save()
    event = make_event(ours.series)

    url = f"/admin/registrations/registration/add/?event={event.pk}"
    assert errors_of(save(client, url, name="Анна", email="anna@example.org")) == []

    seat = event.registrations.get()
    assert seat.contact.language == "ru"
    assert seat.contact.deliveries.get().render().subject.startswith("Место за вами: ")


def test_a_person_added_to_a_series_speaks_its_language_unless_she_has_one(client, ours):
    ours.series.language = "zh-hans"
    ours.series.save()
    make_contact("known@example.org", language="fr")

    both = ("new@example.org", "known@example.org")
    for email in both:
        assert errors_of(save(client, "/admin/meetups/member/add/", name="Ada", email=email)) == []

    languages = Contact.objects.filter(email__in=both).values_list("email", "language")
    assert dict(languages) == {"new@example.org": "zh-hans", "known@example.org": "fr"}


def test_a_series_is_not_saved_with_words_for_a_language(client, ours):
    answer = save(client, f"/admin/meetups/series/{ours.series.pk}/change/", language="Russian")
    assert errors_of(answer) == ["This is no code of a language. Write one like en or pt-br."]
