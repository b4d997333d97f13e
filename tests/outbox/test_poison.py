"""A message that cannot be sent fails by itself and visibly; the others go out."""

from typing import Any

import pytest

from outbox.models import Delivery
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db

POISON: dict[str, tuple[dict[str, Any], str]] = {
    "no such template": ({"template": "nobody/wrote_this"}, "TemplateDoesNotExist"),
    "a fact that breaks the template": (
        {"template": "registrations/going", "context": {"starts": "soon", "zone": "Nowhere"}},
        "ValueError",
    ),
    "no address": ({"address": ""}, "no e-mail address"),
    "no domain": ({"address": "ada"}, "no e-mail address"),
    "a line break in the address": (
        {"address": "ada@example.org\r\nBcc: eve@example.org"},
        "no e-mail address",
    ),
    "a line break in a header": (
        {"context": {"subject": "x", "text": "x", "reply_to": "a@b.org\r\nBcc: eve@example.org"}},
        "line break",
    ),
    "a broken attachment": (
        {"context": {"subject": "x", "text": "x", "attachments": [{"size": 1}]}},
        "TypeError",
    ),
}


@pytest.mark.parametrize(("fields", "said"), POISON.values(), ids=POISON)
def test_only_the_poisoned_row_fails_and_says_why(start_sink, fields, said):
    sink = start_sink()
    before, poisoned, after = make_delivery(), make_delivery(**fields), make_delivery()

    send()

    assert [state_of(d) for d in (before, poisoned, after)] == ["sent", "failed", "sent"]
    assert said in poisoned.error
    assert sink.accepted() == [before.message_id, after.message_id]
    assert [(t.n, t.phase) for t in poisoned.tries.all()] == [(1, "render")]


def test_fifty_poisoned_rows_in_front_do_not_hold_up_the_next(start_sink):
    sink = start_sink()
    for _ in range(60):
        make_delivery(template="nobody/wrote_this")
    good = make_delivery()

    send()

    assert sink.accepted() == [good.message_id]
    assert Delivery.objects.filter(state="failed").count() == 60
