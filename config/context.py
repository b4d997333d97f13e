from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page shows."""
    return {"organization": settings.ORGANIZATION, "public_url": settings.PUBLIC_URL}
