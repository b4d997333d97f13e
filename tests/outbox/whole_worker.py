"""The worker to be killed, with all apps: it knows every letter, and takes longer to start."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.outbox.worker import main  # noqa: E402 (its own, slimmer setting up comes too late)

if __name__ == "__main__":
    main()
