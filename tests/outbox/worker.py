"""A sender and a sweeper in one process, to be killed and frozen by tests.

    GUARD=on|requeue|no-fence python -m tests.outbox.worker

`requeue` takes hand-overs of the dead back to the queue, as other systems do after an hour;
`no-fence` hands a message over without asking whether it is still ours. Both are controls: a test
of the guards proves nothing unless it fails without them.
"""

import os
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.outbox.worker_settings"
django.setup()

from outbox import sweeping  # noqa: E402 (only once Django is set up)
from outbox.fence import Fence  # noqa: E402
from outbox.models import Claimant, Delivery  # noqa: E402
from outbox.pair import send_due  # noqa: E402
from outbox.states import State  # noqa: E402


def requeue(claimant: Claimant, is_dead: bool) -> int:
    lost = Delivery.objects.filter(claim_token=claimant.token, state=State.HANDOVER)
    return lost.update(state=State.QUEUED) if is_dead else 0


def hand_over_blindly(*_: object) -> bool:
    return True


def main() -> None:
    if os.environ.get("GUARD") == "requeue":
        sweeping._give_up_hand_overs = requeue
    if os.environ.get("GUARD") == "no-fence":
        setattr(Fence, "hand_over", hand_over_blindly)  # noqa: B010 (for mypy)
    while True:
        sweeping.free_abandoned()
        send_due("email", seconds=3)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
