from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("people")

    def ready(self) -> None:
        """Ask every app what it holds of people: `<app>/holdings.py`; our own part beside them."""
        autodiscover_modules("holdings")
        import_module("people.scrubbing")
