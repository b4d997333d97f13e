"""Messages in every language we speak: complete, in its own order, the same by every way."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as ours
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import to_locale

from outbox import mime
from outbox.letters import compose, spoken
from outbox.models import Batch
from outbox.stencils import Stencil
from tests import catalogues
from tests.outbox.conftest import make_delivery
from tests.outbox.everything import FACTS, OTHERWISE

EMAILS = catalogues.ROOT / "templates" / "emails"
TEMPLATES = sorted(
    str(path.relative_to(EMAILS)).removesuffix(".subject.txt")
    for path in EMAILS.rglob("*.subject.txt")
)
SHORT = sorted(str(path.relative_to(EMAILS)) for path in EMAILS.rglob("*.short.txt"))
OTHERS = [code for code, _name in ours.LANGUAGES if code != ours.LANGUAGE_CODE]
LOCALES = [to_locale(code) for code in OTHERS]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
ADDRESS = re.compile(r"https?://\S+")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-20T09:00:00Z", tick=False):
        yield


def rendered(source: str, language: str, **facts: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(facts, autoescape=False)).strip()


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_that_is_said_is_translated(locale):
    """If this fails: docs/translating.md says how to add the missing words."""
    entries = catalogues.written(locale)

    assert catalogues.to_translate() - {entry.fields["msgid"] for entry in entries} == set()
    assert [e.key for e in entries if "fuzzy" in e.flags or not all(e.translations)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_fills_in_what_its_original_fills_in(locale):
    for entry in catalogues.written(locale):
        wanted = set(PLACEHOLDER.findall(entry.originals[-1]))
        for text in entry.translations:
            assert set(PLACEHOLDER.findall(text)) == wanted, entry.key
            assert "%" not in PLACEHOLDER.sub("", text), entry.key


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_catalogue_says_what_was_written(locale):
    """If this fails: somebody forgot `manage.py compilemessages`."""
    texts = {entry.key: entry.translations for entry in catalogues.written(locale)}

    assert catalogues.compiled(locale) == texts


@pytest.mark.parametrize("otherwise", OTHERWISE, ids=range(len(OTHERWISE)))
@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "plain"])
def test_no_english_is_left_in_a_letter(template, language, otherwise):
    letter = compose(template, FACTS | otherwise, language)

    assert LATIN_WORD.findall(ADDRESS.sub("", f"{letter.subject}\n{letter.text}")) == []
    assert f'<html lang="{language}">' in letter.html


@pytest.mark.parametrize("otherwise", OTHERWISE, ids=range(len(OTHERWISE)))
@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("template", SHORT)
def test_no_english_is_left_in_a_short_form(template, language, otherwise):
    with translation.override(language):
        text = render_to_string(f"emails/{template}", FACTS | otherwise)

    assert LATIN_WORD.findall(ADDRESS.sub("", text)) == []


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("", "en"),
        ("en-GB", "en"),
        ("ru", "ru"),
        ("RU", "ru"),
        ("ru-RU", "ru"),
        ("ru_RU", "ru"),
        ("zh", "zh-hans"),
        ("zh-cn", "zh-hans"),
        ("zh-Hans", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"),
        ("be", "en"),
        ("../ru", "en"),
        ("x" * 200, "en"),
    ],
)
def test_everybody_is_written_to_in_the_nearest_language(asked, answer):
    assert spoken(asked) == answer


@pytest.mark.parametrize(
    ("language", "moment", "words"),
    [
        ("en", "2026-12-10T16:00:00+00:00", "Thursday 10 December, 19:00 (Minsk)"),
        ("en", "2027-05-02T16:00:00+00:00", "Sunday 2 May 2027, 19:00 (Minsk)"),
        ("ru", "2026-12-10T16:00:00+00:00", "четверг, 10 декабря, 19:00 (Минск)"),
        ("ru", "2027-05-02T16:00:00+00:00", "воскресенье, 2 мая 2027 года, 19:00 (Минск)"),
        ("zh-hans", "2026-12-10T16:00:00+00:00", "12月10日 星期四 19:00（明斯克）"),
        ("zh-hans", "2027-05-02T16:00:00+00:00", "2027年5月2日 星期日 19:00（明斯克）"),
    ],
)
def test_a_time_is_said_in_the_order_of_the_language(language, moment, words):
    source = "{% load times %}{{ moment|when:zone }}"
    assert rendered(source, language, moment=moment, zone="Europe/Minsk") == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "A first draft of your slides: by Wednesday 2 December\n"),
        ("ru", "Первый вариант слайдов: до 2 декабря (среда)\n"),
        ("zh-hans", "幻灯片初稿：12月2日（星期三）之前\n"),
    ],
)
def test_a_deadline_stands_in_the_case_that_its_sentence_wants(language, words):
    assert words in compose("speakers/confirmed", FACTS, language).text


def test_a_zone_that_nobody_translated_keeps_its_name():
    source = "{% load times %}{{ moment|when:zone }}"
    words = rendered(source, "ru", moment=FACTS["starts"], zone="America/Lima")
    assert words == "четверг, 10 декабря, 11:00 (Lima)"


@pytest.mark.parametrize(
    ("number", "minutes", "days"),
    [
        (1, "1 минута", "1 дня"),
        (2, "2 минуты", "2 дней"),
        (5, "5 минут", "5 дней"),
        (11, "11 минут", "11 дней"),
        (21, "21 минута", "21 дня"),
        (24, "24 минуты", "24 дней"),
    ],
)
def test_russian_counts_as_russians_do(number, minutes, days):
    rehearsal = compose("speakers/rehearsal_booked", FACTS | {"minutes": number}, "ru")
    reserve = compose("speakers/reserve", FACTS | {"notice_days": number}, "ru")

    assert f", {minutes}\n" in rehearsal.text
    assert f"не меньше {days}, мы вам напишем" in reserve.text


@pytest.mark.parametrize(
    ("language", "greeting", "nameless"),
    [("ru", "Здравствуйте, Анна!", "Здравствуйте!"), ("zh-hans", "Анна，你好：", "你好：")],
)
def test_people_are_greeted_in_their_language(language, greeting, nameless):
    letters = [compose("mailings/eve", FACTS | {"name": name}, language) for name in ("Анна", "")]
    assert [letter.text.partition("\n")[0] for letter in letters] == [greeting, nameless]


def test_a_russian_letter_reads_as_a_whole():
    letter = compose("registrations/waiting", FACTS, "ru-RU")

    assert letter.subject == "Мест нет, вы в очереди: Вечер 61"
    assert letter.text.startswith(
        "Здравствуйте, Анна!\n\n"
        "Все места заняты. Ваш номер в очереди\u00a0— 3-й. Если место освободится, мы сразу"
        " напишем, и оно станет вашим без подтверждения.\n\n"
        "В последние 3 часа перед началом мы сначала спрашиваем: держим для вас место какое-то"
        " время, и вы берёте его одним нажатием.\n\n"
        "  Четверг, 10 декабря, 19:00 (Минск)\n"
        "  Вечер 61 · Минск\n"
        "  Зал, Главная, 1\n\n"
        "Моё место в очереди:\nhttp://testserver/"
    )


def test_a_chinese_letter_reads_as_a_whole():
    letter = compose("registrations/waiting", FACTS, "zh-CN")

    assert letter.subject == "名额已满，你在排队：Вечер 61"
    assert letter.text.startswith(
        "Анна，你好：\n\n"
        "这次活动名额已满。你排在第3位；一有空位我们马上写信给你，座位直接归你，不用再点确认。\n\n"
        "开始前 3 小时内，我们会先问你：座位为你保留一会儿，点一下就归你。\n\n"
        "  12月10日 星期四 19:00（明斯克）\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_a_wave_says_in_each_language_what_a_single_letter_says(language):
    shared = FACTS | {"name": "", "registration": {}}
    batch = Batch.objects.create(key=f"eve:{language}", context=shared)
    first, other = (
        make_delivery(
            template="mailings/eve", batch=batch, language=language,
            context={"name": name, "registration": {"seed": seed * 32, "hash": ""}},
        )
        for name, seed in (("Анна", "a"), ("李雷", "b"))
    )  # fmt: skip

    stencil = Stencil.fitting(first)

    assert stencil is not None
    assert [stencil.fill(first), stencil.fill(other)] == [first.render(), other.render()]
    assert "李雷" in stencil.fill(other).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ru", "Вечер о том, как пишут очереди и почему они не теряют сообщений"),
        ("zh-hans", "第三个星期四的聚会：关于数据库与编程语言的漫长而愉快的夜晚"),
    ],
)
def test_a_subject_in_another_alphabet_survives_the_way(language, title):
    facts = FACTS | {"title": title}
    delivery = make_delivery(template="registrations/going", context=facts, language=language)
    letter = delivery.render()

    raw = mime.assemble(delivery, letter)

    message = message_from_bytes(raw, policy=policy.default)
    assert title in letter.subject
    assert message["Subject"] == letter.subject
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == letter.text
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998


def test_the_catalogues_stand_where_the_settings_look():
    locale = Path(ours.LOCALE_PATHS[0])
    assert {path.name for path in locale.iterdir()} == set(LOCALES)
