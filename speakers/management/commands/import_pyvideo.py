from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter

from speakers.pyvideo.importing import NoFolder, Report, import_folder


class _Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    pass


class Command(BaseCommand):
    help = """Fill a series' archive from a pyvideo folder: past evenings, talks, speakers, videos.

Evenings are found from editions ("mp48-…") and dates ("2019-03-19-…") in the file names, else
from the day of recording. Run it again for new files: a talk imported before stays as it is, with
everything organizers changed since; a talk that was deleted comes back. A file that cannot be used
is named with the reason and stops nothing. An existing series keeps its name, zone and language."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=_Help, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="holds videos/*.json, or the *.json files")
        parser.add_argument("--series", required=True, metavar="SLUG", help="made if there is none")
        parser.add_argument(
            "--name", required=True, help="of a new series; its initials mark editions"
        )
        parser.add_argument("--time-zone", required=True, metavar="TZ", help="like Europe/Minsk")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["folder"], options["series"], options["name"], options["time_zone"]
        try:
            report = import_folder(*asked)
        except NoFolder as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self._tell(report)

    def _tell(self, report: Report) -> None:
        for name, day, event in report.moved:
            self.stdout.write(f"{name}: recorded {day}, belongs to “{event.title}” of {event.date}")
        if report.dated_by_name:
            self.stdout.write(
                f"{report.dated_by_name} talks stand under the date in their file name; "
                "theirs of recording is a later one, that of the upload."
            )
        for name, reason in report.skipped:
            self.stdout.write(f"skipped {name}: {reason}")
        self.stdout.write(
            f"New: {report.evenings} evenings, {report.talks} talks, {report.speakers} speakers. "
            f"Already here: {report.known} talks. Skipped: {len(report.skipped)} files."
        )
        if not (report.evenings or report.talks):
            self.stdout.write("Nothing changed.")
