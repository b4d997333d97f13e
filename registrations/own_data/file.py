"""What we hold of somebody as one file: a table of everything, and what she gave us."""

import io
import json
import zipfile
from pathlib import PurePath
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from people.holdings import Found
from people.models import Contact

ABOUT = "my-data"


def file_name() -> str:
    return f"{ABOUT}-{timezone.now():%Y-%m-%d}.zip"


def packed(contact: Contact, found: list[Found]) -> bytes:
    """A ZIP of my-data.json for programs, my-data.html to read, and her own files."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        said = json.dumps(as_facts(contact, found), cls=DjangoJSONEncoder, ensure_ascii=False)
        archive.writestr(f"{ABOUT}.json", said)
        page = {"found": found, "contact": contact, "at": timezone.now()}
        archive.writestr(f"{ABOUT}.html", render_to_string("registrations/_my_data.html", page))
        for number, file in enumerate((f for one in found for f in one.files), start=1):
            try:
                with file.open() as content:
                    name = f"files/{number}-{PurePath(str(file)).name}"
                    archive.writestr(name, content.read())
            except FileNotFoundError:  # the row is there, its file was lost
                continue
    return box.getvalue()


def as_facts(contact: Contact, found: list[Found]) -> dict[str, Any]:
    """Table by table, the columns by their names."""
    tables = [
        {"table": one.holding.model._meta.label_lower, "name": one.holding.name, "rows": one.rows}
        for one in found
    ]
    return {"address": contact.email, "at": timezone.now(), "tables": tables}
