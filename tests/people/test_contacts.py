"""One person for each address, whoever writes it and however often at once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from people.models import Contact, User, normalized_email
from tests.builders import make_contact, make_organizer, make_series, make_user
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def test_an_unknown_address_is_a_new_person():
    contact = Contact.objects.for_email("ada@example.org", "Ada", "ru")
    assert (contact.email, contact.name, contact.language) == ("ada@example.org", "Ada", "ru")


@pytest.mark.parametrize("typed", ["ada@example.org", "ADA@EXAMPLE.ORG", " Ada@Example.Org. "])
def test_a_known_address_is_the_known_person_with_her_name(typed):
    known = make_contact("ada@example.org", "Ada Lovelace", language="fr")
    found = Contact.objects.for_email(typed, "Mallory", "ru")
    assert found == known
    found.refresh_from_db()
    assert (found.name, found.language) == ("Ada Lovelace", "fr")


def test_a_person_without_a_name_gets_the_first_one_that_is_typed():
    Contact.objects.for_email("ada@example.org")
    Contact.objects.for_email("ada@example.org", "Ada")
    Contact.objects.for_email("ada@example.org", "Mallory")
    assert Contact.objects.get().name == "Ada"


@pytest.mark.parametrize("typed", ["", "ada", "ada@", "a@b@", "\x00@x.org", "a" * 300 + "@x.org"])
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValidationError):
        Contact.objects.for_email(typed)


def test_the_database_knows_one_person_for_all_spellings():
    make_contact("ada@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_contact("ADA@example.org")


def test_a_person_is_found_by_the_unique_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Contact.objects.at("Ada@example.org").explain()
    assert "contact_email_once" in plan


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_with_one_new_address_are_one_person(transactional_db):
    for number in range(5):
        spellings = [f"ada-{number}@example.org", f"ADA-{number}@Example.org"] * 4
        found = in_threads(
            8, lambda n, them=spellings: Contact.objects.for_email(them[n], "Ada").pk
        )
        assert len(set(found)) == 1
    assert Contact.objects.count() == 5


# People who sign in


def test_a_user_is_known_by_her_address_in_any_case():
    user = make_user("Ada@Example.org")
    assert User.objects.get_by_natural_key("aDA@EXAMPLE.ORG") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ada@example.org")


def test_the_admin_opens_for_who_has_a_role_and_closes_with_the_last_one():
    user = make_organizer(make_series())
    assert user.is_staff
    user.organizer_roles.all().delete()
    assert not User.objects.get(pk=user.pk).is_staff


def test_a_user_without_a_password_cannot_sign_in_with_an_empty_one():
    user = User.objects.create_user("ada@example.org")
    assert not user.check_password("")
    assert not user.has_usable_password()


@pytest.mark.parametrize("typed", ["x@y.org", "X@Y.ORG", "x@y.org."])
def test_an_address_has_one_spelling_of_its_domain(typed):
    assert normalized_email(typed).lower() == "x@y.org"
    assert normalized_email(normalized_email(typed)) == normalized_email(typed)
