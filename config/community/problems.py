"""What is wrong with a file, each with its place in it."""

LISTED = 20


class Refusal(Exception):
    """A file that is not loaded; the message lists why, at most twenty reasons."""


class Wrong(Exception):
    """One value that cannot be, as a sentence."""


class Problems:
    """Collects what is wrong, so that an operator sees it all at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, place: str, sentence: str) -> None:
        self._found.append(f"{place}: {sentence}" if place else sentence)

    def refuse(self) -> None:
        """Raises Refusal if anything was wrong."""
        if not self._found:
            return
        lines = self._found[:LISTED]
        if len(self._found) > LISTED:
            lines.append(f"… and {len(self._found) - LISTED} more")
        raise Refusal("\n".join(lines))
