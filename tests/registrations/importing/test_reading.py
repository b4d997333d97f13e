import io
import zipfile
from datetime import date

import pytest

from registrations.importing.dates import NoDate, doubtful, guessed_order, read_moment
from registrations.importing.heads import guessed
from registrations.importing.reading import NotReadable, read_table
from tests.registrations.importing.files import ATTENDEES, MEMBERS

RUSSIAN = "Имя;Почта\nАнна;anna@example.org\n"
FRENCH = "nom,email\nHélène,helene@example.org\n"


def test_meetups_columns_are_known_by_their_names():
    members = dict(zip(MEMBERS.split("\n")[0].split("\t"), guessed(_head(MEMBERS)), strict=True))
    attendees = dict(zip(_head(ATTENDEES), guessed(_head(ATTENDEES)), strict=True))
    assert {head: what for head, what in members.items() if what} == {
        "Name": "name",
        "User ID": "person",
        "Joined Group on": "joined",
    }
    assert {head: what for head, what in attendees.items() if what} == {
        "Name": "name",
        "Attendance": "came",
        "User ID": "person",
        "RSVP": "rsvp",
        "Guests": "guests",
        "RSVPed on": "said",
        "Joined Group on": "joined",
    }


def _head(text):
    return text.split("\n")[0].split("\t")


@pytest.mark.parametrize(
    ("heads", "whats"),
    [
        ("First Name,Last Name,Email Address,Event", "name,last_name,email,title"),
        ("Имя,Фамилия,Эл. почта,Дата встречи,Пришёл", "name,last_name,email,date,came"),
        ("Vorname,Nachname,E-Mail-Adresse,Zusage,Gäste", "name,last_name,email,rsvp,guests"),
        ("Shoe size,Email,E-Mail,Tag,Tags", ",email,,tag,tag"),
        ("Name,Member ID,URL of Member Profile", "name,person,"),
        ("name,MemberID,profileUrl", "name,person,"),
        ("Profile URL,Member ID,User ID", ",,person"),
    ],
)
def test_columns_are_guessed_in_three_languages_and_each_kind_once(heads, whats):
    assert guessed(heads.split(",")) == whats.split(",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_russian_is_read_in_every_usual_encoding(encoding):
    table = read_table(RUSSIAN.encode(encoding))
    assert table.head == ("Имя", "Почта")
    assert table.rows[0].cells == ("Анна", "anna@example.org")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-be"])
def test_french_is_read_in_every_usual_encoding(encoding):
    assert read_table(FRENCH.encode(encoding)).rows[0].cells[0] == "Hélène"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator):
    table = read_table(f'a{separator}"b, c; d"\n1{separator}2\n'.encode())
    assert table.head == ("a", "b, c; d")


def test_lines_keep_the_number_that_an_editor_shows():
    table = read_table(b'sep=;\r\nname;note\r\nA;"two\r\nlines"\r\n\r\nB;\r\n')
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, ("A", "two lines")),
        (6, ("B", "")),
    ]


def test_a_cell_that_an_export_made_harmless_is_read_as_it_was():
    assert read_table(b"name\n'=1+1\n'Ada\n").rows[0].cells == ("=1+1",)


def _workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_workbook(), "save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as CSV"),
        (b"name\nA\x00B and so on and so on and so on\n", "no file of text"),
        (b"", "nothing in this file"),
        (b"name,email\n", "nothing in this file"),
        (b"a\n" + b"x\n" * 50_001, "too large"),
        (b",".join([b"a"] * 101) + b"\n1\n", "too large"),
        (b'name\n"' + b"x" * 200_000 + b'"\n', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content, words):
    with pytest.raises(NotReadable, match=words):
        read_table(content)


@pytest.mark.parametrize(
    ("text", "order", "day", "at"),
    [
        ("2026-05-14", "2026-12-31", "2026-05-14", None),
        ("14.05.2026 19:30", "31.12.2026", "2026-05-14", "19:30:00"),
        ("05/14/2026", "12/31/2026", "2026-05-14", None),
        ("May 14, 2026 7:15 PM", "December 31, 2026", "2026-05-14", "19:15:00"),
        ("May 14, 2026 12:05 AM", "December 31, 2026", "2026-05-14", "00:05:00"),
        ("2026-05-14T22:30:00Z", "31.12.2026", "2026-05-15", "01:30:00"),
    ],
)
def test_dates_are_read_in_the_chosen_order(text, order, day, at):
    date, time = read_moment(text, order, "Europe/Minsk")
    assert (str(date), str(time) if time else None) == (day, at)


@pytest.mark.parametrize("text", ["", "soon", "31.02.2026", "14.05.0001", "14.05.2026 27:00", "²"])
def test_what_is_no_date_is_not_made_one(text):
    with pytest.raises(NoDate):
        read_moment(text, "31.12.2026", "Europe/Minsk")


def test_the_order_of_dates_is_guessed_from_the_whole_column():
    assert guessed_order(["04/05/2026", "14/05/2026"], "UTC") == "31/12/2026"
    assert guessed_order(["04/05/2026", "05/14/2026"], "UTC") == "12/31/2026"


@pytest.mark.parametrize(
    ("samples", "days"),
    [
        (["05/05/2019", "01/02/2019"], ["2019-01-02", "2019-02-01"]),
        (["01/02/2019", "01/31/2019"], None),
        (["05/05/2019"], None),
        (["2019-01-02"], None),
    ],
)
def test_a_date_that_may_be_two_days_is_named(samples, days):
    found = doubtful(samples, guessed_order(samples, "UTC"), "UTC")
    assert found == (days and (samples[-1], *map(date.fromisoformat, days)))
