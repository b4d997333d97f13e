"""The pages by which a file comes in: for owners and organizers of the series, nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetups.models import Refused
from registrations.importing.doors import take_over
from registrations.models import Import
from tests.builders import make_organizer, make_series
from tests.registrations.importing.files import EVENINGS, MEMBERS, sent, taken, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return make_series()


def as_role(series, role="owner"):
    browser = Client()
    browser.force_login(make_organizer(series, role=role))
    return browser


def top(series):
    return f"/admin/meetups/series/{series.pk}/imports/"


def send(browser, series, content, name="list.csv"):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return browser.post(top(series), {"file": file})


def posted(page):
    """What a browser would send if nothing on the page were changed."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in {None, False}}


@pytest.mark.parametrize("role", ["owner", "organizer"])
def test_a_file_goes_from_upload_to_report_to_history(series, role):
    browser = as_role(series, role)
    page = browser.get(send(browser, series, EVENINGS).url)
    assert [c["field"].value() for c in page.context["columns"]] == [
        "name", "email", "title", "date", "rsvp", "came", "guests", "tag",
    ]  # fmt: skip
    assert page.context["columns"][0]["samples"] == ["Anna", "Boris", "Clara"]
    report = browser.get(browser.post(page.request["PATH_INFO"], posted(page)).url)
    assert "Nothing is written yet" in report.content.decode()
    assert not series.events.exists()
    done = browser.post(report.request["PATH_INFO"], follow=True)
    assert "Nobody was written to" in done.content.decode()
    assert series.events.count() == 2


def test_a_wrong_guess_is_corrected_on_the_page(series):
    browser = as_role(series)
    page = browser.get(send(browser, series, "who,where\nAnna,anna@example.org\n").url)
    refused = browser.post(page.request["PATH_INFO"], posted(page))
    assert "knows the person" in refused.content.decode()
    said = posted(page) | {"column_0": "name", "column_1": "email"}
    browser.post(page.request["PATH_INFO"], said)
    assert Import.objects.get().report["people_new"] == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"column_0": "email"}, "cannot both be"),
        ({"about": "one"}, "Choose the evening"),
        ({"about": "one", "title": "New", "date": "2999-01-01"}, "still to come"),
        ({"about": "one", "title": "New", "date": "0001-01-01"}, "cannot be meant"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"column_3": "", "about": "many"}, "holds the date"),
        ({"order": "sometimes"}, "valid choice"),
        ({"evening": "9999", "about": "one"}, "valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_field(series, said, words):
    browser = as_role(series)
    page = browser.get(send(browser, series, EVENINGS).url)
    answer = browser.post(page.request["PATH_INFO"], posted(page) | said)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_new_evening_is_made_for_the_list_of_one(series):
    file = sent("email,came\nanna@example.org,yes\n", series)
    browser = as_role(series)
    url = f"{top(series)}{file.pk}/"
    said = posted(browser.get(url)) | {"title": "Queues", "date": "2026-05-14"}
    browser.post(browser.post(url, said).url)
    assert [(e.title, str(e.date)) for e in series.events.all()] == [("Queues", "2026-05-14")]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251"])
def test_what_lies_there_is_utf_8_so_that_whoever_is_erased_is_found_in_it(series, encoding):
    send(as_role(series), series, "имя,email\nАнна,anna@example.org\n".encode(encoding))
    assert "Анна,anna@example.org" in bytes(Import.objects.get().content).decode()


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"", b"\xff\xfe", b"a\x00b\n\x00\n"])
def test_a_file_that_is_no_table_is_refused_on_the_page(series, content):
    answer = send(as_role(series), series, content, "list.xlsx")
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused_on_the_page(series):
    answer = send(as_role(series), series, b"email\n" + b"a" * (10 * 1024 * 1024))
    assert "larger than 10 MB" in answer.content.decode()


def test_the_lines_left_out_can_be_downloaded(series):
    file = tried(sent(MEMBERS, series))
    answer = as_role(series).get(f"{top(series)}{file.pk}/report.csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "line,why it is left out"
    assert lines[1].startswith("2,")


def test_no_cell_of_the_download_is_a_formula(series):
    file = tried(sent("email,date,came\na@example.org,=1+1,yes\n", series))
    answer = as_role(series).get(f"{top(series)}{file.pk}/report.csv")
    assert all(not cell.startswith("=") for cell in answer.content.decode().split(","))


def test_a_file_can_be_thrown_away_until_it_is_taken_over(series):
    browser, done = as_role(series), taken(EVENINGS, series)
    left = sent(EVENINGS, series)
    for file in (left, done):
        assert browser.post(f"{top(series)}{file.pk}/away/").status_code == 302
    assert list(Import.objects.all()) == [done]


def test_a_file_that_was_emptied_or_thrown_away_meanwhile_breaks_no_page(series):
    browser = as_role(series)
    emptied, gone = tried(sent(EVENINGS, series)), tried(sent(EVENINGS, series))
    Import.objects.filter(pk=emptied.pk).update(content=b"")
    for page in ("", "report/"):
        answer = browser.post(f"{top(series)}{emptied.pk}/{page}", follow=True)
        assert "nothing in this file" in answer.content.decode()
    Import.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Refused, match="thrown away"):
        take_over(gone)


def pages(series, file):
    one = f"{top(series)}{file.pk}/"
    permission = f"/admin/meetups/series/{series.pk}/permission/"
    return [top(series), one, f"{one}report/", f"{one}report.csv", f"{one}away/", permission]


def test_another_series_has_no_files_and_no_button(series):
    theirs = tried(sent(EVENINGS))
    taken(EVENINGS, theirs.series)
    before = list(Import.objects.order_by("pk").values())
    browser = as_role(series)
    mixed = f"{top(series)}{theirs.pk}/"
    for url in [*pages(theirs.series, theirs), mixed, f"{mixed}report/", f"{mixed}away/"]:
        assert browser.get(url).status_code == 404, url
        assert browser.post(url, {"about": "people"}).status_code == 404, url
    assert list(Import.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_helps_otherwise_brings_nobody_along(series, role):
    file = tried(sent(EVENINGS, series))
    browser = as_role(series, role)
    for url in pages(series, file):
        assert browser.get(url).status_code in {403, 404}, url
        assert browser.post(url).status_code in {403, 404}, url
    assert not series.members.exists()


def test_looking_changes_nothing(series):
    file = tried(sent(EVENINGS, series))
    browser, before = as_role(series), list(Import.objects.values())
    for url in pages(series, file)[:4] + pages(series, file)[5:]:
        assert browser.get(url).status_code == 200, url
    assert list(Import.objects.values()) == before
    assert not series.members.exists()


def test_the_page_asks_everybody_once_and_says_how_many(series):
    taken(EVENINGS, series)
    browser, url = as_role(series), f"/admin/meetups/series/{series.pk}/permission/"
    assert "Ask 4 people" in browser.get(url).content.decode()
    said = browser.post(url, follow=True).content.decode()
    assert "4 people are asked by mail" in said
    assert "Nobody is left to be asked now" in browser.post(url, follow=True).content.decode()


def test_the_list_of_files_asks_as_much_for_many_as_for_one(series):
    browser = as_role(series)
    found = []
    for _n in range(2):
        for _more in range(5):
            sent(EVENINGS, series)
        with CaptureQueriesContext(connection) as queries:
            browser.get(top(series))
        found.append(len(queries))
    assert found[0] == found[1]


def test_a_file_with_nothing_to_write_is_not_taken_over(series):
    file = tried(sent(MEMBERS, series))
    url = f"{top(series)}{file.pk}/report/"
    browser = as_role(series)
    page = browser.get(url).content.decode()
    assert "Take it over" not in page
    assert f'<a class="button" href="{top(series)}{file.pk}/">Back to the columns</a>' in page
    said = browser.post(url, follow=True).content.decode()
    assert "Nothing in this file would be written. Look at its columns again." in said
    file.refresh_from_db()
    assert (file.state, bool(file.content)) == (Import.State.TRIED, True)


def test_the_report_counts_dates_that_stay_empty_and_names_their_column(series):
    file = tried(sent("name,email,joined on\nAda,ada@example.org,sometime\n", series))
    page = as_role(series).get(f"{top(series)}{file.pk}/report/").content.decode()
    assert "1 date in the column “joined on” could not be read and stays empty." in page


def test_a_date_that_may_be_two_days_is_named_beside_the_choice(series):
    file = sent("email,joined on\nada@example.org,01/02/2019\n", series)
    page = as_role(series).get(f"{top(series)}{file.pk}/").content.decode()
    assert "“01/02/2019” is 2 January 2019 as chosen here, and could be 1 February 2019" in page
