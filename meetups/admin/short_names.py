"""Short names in links: found by the program where nobody writes one."""

from typing import Any

from meetups.admin.base import SeriesForm
from meetups.text import free_slug


class ShortNameForm(SeriesForm):
    """A form whose short name may stay empty; it then follows from another field, once."""

    named_after = "name"
    # For a name of which no letter can stand in a link.
    fallback_name: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "slug" in data and not data["slug"]:
            name = data.get(self.named_after, "")
            data["slug"] = self.instance.slug or free_slug(name, self._is_taken, self.fallback_name)
        return data

    def _is_taken(self, slug: str) -> bool:
        return type(self.instance)._default_manager.filter(slug=slug).exists()
