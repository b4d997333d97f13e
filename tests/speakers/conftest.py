from pathlib import Path

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nobody_asked_before():
    """No limit is used up by another test."""
    cache.clear()


@pytest.fixture
def empty_folders(tmp_path, settings):
    """Folders of its own for media and for files on their way."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "coming")
    settings.MEDIA_ROOT.mkdir()
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
