"""What a series keeps and for how long: the days, what goes next, and what has gone (O24)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.verbs import VerbForm
from meetups.keeping import STAYS, Period, forgotten_by, periods_of
from people.keeping import Rule


class Days(forms.IntegerField):
    """So many days within the rule's bounds; 0 where it may stay."""

    def __init__(self, period: Period) -> None:
        rule, self.period = period.rule, period
        least = STAYS if rule.may_stay else rule.least
        super().__init__(
            label=capfirst(str(rule.name)),
            initial=period.days,
            min_value=least,
            max_value=rule.most,
            help_text=f"{_bounds(rule)} {_preview(period.due)}",
        )

    def clean(self, value: Any) -> int:
        days: int = super().clean(value)
        if STAYS < days < self.period.rule.least:
            raise ValidationError(_bounds(self.period.rule))
        return days


def _bounds(rule: Rule) -> str:
    words = gettext("From %(least)d to %(most)d days; %(days)d is usual.")
    said = words % {"least": rule.least, "most": rule.most, "days": rule.days}
    return f"{said} {gettext('0 means that it stays.')}" if rule.may_stay else said


def _preview(due: int) -> str:
    if not due:
        return gettext("Nothing goes with the next run.")
    words = ngettext(
        "%(due)d entry goes with the next run.", "%(due)d entries go with the next run.", due
    )
    return words % {"due": due}


class KeepingForm(VerbForm):
    """One number of days for each kind of thing."""

    name = "keeping"
    button = title = _("What we keep, and for how long")
    submit, back = _("Save these periods"), _("Back")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.periods = {period.rule.what: period for period in periods_of(self.subject)}
        for what, period in self.periods.items():
            self.fields[what] = Days(period)

    def consequence(self) -> str:
        return gettext(
            "Once a day, what is older goes by itself. How many came, and how often, stays."
        )

    @property
    def forgotten(self) -> list[dict[str, Any]]:
        """What went lately."""
        return forgotten_by(self.subject)

    def act(self) -> str:
        for what, period in self.periods.items():
            days = self.cleaned_data[what]
            own = self.subject.keeping.filter(what=what)
            if days == period.rule.days:
                own.delete()
            else:
                self.subject.keeping.update_or_create(what=what, defaults={"days": days})
        return gettext("These periods hold from the next run on.")
