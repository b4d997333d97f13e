"""Real services for every test run: those the environment names, else our own.

pytest-django reads the settings before this file, with the addresses that tests/settings.py made
up; the right ones are put in before anything connects.
"""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import dj_database_url
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.db.backends.base.creation import TEST_DATABASE_PREFIX

from config.celery import app as celery_app
from config.postgres import ROLE
from config.services import opened_for_tests
from tests import schema

MADE_UP = {"DATABASE_URL": "postgres://unset/unset", "REDIS_URL": "redis://127.0.0.1:1/0"}

for name, address in MADE_UP.items():
    if os.environ.get(name) == address:
        del os.environ[name]


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of the servers of this run; no other run shares them."""
    with opened_for_tests() as addresses:
        os.environ.update(addresses)
        yield {name: os.environ[name] for name in MADE_UP}
        for name in addresses:
            del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def redis_server(services):
    url = services["REDIS_URL"]
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES["default"]["LOCATION"] = url
    with contextlib.suppress(AttributeError):
        del caches["default"]  # made at start-up, with the made-up address
    celery_app.conf.broker_url = url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(services, django_db_modify_db_settings_parallel_suffix):
    found = dj_database_url.parse(services["DATABASE_URL"])
    address = {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    connections.settings["default"].update(address)
    if _is_ours(services) and schema.is_kept(services["DATABASE_URL"]):
        connections.settings["default"]["TEST"]["TEMPLATE"] = schema.copy_name()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, services):
    name = connections.settings["default"]["NAME"]
    was_made = name.startswith(TEST_DATABASE_PREFIX)  # it is not where no test asks for one
    if was_made and _is_ours(services) and not schema.is_kept(services["DATABASE_URL"]):
        with django_db_blocker.unblock():
            connections.close_all()
            schema.keep(services["DATABASE_URL"], name)


def _is_ours(services):
    """Whether the database server is one that a run of the tests or ./run started."""
    return urlsplit(services["DATABASE_URL"]).username == ROLE
