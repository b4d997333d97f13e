from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbox.telegram import connect, is_set_up
from outbox.transport import NotTaken


class Command(BaseCommand):
    help = "Tells Telegram where this site listens to what people write to its bot; repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_set_up():
            raise CommandError("TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_NAME are not set.")
        try:
            self.stdout.write(f"Telegram says: {connect()}")
        except NotTaken as failure:
            raise CommandError(f"Telegram did not take it: {failure.text}") from None
