"""The test settings without the apps a sender does not need: a killed one is back in a second."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [
    "outbox",
    "tests.outbox.worker_apps.BarePeople",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
MIDDLEWARE = []
