"""import_pyvideo: real folders, their oddities, and files that cannot be used."""

import json
from datetime import date, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from meetups.models import Event, Series
from outbox.models import Delivery
from speakers.models import Speaker, Talk
from tests.builders import make_series

pytestmark = pytest.mark.django_db

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "pyvideo"
NAMES = {
    "chipy": ("ChiPy", "America/Chicago"),
    "minsk-python-meetup": ("Minsk Python Meetup", "Europe/Minsk"),
    "montreal-python": ("Montréal-Python", "America/Toronto"),
}


def import_pyvideo(folder, slug="montreal-python", name="", zone=""):
    """What the command said, line by line."""
    said = StringIO()
    known_name, known_zone = NAMES.get(slug, ("Evenings", "Europe/Minsk"))
    call_command(
        "import_pyvideo",
        str(folder),
        f"--series={slug}",
        f"--name={name or known_name}",
        f"--time-zone={zone or known_zone}",
        stdout=said,
    )
    return said.getvalue().splitlines()


@pytest.fixture
def folder(tmp_path):
    """An empty pyvideo folder; `folder.add(name, …)` puts a talk into it."""

    class Folder:
        path = tmp_path

        def add(self, name, **told):
            told = {
                "title": "A talk",
                "recorded": "2014-05-12",
                "speakers": ["Ada Lovelace"],
            } | told
            self.raw(name, json.dumps(told))

        def raw(self, name, text):
            (tmp_path / "videos").mkdir(exist_ok=True)
            (tmp_path / "videos" / f"{name}.json").write_text(text)

    return Folder()


def evenings(**filters):
    """Title, date and titles of the talks of each evening, the earliest first."""
    return [
        (event.title, f"{event.date}", [slot.talk.title for slot in event.slots.all()])
        for event in Event.objects.filter(**filters).order_by("starts_at", "pk")
    ]


# The real folders. Files counted with `ls | wc -l`, days with `grep -h recorded | sort -u`, the
# joined evenings read from the files: the descriptions of MP34 and MP42 name their true dates.


@pytest.mark.parametrize(
    ("slug", "talks", "evenings", "speakers"),
    [
        ("chipy", 89, 40, 57),
        ("minsk-python-meetup", 137, 42, 80),
        ("montreal-python", 179, 42, 119),
    ],
)
def test_a_real_folder_is_imported_whole_and_once(slug, talks, evenings, speakers):
    assert import_pyvideo(REAL / slug, slug)[-1] == (
        f"New: {evenings} evenings, {talks} talks, {speakers} speakers. "
        "Already here: 0 talks. Skipped: 0 files."
    )
    assert import_pyvideo(REAL / slug, slug) == [
        f"New: 0 evenings, 0 talks, 0 speakers. Already here: {talks} talks. Skipped: 0 files.",
        "Nothing changed.",
    ]

    assert Talk.objects.exclude(video_url="").count() == talks
    assert Event.objects.past().count() == evenings
    assert Speaker.objects.count() == speakers
    assert not Delivery.objects.exists()


def test_what_the_minsk_folder_tells_is_kept():
    import_pyvideo(REAL / "minsk-python-meetup", "minsk-python-meetup")

    series = Series.objects.get()
    assert (series.name, series.language, series.time_zone) == (
        "Minsk Python Meetup", "ru", "Europe/Minsk",
    )  # fmt: skip
    evening = Event.objects.get(slug="minsk-python-meetup-2019-03-19")
    assert evening.title == "Minsk Python Meetup, 19 марта 2019"
    assert (evening.date, evening.time, evening.time_known) == (date(2019, 3, 19), time(19), False)
    assert [talk.title for talk in Talk.objects.filter(slot__event=evening)] == [
        "Let’s typehint",
        "Stairs",
    ]
    talk = Talk.objects.get(title="Недостатки Python")
    assert talk.slug == "nedostatki-python"
    assert talk.video_url == "https://www.youtube.com/watch?v=gOW_V7DKm1E"
    assert talk.slides_url == "http://www.slideshare.net/MinskPythonMeetup/ss-28237758"
    assert (talk.language, talk.slot.minutes) == ("ru", 57)
    assert [speaker.name for speaker in talk.speakers.all()] == ["Кирилл Лашкевич"]
    found = Event.objects.search("дескрипторы")
    assert list(found.values_list("date", flat=True)) == [date(2013, 6, 14)]
    # Put online on seven days.
    talks = Talk.objects.filter(slot__event__slug="minsk-python-meetup-2019-09-14")
    assert talks.count() == 7
    last = Event.objects.get(slug="minsk-python-meetup-2018-04-25").slots.values_list(
        "kind", flat=True
    )
    assert list(last) == ["talk"] * 2 + ["lightning"] * 4


def test_in_montreal_editions_join_evenings_and_leave_the_titles():
    import_pyvideo(REAL / "montreal-python")

    found = {title: (day, len(talks)) for title, day, talks in evenings()}
    assert found["Montréal-Python 34"] == ("2013-01-21", 6)
    assert found["Montréal-Python 42"] == ("2013-12-09", 6)
    assert found["Montréal-Python 26"] == ("2011-12-22", 7)
    assert found["Montréal-Python, 1 April 2014"] == ("2014-04-01", 4)
    assert Event.objects.search("decompilateur").get().title == "Montréal-Python 38"
    titles = dict(Talk.objects.values_list("source", "title"))
    assert titles["pyvideo:mp02-asterisk-and-python"] == "Asterisk and Python"
    assert titles["pyvideo:mp20-pyo"] == "Pyo"
    assert titles["pyvideo:mp22-packet-manipulation-with-scapy"] == "Packet manipulation with scapy"
    assert titles["pyvideo:mah00002-mp4"] == "MAH00002"
    assert titles["pyvideo:mp23-where-camp-an-event-for-geo-curious-people"] == (
        "Where camp an event for geo curious people"
    )
    licences = Talk.objects.filter(source="pyvideo:mp39-go-for-python-hackers")
    assert licences.values_list("licence", flat=True).get() == (
        "Creative Commons Attribution license (reuse allowed)"
    )


def test_chipy_tells_the_hour_where_it_is_known():
    import_pyvideo(REAL / "chipy", "chipy")

    known = Event.objects.get(date=date(2023, 5, 11))
    assert (known.time, known.time_known) == (time(19), True)
    assert [slot.talk.title for slot in known.slots.all()] == [
        "Learning Sprint - An Experiment",
        "MicroPython GPIO Electronics Edition",
        "Ellipses and Arcane Syntax",
    ]
    abstract = known.slots.last().talk.abstract
    assert abstract.startswith("How does the elipses work? Let's find out.")
    assert "Video: <https://archive.org/details/" in abstract
    assert Event.objects.filter(time_known=False).count() == 35


# Evenings


def test_talks_of_one_day_are_one_evening(folder):
    folder.add("b", title="Second", recorded="2014-05-12T19:40:00")
    folder.add("a", title="First", recorded="2014-05-12T19:00:00")
    folder.add("c", title="Another day", recorded="2014-05-13T00:00:00")

    import_pyvideo(folder.path, "meetup")

    assert evenings() == [
        ("Evenings, 12 May 2014", "2014-05-12", ["First", "Second"]),
        ("Evenings, 13 May 2014", "2014-05-13", ["Another day"]),
    ]
    assert list(Event.objects.order_by("date").values_list("time_known", flat=True)) == [
        True,
        False,
    ]


def test_what_is_said_after_midnight_belongs_to_the_evening_before(folder):
    folder.add("a", title="Late", recorded="2014-05-12T23:30:00")
    folder.add("b", title="Later", recorded="2014-05-13T00:20:00")

    import_pyvideo(folder.path, "meetup")

    assert evenings() == [("Evenings, 12 May 2014", "2014-05-12", ["Late", "Later"])]


def test_an_hour_with_an_offset_is_turned_into_the_zone_of_the_series(folder):
    folder.add("a", recorded="2014-05-12T23:00:00+00:00")

    import_pyvideo(folder.path, "montreal-python")

    event = Event.objects.get()
    assert (event.date, event.time) == (date(2014, 5, 12), time(19))


def test_a_title_without_edition_in_the_file_name_may_carry_it(folder):
    folder.add("a", title="MP48: shell magic", recorded="2014-09-23")
    folder.add("mp48-b", title="Lifelines", recorded="2014-09-24")
    folder.add("c", title="Pyston (MP48)", recorded="2014-09-23")
    folder.add("pep484-d", title="PEP484 explained", recorded="2014-09-26")

    import_pyvideo(folder.path)

    assert evenings() == [
        ("Montréal-Python 48", "2014-09-23", ["shell magic", "Pyston", "Lifelines"]),
        ("Montréal-Python, 26 September 2014", "2014-09-26", ["PEP484 explained"]),
    ]


def test_a_new_file_joins_its_evening(folder):
    folder.add("mp48-a", title="First")
    import_pyvideo(folder.path)
    folder.add("mp48-b", title="Second")

    assert import_pyvideo(folder.path)[-1] == (
        "New: 0 evenings, 1 talks, 0 speakers. Already here: 1 talks. Skipped: 0 files."
    )

    assert evenings() == [("Montréal-Python 48", "2014-05-12", ["First", "Second"])]


def test_what_organizers_changed_stays(folder):
    folder.add("mp48-a", title="First")
    import_pyvideo(folder.path)
    Talk.objects.update(title="A better title")
    Event.objects.update(title="Shells")
    folder.add("mp48-a", title="First, corrected")

    import_pyvideo(folder.path)

    assert evenings() == [("Shells", "2014-05-12", ["A better title"])]


def test_a_known_series_keeps_its_name_and_zone(folder):
    make_series("chipy", name="Chicago Pythonistas", time_zone="America/Chicago")
    folder.add("a")

    import_pyvideo(folder.path, "chipy", "Something else", "Europe/Paris")

    assert Series.objects.get().name == "Chicago Pythonistas"
    assert Event.objects.get().zone == "America/Chicago"


# Speakers and words


def test_a_speaker_is_kept_once_and_two_names_are_two_people(folder):
    folder.add("a", speakers=["Éric Araujo", "Annaelle Duff and Martin Provencher"])
    folder.add("b", speakers=["Eric Araujo", "Simon", "Smith, Jr."])

    import_pyvideo(folder.path)

    names = Speaker.objects.values_list("name", flat=True)
    assert set(names) == {
        "Éric Araujo", "Annaelle Duff", "Martin Provencher", "Simon", "Smith, Jr.",
    }  # fmt: skip
    assert Talk.objects.get(source="pyvideo:b").speakers.filter(name="Éric Araujo").exists()


def test_entities_are_read_and_nothing_runs(folder):
    folder.add(
        "a",
        title="What&#39;s new <script>alert(1)</script>",
        description="<p>It&#39;s <b>safe</b></p><script>alert(1)</script>",
        videos=[{"type": "mp4", "url": "javascript:alert(1)"}],
    )

    import_pyvideo(folder.path)

    talk = Talk.objects.get()
    assert talk.title == "What's new <script>alert(1)</script>"
    assert "It's safe" in talk.abstract
    assert "<script" not in talk.abstract_html
    assert talk.video_url == ""


def test_the_video_that_can_be_watched_comes_first(folder):
    folder.add(
        "a",
        videos=[
            {"type": "mp4", "url": "http://s3.us.archive.org/x/a.mp4"},
            {"type": "archive.org", "url": "https://archive.org/details/pyvideo_1"},
            {"type": "youtube", "url": "https://www.youtube.com/watch?v=1"},
        ],
    )

    import_pyvideo(folder.path)

    talk = Talk.objects.get()
    assert talk.video_url == "https://www.youtube.com/watch?v=1"
    assert talk.abstract == "Video: <https://archive.org/details/pyvideo_1>"


def test_an_empty_talk_is_imported_as_far_as_it_goes(folder):
    folder.raw("a", '{"title": "Bare", "recorded": "2014-05-12", "speakers": null, "videos": null}')

    import_pyvideo(folder.path)

    talk = Talk.objects.get()
    assert (talk.title, talk.abstract, talk.video_url, talk.language) == ("Bare", "", "", "")
    assert not talk.speakers.exists()


# What is skipped


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not valid JSON"),
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('["a talk"]', "not a JSON object"),
        ('{"title": "A", "recorded": ""}', "no date"),
        ('{"title": "A"}', "no date"),
        ('{"title": "A", "recorded": "2014-02-30"}', "impossible date “2014-02-30”"),
        ('{"title": "A", "recorded": "soon"}', "impossible date “soon”"),
        ('{"title": "A", "recorded": "0001-01-01"}', "impossible date “0001-01-01”"),
        ('{"title": "A", "recorded": 20140512}', "“recorded” is not text"),
        ('{"title": "", "recorded": "2014-05-12"}', "no title"),
        ('{"recorded": "2014-05-12"}', "no title"),
        ('{"title": ["A"], "recorded": "2014-05-12"}', "“title” is not text"),
        ('{"title": "A", "recorded": "2014-05-12", "speakers": "Ada"}',
         "“speakers” is not a list of texts"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_and_stops_nothing(folder, text, reason):
    folder.raw("broken", text)
    folder.add("good", title="Good")

    said = import_pyvideo(folder.path)

    assert f"skipped broken.json: {reason}" in said
    assert said[-1].endswith("Skipped: 1 files.")
    assert Talk.objects.get().title == "Good"


def test_bytes_that_are_no_text_are_skipped(folder):
    folder.add("good")
    (folder.path / "videos" / "bad.json").write_bytes(b"\xff\xfe\x00")

    assert "skipped bad.json: not valid JSON" in import_pyvideo(folder.path)


def test_a_talk_of_the_future_is_skipped(folder):
    ahead = timezone.localdate() + timedelta(days=3)
    folder.add("ahead", recorded=f"{ahead}")

    assert f"skipped ahead.json: date in the future ({ahead})" in import_pyvideo(folder.path)

    assert not Event.objects.exists()


def test_a_nul_byte_or_half_a_sign_does_not_stop_the_import(folder):
    folder.raw("a", '{"title": "A\\u0000B", "recorded": "2014-05-12", "description": "\\ud800 c"}')

    import_pyvideo(folder.path)

    assert Talk.objects.get().title == "A B"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"zone": "Europe/Minks"}, "is no time zone"),
        ({"slug": "Ä b"}, "slug"),
    ],
)
def test_an_impossible_series_is_refused(folder, arguments, message):
    folder.add("a")

    with pytest.raises(CommandError, match=message):
        import_pyvideo(folder.path, **{"slug": "meetup"} | arguments)

    assert not Series.objects.exists()


def test_a_folder_without_talks_is_refused(tmp_path):
    with pytest.raises(CommandError, match="There are no talks"):
        import_pyvideo(tmp_path / "nowhere")
