"""Any language may be that of a series; words that are no code of one are refused."""

import pytest

from meetups.admin.series import SeriesDataForm
from meetups.languages import is_language


@pytest.mark.parametrize("code", ["en", "ru-RU", "RU", "pt-br", "zh-Hans", "zh-Hans-CN", "fil"])
def test_a_code_of_any_language_is_fine(code):
    assert is_language(code)


@pytest.mark.parametrize(
    "words", ["", "Russian", "русский", "en_GB", "r", "ru-", "ru ru", "en\n", "zh-Hans-CN-x-more"]
)
def test_what_is_no_code_is_not(words):
    assert not is_language(words)


@pytest.mark.django_db
def test_a_series_says_its_language_by_a_code():
    form = SeriesDataForm({"language": "Russian"})
    assert form.errors["language"] == ["This is no code of a language. Write one like en or pt-br."]
    assert "language" not in SeriesDataForm({"language": "ru"}).errors
    assert "English, Русский, 简体中文" in form.fields["language"].help_text
