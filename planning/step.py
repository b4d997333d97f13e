"""What is to be done: a sentence, and the one thing to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    sentence: str
    link: str
    url: str
