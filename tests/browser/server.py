"""The site as a browser meets it: one server in this process, static files as in production."""

from contextlib import contextmanager

from django.core.management import call_command
from django.test import override_settings
from django.test.testcases import LiveServerThread

# Keys (WebAuthn) are bound to a name; an address of numbers is none.
HOST = "localhost"
# Django puts another one in its place for tests.
MAIL = "outbox.backend.OutboxBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


@contextmanager
def served(static_root):
    """Serves the site until the end; yields its address, which links in mails have too."""
    with override_settings(STORAGES=STORAGES, STATIC_ROOT=static_root, EMAIL_BACKEND=MAIL):
        call_command("collectstatic", interactive=False, verbosity=0)
        # WhiteNoise has the static files, so the handler of the test server leaves them alone.
        server = LiveServerThread(HOST, static_handler=lambda application: application)
        server.daemon = True
        server.start()
        server.is_ready.wait(30)
        address = f"http://{HOST}:{server.port}"
        try:
            with override_settings(PUBLIC_URL=address):
                yield address
        finally:
            server.terminate()
