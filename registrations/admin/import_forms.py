"""Forms by which a file comes in, and by which one says what its columns are."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.models import Series
from meetups.walltime import validate_day, validate_zone
from registrations.importing.dates import FORMATS
from registrations.importing.heads import What
from registrations.importing.mapping import MANY, ONE, PEOPLE, Mapping
from registrations.importing.reading import MOST_BYTES, Table, read_table, read_text

ABOUT = [
    (PEOPLE, _("a list of people")),
    (ONE, _("who was at one evening")),
    (MANY, _("who was at which of many evenings")),
]


class FileForm(forms.Form):
    """The file itself; refused at once where it is no table."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or TSV with names of the columns in its first line, up to 10 MB."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("This file is larger than 10 MB. Send it in parts."))
        # In one encoding from here on, so that whoever is erased is found in it.
        self.content = read_text(file.read()).encode()
        read_table(self.content)
        return file


class MappingForm(forms.Form):
    """What the file is about, how it writes dates, and what each column is."""

    about = forms.ChoiceField(label=_("This file is"), choices=ABOUT)
    evening = forms.ChoiceField(
        label=_("The evening"), required=False, help_text=_("Where the file is of one evening.")
    )
    title = forms.CharField(label=_("Or a new evening: its title"), max_length=200, required=False)
    date = forms.DateField(
        label=_("Its date"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    order = forms.ChoiceField(
        label=_("Dates are written like"), choices=[(one, one) for one in FORMATS]
    )
    zone = forms.CharField(
        label=_("Times are those of"), max_length=64, validators=[validate_zone],
        help_text=_("A time zone like Europe/Minsk."),
    )  # fmt: skip
    unmarked_stayed_away = forms.BooleanField(
        label=_("Who has a seat and no mark did not come"),
        required=False,
        help_text=_("Only where a list was kept at the door, and kept to its end."),
    )

    def __init__(
        self, *args: Any, series: Series, mapping: Mapping, table: Table, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix, self.width = "", len(mapping.columns)
        self.initial.update(mapping.as_json())
        self.fields["order"].help_text = _doubt(mapping, table)
        evenings: Any = self.fields["evening"]
        past = series.events.past().values_list("pk", "title", "date")
        evenings.choices = [("", "–"), *((pk, f"{title}, {d:%d.%m.%Y}") for pk, title, d in past)]
        for n, what in enumerate(mapping.columns):
            self.fields[f"column_{n}"] = forms.ChoiceField(
                choices=What.choices, required=False, initial=what
            )

    def clean_date(self) -> dt.date | None:
        date = self.cleaned_data["date"]
        if date:
            validate_day(date)
        if date and date > timezone.localdate():
            raise ValidationError(_("This evening is still to come. Only past ones are brought."))
        return date

    def clean(self) -> dict[str, Any]:
        super().clean()
        columns = self.columns()
        twice = [w for w in columns if w not in {"", What.TAG} and columns.count(w) > 1]
        if twice:
            words = gettext("Two columns cannot both be “%(what)s”. Skip one of them.")
            self.add_error(None, words % {"what": What(twice[0]).label})
        if not {What.EMAIL, What.PERSON} & set(columns):
            self.add_error(None, gettext("Say which column knows the person: e-mail, or a number."))
        self._clean_evening(set(columns))
        return self.cleaned_data

    def _clean_evening(self, columns: set[str]) -> None:
        data = self.cleaned_data
        named = data.get("evening") or (data.get("title") and data.get("date"))
        if data.get("about") == ONE and not named and not self.has_error("date"):
            self.add_error(
                "evening", gettext("Choose the evening, or give a new one a title and a date.")
            )
        if data.get("about") == MANY and not {What.DATE, What.EVENING} & columns:
            self.add_error(None, gettext("Say which column holds the date of the evening."))

    def columns(self) -> list[str]:
        """What was said of each column, in the order of the file."""
        return [self.cleaned_data.get(f"column_{n}", "") for n in range(self.width)]

    def mapping(self) -> Mapping:
        """What was said, to be kept with the file."""
        data = self.cleaned_data
        is_one = data["about"] == ONE
        is_new = is_one and not data["evening"]
        return Mapping(
            columns=self.columns(),
            about=data["about"],
            order=data["order"],
            zone=data["zone"],
            evening=int(data["evening"]) if is_one and data["evening"] else None,
            title=data["title"] if is_new else "",
            date=data["date"].isoformat() if is_new and data["date"] else "",
            unmarked_stayed_away=data["unmarked_stayed_away"],
        )


def _doubt(mapping: Mapping, table: Table) -> str:
    found = mapping.doubt(table)
    if found is None:
        return ""
    words = gettext(
        "“%(text)s” is %(one)s as chosen here, and could be %(other)s: nothing in the file tells"
        " which. Please check."
    )
    text, one, other = found
    return words % {
        "text": text, "one": date_format(one, "j E Y"), "other": date_format(other, "j E Y")
    }  # fmt: skip
