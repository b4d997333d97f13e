"""The door on a phone: with network, without, after a reload, and three phones at once (O20)."""

import json
import random
import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import Error

from registrations.models import Scan
from tests.browser.looking import faults
from tests.builders import make_contact, make_registration
from tests.registrations.door.phones import crowd, make_evening, who_came
from tests.threads import patience

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
THREE_HOURS_WRONG = """{
  const Real = Date, wrong = 3 * 60 * 60 * 1000;
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + wrong); }
    static now() { return Real.now() + wrong; }
  };
}"""
EXPECTED = re.compile(r"net::ERR_|status of (410|503)|Failed to fetch")
ALL_SENT = "() => line.state === 'online' && line.waiting.length === 0"
READY = "() => line.state === 'online' && document.documentElement.dataset.kept"


@contextmanager
def without_network(people):
    """What a browser says on its console of a network that is away, or a 410, is no fault."""
    yield
    for _context, watch in people.windows:
        watch.faults[:] = [fault for fault in watch.faults if not EXPECTED.search(fault)]


def open_door(people, key, script=""):
    page = people.open(**PHONE)
    if script:
        page.context.add_init_script(script)
    page.goto(key.get_absolute_url())
    page.wait_for_function(READY)
    return page


def everything_is_sent(page):
    page.evaluate("async () => { do await line.talk(); while (line.waiting.length); }")
    page.wait_for_function(ALL_SENT, timeout=patience(20) * 1000)


def test_a_helper_lets_people_in_with_one_tap_and_puts_a_slip_right(people):
    event, key, _nobody = make_evening()
    ada = make_registration(event, contact=make_contact(name="Ада Лавлейс"), guests=1)
    wang = make_registration(event, contact=make_contact(name="王小明"))
    eve = make_registration(event, "waiting", make_contact(name="Éva Nagy"))
    page = open_door(people, key)
    name = page.get_by_label("Name", exact=True).first
    name.fill("ад")
    page.get_by_role("button", name="Ада Л. with 1 more Let in").click()
    page.get_by_role("alert").get_by_text("Ада Л. is in.").wait_for()
    assert page.get_by_text("2 of 3").is_visible()
    assert who_came(event) == {ada.pk}
    page.get_by_role("alert").get_by_role("button", name="Take back").click()
    page.get_by_text("is not in any more").wait_for()
    assert who_came(event) == set()
    name.fill("王")
    page.get_by_role("button", name="王小明 Let in").click()
    page.get_by_text("王小明 is in.").wait_for()
    name.fill("eva n")
    page.get_by_role("button", name="Éva N. waiting list").click()
    page.get_by_role("alert").get_by_text("is on the waiting list").wait_for()
    page.get_by_role("button", name="Let in all the same").click()
    page.get_by_text("Éva N. is in.").wait_for()
    assert who_came(event) == {wang.pk, eve.pk}
    page.get_by_role("button", name="I had a look").click()
    page.get_by_text("To look at").wait_for(state="hidden")
    page.get_by_role("button", name="Walk-in").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Somebody")
    page.get_by_role("dialog").get_by_role("button", name="Let in").click()
    page.get_by_text("Somebody is in.").wait_for()
    everything_is_sent(page)
    assert event.scans.nameless().get().told == "Somebody"
    assert not Scan.objects.to_look_at().exists()


def test_a_ticket_is_checked_by_its_code_where_the_phone_cannot_scan(people):
    event, key, (ada,) = make_evening(1)
    page = open_door(people, key, "delete globalThis.BarcodeDetector")
    page.get_by_role("button", name="Scan a ticket").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("This phone cannot scan. Search by name, or type the code.").wait_for()
    for code, says in ((ada.ticket, "is in."), (ada.ticket, "already let in"), ("x", "not one of")):
        dialog.get_by_label("Code of the ticket").fill(code)
        dialog.get_by_role("button", name="Check the code").click()
        dialog.get_by_role("alert").get_by_text(says).wait_for()
    assert who_came(event) == {ada.pk}


def test_a_page_opened_once_works_without_network_also_after_a_reload(people):
    event, key, (ada, eve) = make_evening(2)
    page = open_door(people, key)
    with without_network(people):
        page.context.set_offline(True)
        page.evaluate("(code) => tell({kind: 'code', code})", ada.ticket)
        page.reload()
        page.get_by_text("No network. Go on: 1 are kept on this phone").wait_for()
        page.get_by_label("Name", exact=True).first.fill("guest")
        page.get_by_role("button", name="In since").wait_for()
        page.get_by_role("button", name="Let in").click()
        page.get_by_role("alert").get_by_text("is in.").wait_for()
        page.evaluate("(code) => tell({kind: 'code', code})", ada.ticket)
        assert page.get_by_text("To look at 1").is_visible()
        assert not Scan.objects.exists()
        page.context.set_offline(False)
        everything_is_sent(page)
    assert page.get_by_text("2 of 2").is_visible()
    assert who_came(event) == {ada.pk, eve.pk}
    assert set(Scan.objects.values_list("was_offline", flat=True)) == {True}
    key.end()
    with without_network(people):
        page.reload()
        assert page.get_by_text("This link has ended.").is_visible()
        page.context.set_offline(True)
        with pytest.raises(Error, match="ERR_"):
            page.goto(key.get_absolute_url())


def test_the_page_of_the_door_is_well(people):
    event, key, _nobody = make_evening()
    for state in ("going", "waiting", "cancelled"):
        contact = make_contact(name=f"Maximiliane-{state} Featherstonehaugh")
        make_registration(event, state, contact, guests=2)
    page = open_door(people, key)
    page.get_by_label("Name", exact=True).first.fill("max")
    page.get_by_role("button", name="Maximiliane-waiting").click()
    page.get_by_role("alert").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Walk-in").click()
    assert faults(page) == []


# Three phones, five hundred people


def lossy(dice):
    """Every fifth upload arrives and its answer does not; each arrives in some other order."""

    def handle(route):
        told = route.request.post_data_json
        dice.shuffle(told["scans"])
        answer = route.fetch(post_data=json.dumps(told, separators=(",", ":")))
        if dice.random() < 0.2:
            route.abort()
        else:
            route.fulfill(response=answer)

    return handle


def work_for_three(event, seats, dice):
    """What each helper does, in pieces; a third of all people show their ticket twice or more."""
    doors = [[], [], []]
    for seat in seats:
        times = dice.choice([1, 1, 1, 1, 2, 3])
        for door in dice.sample(doors, times):
            by_name = {"kind": "name", "registration": seat.pk}
            door.append(dice.choice([{"kind": "code", "code": seat.ticket}, by_name]))
    for state in ("waiting", "cancelled"):
        for _n in range(10):
            nobody = make_registration(event, state)
            dice.choice(doors).append({"kind": "code", "code": nobody.ticket})
    for door in doors:
        door += [{"kind": "walk_in", "name": "Somebody"}] * 5 + [{"kind": "code", "code": "x"}] * 3
        dice.shuffle(door)
    return doors


# Every tenth of those let in was a slip, and is taken back at the same phone.
DO = """async ([piece, slips]) => {
  const scans = await Promise.all(piece.map((said) => tell(said)));
  const wrong = scans.filter((scan, n) => slips[n] && scan.kind !== "walk_in");
  await Promise.all(wrong.map((scan) => tell({kind: "undo", undoes: scan.id})));
  const told = scans.map((scan, n) => [scan.id, wrong.includes(scan)]);
  return {told, undos: wrong.length};
}"""
INSIDE = "() => [...people.byId.values()].filter(({state}) => state === 'in').map(({id}) => id)"


def test_three_phones_and_500_people_with_a_bad_network_let_in_exactly_those_who_came(people):
    dice = random.Random(5)
    event, key, _nobody = make_evening()
    seats = crowd(event, 500)
    by_code = {seat.ticket: seat.pk for seat in seats}
    pages = [open_door(people, key, script) for script in ("", THREE_HOURS_WRONG, "")]
    for page in pages:
        page.context.route("**/scans/", lossy(dice))
    doors = work_for_three(event, seats, dice)
    came, told, undos = set(), [], 0
    with without_network(people):
        while any(doors):
            for page, door in zip(pages, doors, strict=True):
                piece, door[:] = door[:60], door[60:]
                page.context.set_offline(dice.random() < 0.4)
                slips = [dice.random() < 0.1 for _one in piece]
                done = page.evaluate(DO, [piece, slips])
                undos += done["undos"]
                for said, (scan, is_wrong) in zip(piece, done["told"], strict=True):
                    told.append(scan)
                    who = said.get("registration") or by_code.get(said.get("code"))
                    if who and not is_wrong:
                        came.add(who)
        for page in pages:
            page.context.set_offline(False)
            everything_is_sent(page)
        for page in pages:
            page.evaluate("() => line.talk()")
            assert set(page.evaluate(INSIDE)) == came
            assert page.get_by_text(f"{len(came)} of 500").is_visible()
            page.context.unroute_all(behavior="wait")
    assert who_came(event) == came
    assert Scan.objects.exclude(kind="undo").count() == len(told) == len(set(told))
    assert Scan.objects.filter(kind="undo").count() == undos
    assert event.scans.nameless().count() == 15
    assert Scan.objects.filter(was_offline=True).count() > len(told) / 4
