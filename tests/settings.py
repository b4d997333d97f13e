"""The real settings with what a test run needs; the services come from conftest."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("DATABASE_URL", "postgres://unset/unset")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
os.environ.setdefault(
    "SECRET_KEY", "tests only, never anywhere else: 0123456789abcdefghijklmnopqrstuv"
)
os.environ.setdefault("PUBLIC_URL", "http://testserver")
os.environ.setdefault("EMAIL_URL", "")
os.environ["EMBEDDED_SERVICES"] = "1"

from config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAIL_HOOK_SECRET = "hook"
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="third-thursday-media-"))
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)
# A folder that exists: WhiteNoise warns of a missing one, and in tests a warning is an error.
STATIC_ROOT = MEDIA_ROOT / "static"
STATIC_ROOT.mkdir()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
