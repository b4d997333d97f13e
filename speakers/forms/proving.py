"""An address and the code that was sent there: no account comes of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import normalized_email


class AddressForm(forms.Form):
    """Asks for an address that a code is sent to."""

    # Not an EmailField: that refuses spellings which `normalized_email` understands.
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send you a code there. You need no account."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])


class CodeForm(forms.Form):
    """The six digits out of the mail."""

    code = forms.CharField(
        label=_("The code out of the mail"),
        max_length=20,
        help_text=_("Six digits."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
