"""What people type as an address and a name: one person each, never a broken page (T10)."""

from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection

from people.models import Contact
from registrations.models import Registration
from tests.builders import make_event
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

# What is typed, and the address it means; None is refused with a sentence.
ADDRESSES = [
    ("ada@example.org", "ada@example.org"),
    ("ADA@EXAMPLE.ORG", "ada@example.org"),
    ("Ada@Example.Org", "ada@example.org"),
    ("  ada@example.org \t", "ada@example.org"),
    ("ada@example.org.", "ada@example.org"),
    ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
    ("ada\u00ad@example.org", None),
    ("ada\u200b@example.org", None),
    ("\u202eada@example.org", None),
    ("\ufeffada@example.org", None),
    ("ada@ex\u00adample.org", "ada@example.org"),
    ("kelvin@example.org", "kelvin@example.org"),
    ("\u212aelvin@example.org", "kelvin@example.org"),
    ("kelvin@e\u017fample.org", "kelvin@esample.org"),
    ("ırmak@example.org", None),
    ("İrmak@example.org", None),
    ("irmak@İstanbul.example", "irmak@xn--istanbul-o0e.example"),
    ("ada@пример.испытание", "ada@xn--e1afmkfd.xn--80akhbyknj4f"),
    ("ADA@ПРИМЕР.ИСПЫТАНИЕ", "ada@xn--e1afmkfd.xn--80akhbyknj4f"),
    ("ada@straße.example", "ada@strasse.example"),
    ("ада@example.org", None),
    ("ada+python@example.org", "ada+python@example.org"),
    ("ada+PYTHON@example.org", "ada+python@example.org"),
    ("a.d.a@example.org", "a.d.a@example.org"),
    ("o'neil@example.org", "o'neil@example.org"),
    ("ada@localhost", "ada@localhost"),
    ("ada@[127.0.0.1]", "ada@[127.0.0.1]"),
    ("ada@127.0.0.1", None),
    ("ada", None),
    ("ada@", None),
    ("@example.org", None),
    ("ada@@example.org", None),
    ("ada@exa mple.org", None),
    ("ada..b@example.org", None),
    (".ada@example.org", None),
    ("ada@-example.org", None),
    ("ada@example..org", None),
    ("ada@example.org\r\nBcc: eve@example.org", None),
    ("ada@example.org,eve@example.org", None),
    ("Ada <ada@example.org>", None),
    ("ada@example.org\x00", None),
    ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ("a" * 255 + "@example.org", None),
    ("ada@" + "a" * 64 + ".org", None),
    ("ada@" + "a." * 130 + "org", None),
    ("ada@" + "я." * 120 + "org", None),
    ("\ud800@example.org", None),
    ("%00@example.org", "%00@example.org"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


@pytest.fixture
def event():
    return make_event(slug="x")


def post(client, email, name="Ada", **fields):
    typed = {"name": name, "email": email} | fields
    body = urlencode(typed, errors="surrogatepass")
    return client.post("/events/x/register/", body, "application/x-www-form-urlencoded")


@pytest.mark.parametrize(("typed", "meant"), ADDRESSES)
def test_an_address_is_one_person_or_is_refused(client, event, typed, meant):
    answer = post(client, typed)
    assert answer.status_code == (302 if meant else 200)
    found = [email.lower() for email in Contact.objects.values_list("email", flat=True)]
    assert found == ([meant] if meant else [])


def test_all_spellings_of_an_address_are_one_person_with_one_seat(client, event):
    meant = {address for _typed, address in ADDRESSES if address}
    for typed, address in ADDRESSES * 2:
        cache.clear()
        assert post(client, typed).status_code == (302 if address else 200)
    assert {email.lower() for email in Contact.objects.values_list("email", flat=True)} == meant
    assert Contact.objects.count() == Registration.objects.count() == len(meant)


def test_the_database_knows_no_two_spellings_either(client, event):
    post(client, "Ada@Example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_contact WHERE lower(email) = 'ada@example.org'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    "name",
    [
        "Ада Лавлейс",
        "编程",
        "O'Neil",
        "José María",
        "Ada 🎉",
        "Robert'); DROP TABLE--",
        "A" * 200,
        "null",
    ],
)
def test_a_name_is_kept_as_it_was_typed(client, event, name):
    assert post(client, "ada@example.org", name).status_code == 302
    assert Contact.objects.get().name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "A" * 201,
        "Ada\nBcc: eve@example.org",
        "Ada\x85Bcc: eve@example.org",
        "Ada\x00",
        "<script>alert(1)</script>",
        "https://evil.example",
        "see www.evil.example now",
        "Ada\x1b[31m",
        "Ada\u2028Bcc: eve@example.org",
        "\u202eadA",
    ],
)
def test_what_is_no_name_is_refused_with_a_sentence(client, event, name):
    answer = post(client, "ada@example.org", name)
    assert (answer.status_code, Contact.objects.count()) == (200, 0)
    assert answer.context["form"].errors.keys() == {"name"}


def test_a_program_that_fills_every_field_gets_nothing_but_the_usual_answer(client, event):
    answer = post(client, "ada@example.org", website="https://evil.example")
    assert (answer.status_code, Contact.objects.count()) == (302, 0)


def test_a_way_to_take_part_that_is_not_there_is_refused(client):
    make_event(slug="x", mode="both")
    assert post(client, "ada@example.org", mode="roof").status_code == 200
    assert Registration.objects.count() == 0


def test_where_somebody_came_from_is_kept_short_and_plain(client, event):
    client.post("/events/x/register/?from=" + "p" * 500, {"name": "A", "email": "a@x.org"})
    assert Registration.objects.get().source == "p" * 100


def test_consent_is_a_wish_with_its_evidence_and_not_yet_a_confirmation(client, event):
    post(client, "ada@example.org", consent="on")
    wish = event.series.wishes.get()
    assert (wish.email, wish.source, wish.confirmed_at) == ("ada@example.org", "registration", None)
    assert wish.text_version
    assert wish.network == "127.0.0.0/24"
    assert event.series.members.get().subscriptions.count() == 0


def test_without_the_box_nobody_follows(client, event):
    post(client, "ada@example.org")
    assert event.series.wishes.count() == event.series.members.get().subscriptions.count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_new_address_from_eight_tabs_is_one_person_and_no_refused_row():
    """PostgreSQL writes a refused row into its log, with the name and the address in it."""
    refused = []

    def listen(execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except IntegrityError as error:
            refused.append(error)
            raise

    def from_a_tab(number):
        with connection.execute_wrapper(listen):
            return [Contact.objects.for_email(f"x{n}@ex.org", "Ada").pk for n in range(20)]

    assert len({tuple(found) for found in in_threads(8, from_a_tab)}) == 1
    assert refused == []
