from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.sample.building import logins
from config.sample.loading import load_sample
from meetups.models import Series
from people.models import User


class Command(BaseCommand):
    help = (
        "Loads the sample community into an empty database and prints who can sign in. "
        "Writes to nobody. For trials: everybody can read its passwords."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="where there are series already, load nothing and only print the logins",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        empty = not Series.objects.exists()
        if not empty and not options["if_empty"]:
            raise CommandError("There are series already; the sample is for an empty database.")
        if empty:
            self.stdout.write("Loading the sample community …")
            load_sample()
        self._print_logins()

    def _print_logins(self) -> None:
        known = set(User.objects.values_list("email", flat=True))
        for email, password in logins():
            if email in known:
                self.stdout.write(f"Login: {email}  password: {password}")
