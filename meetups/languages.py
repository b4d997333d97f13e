"""Codes of languages as BCP 47 writes them: "en", "pt-br", "zh-Hans"."""

import re

_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
LONGEST = 10


def is_language(code: str) -> bool:
    """Any language will do: messages are written in the nearest one that we speak."""
    return len(code) <= LONGEST and _CODE.fullmatch(code) is not None
