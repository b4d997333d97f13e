"""A batch's letter, rendered once, with holes for what is personal.

Rendering is most of what a message costs, and in a wave to thousands nearly all of it comes out
the same. What may differ inside one stencil is named in PERSONAL and may stand in a letter only
inside of `{% personal %}`: the stencil is rendered without it, so it can reach nobody else. Any
other fact that differs (who takes part online and who on site) asks for a stencil of its own. And
the first letter is made both ways: where they differ, the batch goes without a stencil.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from django.template import Context, engines
from django.template.base import NodeList, Template
from django.utils import translation

from outbox.letters import Letter, Sheet, as_text, attached, spoken, tidy, written
from outbox.models import Delivery
from outbox.templatetags.letter import HOLE, HOLES

PERSONAL = {"name", "registration", "unsubscribe_url"}


def kind_of(delivery: Delivery) -> str:
    """The delivery's own facts but the personal ones: letters of one kind share a stencil."""
    own = {name: fact for name, fact in delivery.context.items() if name not in PERSONAL}
    return json.dumps(own, sort_keys=True, default=str) if own else ""


@dataclass(frozen=True)
class Stencil:
    """`text` and `page` are cut at their holes: words, number of a hole, words, number, … words."""

    template: Template
    language: str
    subject: str
    text: list[str]
    page: list[str]
    holes: list[NodeList]

    @classmethod
    def fitting(cls, delivery: Delivery) -> "Stencil | None":
        """The stencil of the delivery's batch; None where it would not say the same."""
        try:
            facts = {n: f for n, f in delivery.facts().items() if n not in PERSONAL}
            stencil = cls._cut(delivery.template, facts, delivery.language)
            fits = stencil.holes and stencil.fill(delivery) == delivery.render()
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # rendering it in full will say what is wrong, for each message
            return None
        return stencil if fits else None

    @classmethod
    def _cut(cls, template: str, shared: dict[str, Any], language: str) -> "Stencil":
        django: Any = engines["django"]
        holes: list[NodeList] = []
        with translation.override(spoken(language)):
            subject, body = written(template, shared | {HOLES: holes})
            page = Sheet.active().page(subject, body)
        return cls(
            template=django.get_template(f"emails/{template}.txt").template,
            language=language,
            subject=subject,
            text=HOLE.split(as_text(body)),
            page=HOLE.split(page),
            holes=holes,
        )

    def fill(self, delivery: Delivery) -> Letter:
        """The delivery's own letter, the same as `delivery.render()`."""
        facts = delivery.facts()
        with translation.override(spoken(self.language)):
            words = self._personal(facts)
            sheet = Sheet.active()
        pages = [sheet.styled(one.replace("\n", "<br>")) for one in words]
        text = _filled(self.text, [as_text(one) for one in words])
        return Letter(self.subject, text, _filled(self.page, pages), attached(facts))

    def _personal(self, facts: dict[str, Any]) -> list[str]:
        context = Context(facts)
        with (
            context.render_context.push_state(self.template),
            context.bind_template(self.template),
        ):
            return [_tidied(hole.render(context)) for hole in self.holes]


def _tidied(words: str) -> str:
    """As `tidy` leaves them inside of a letter; most are one plain line."""
    return words.rstrip(" ") if words.isprintable() else tidy(words).strip("\n")


def _filled(pieces: list[str], words: list[str]) -> str:
    return "".join(words[int(one)] if n % 2 else one for n, one in enumerate(pieces))
