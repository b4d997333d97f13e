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
from django.template.base import NodeList
from django.utils import translation

from outbox.letters import Letter, Sheet, as_text, attached, spoken, tidy, written
from outbox.models import Delivery
from outbox.templatetags.letter import HOLES, mark_of_hole

PERSONAL = {"name", "registration", "unsubscribe_url"}


def kind_of(delivery: Delivery) -> str:
    """The delivery's own facts but the personal ones: letters of one kind share a stencil."""
    own = {name: fact for name, fact in delivery.context.items() if name not in PERSONAL}
    return json.dumps(own, sort_keys=True, default=str)


@dataclass(frozen=True)
class Stencil:
    template: str
    language: str
    subject: str
    text: str
    page: str
    holes: tuple[NodeList, ...]

    @classmethod
    def fitting(cls, delivery: Delivery) -> "Stencil | None":
        """The stencil of the delivery's batch; None where it would not say the same."""
        if delivery.batch is None:
            return None
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
        holes: list[NodeList] = []
        with translation.override(spoken(language)):
            subject, body = written(template, shared | {HOLES: holes})
            page = Sheet.active().page(subject, body)
        return cls(template, language, subject, as_text(body), page, tuple(holes))

    def fill(self, delivery: Delivery) -> Letter:
        """The delivery's own letter, the same as `delivery.render()`."""
        facts = delivery.facts()
        page, text = self.page, self.text
        with translation.override(spoken(self.language)):
            sheet = Sheet.active()
            for mark, words in self._personal(facts):
                page = page.replace(mark, sheet.styled(words.replace("\n", "<br>")))
                text = text.replace(mark, as_text(words))
        return Letter(self.subject, text, page, attached(facts))

    def _personal(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        django: Any = engines["django"]
        template = django.get_template(f"emails/{self.template}.txt").template
        context = Context(facts)
        with context.render_context.push_state(template), context.bind_template(template):
            return [
                (mark_of_hole(number), tidy(hole.render(context)).strip("\n"))
                for number, hole in enumerate(self.holes)
            ]
