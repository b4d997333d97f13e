"""The door on a phone: with network, without, after a reload, and three phones at once (O20)."""

import json
import random
import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import Error

from registrations.door.taking import take
from registrations.models import Registration, Scan
from registrations.tokens import short_code_for
from tests.browser.looking import faults
from tests.builders import make_contact, make_registration
from tests.registrations.door.phones import crowd, make_evening, nameless, scan, who_came
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


def test_a_full_name_finds_the_short_one(people):
    event, key, _nobody = make_evening()
    for name in ("Grace Hopper", "Gracia Kelly", "Zoë Fea", "Анна Юрьева", "Bo"):
        make_registration(event, contact=make_contact(name=name))
    page = open_door(people, key)
    found = "(typed) => people.search(typed).map(({name}) => name)"
    for typed, names in {
        "grace hopper": ["Grace H."],
        "Hopper, Grace": ["Grace H."],
        "grace brewster hop": ["Grace H."],
        "zoe féa": ["Zoë F."],
        "анна юрь": ["Анна Ю."],
        "gra": ["Grace H.", "Gracia K."],
        "grace kelly": [],
        "bo derek": [],
    }.items():
        assert page.evaluate(found, typed) == names, typed


def test_a_walk_in_who_may_have_a_seat_is_asked_about(people):
    event, key, _nobody = make_evening()
    grace = make_registration(event, contact=make_contact(name="Grace Hopper"))
    page = open_door(people, key)
    for answer in ("Yes, let Grace H. in", "No, a walk-in", None):
        page.get_by_role("button", name="Walk-in", exact=True).click()
        page.get_by_role("dialog").get_by_label("Name").fill("grace hopper")
        page.get_by_role("dialog").get_by_role("button", name="Let in").click()
        if answer:
            page.get_by_text("Is it Grace H., who has a seat?").wait_for()
            page.get_by_role("button", name=answer).click()
            page.get_by_text("is in.").wait_for()
            if answer.startswith("Yes"):
                everything_is_sent(page)
                assert who_came(event) == {grace.pk}
                page.get_by_role("alert").get_by_role("button", name="Take back").click()
                page.get_by_text("is not in any more").wait_for()
                everything_is_sent(page)
                continue
            page.evaluate("(id) => letIn(people.byId.get(id))", grace.pk)
            everything_is_sent(page)
    page.get_by_text("2 walk-ins").wait_for()
    everything_is_sent(page)
    assert event.scans.nameless().count() == 2
    assert who_came(event) == {grace.pk}


def counted(page):
    page.wait_for_function("() => isDrawn")
    return page.locator(".door-count").inner_text()


def test_the_count_is_right_at_once_and_after_repeats(people):
    event, key, _nobody = make_evening()
    make_registration(event, contact=make_contact("ada@example.org", "Ada Lovelace"), guests=1)
    page = open_door(people, key)
    tell = "(said) => tell({kind: 'walk_in', ...said}).then((scan) => scan.id)"
    with without_network(people):
        first = page.evaluate(tell, {"name": "Somebody"})
        assert counted(page) == "0 of 2 1 walk-ins"
        page.evaluate(tell, {})
        assert counted(page) == "0 of 2 2 walk-ins"
        page.evaluate(tell, {"email": "ada@example.org"})
        assert counted(page) == "2 of 2 2 walk-ins"
        page.evaluate(tell, {"email": "ada@example.org"})
        assert counted(page) == "2 of 2 2 walk-ins"
        for _again in range(2):
            page.evaluate("(undoes) => tell({kind: 'undo', undoes})", first)
            assert counted(page) == "2 of 2 1 walk-ins"
        page.context.set_offline(True)
        third = page.evaluate(tell, {})
        assert counted(page) == "2 of 2 2 walk-ins"
        for _again in range(2):
            page.evaluate("(undoes) => tell({kind: 'undo', undoes})", third)
            assert counted(page) == "2 of 2 1 walk-ins"
        page.evaluate(tell, {})
        page.reload()
        page.get_by_text("2 walk-ins").wait_for()
        page.context.set_offline(False)
        everything_is_sent(page)
        assert counted(page) == "2 of 2 2 walk-ins"
        page.evaluate("() => line.talk()")
        assert counted(page) == "2 of 2 2 walk-ins"
    assert event.scans.nameless().count() == 2


def test_who_left_no_name_is_found_and_let_in(people):
    event, key, _nobody = make_evening()
    seats = nameless(event, 2)
    page = open_door(people, key)
    page.get_by_role("button", name="Left no name: 2").click()
    page.get_by_role("button", name="left no name (2) Let in").click()
    page.get_by_text("One more is in.").wait_for()
    everything_is_sent(page)
    assert who_came(event) == {seats[1].pk}
    page.get_by_label("Name", exact=True).first.fill("no name")
    page.get_by_role("button", name="left no name Let in").wait_for()


def test_the_short_code_is_typed_with_and_without_network(people):
    event, key, (ada, eve) = make_evening(2)
    page = open_door(people, key, "delete globalThis.BarcodeDetector")
    page.get_by_role("button", name="Scan a ticket").click()
    dialog = page.get_by_role("dialog")
    codes = [short_code_for(seat.pk) for seat in (ada, eve)]
    with without_network(people):
        for code, says in ((codes[0], "is in."), (codes[1], "is in."), ("bcdf bcdf", "not one of")):
            dialog.get_by_label("Code of the ticket").fill(f"{code[:4]} {code[4:].upper()}")
            dialog.get_by_role("button", name="Check the code").click()
            dialog.get_by_role("alert").get_by_text(says).wait_for()
            if code == codes[0]:
                everything_is_sent(page)
            page.context.set_offline(True)
        assert page.evaluate("() => part.odd.hidden")
        page.context.set_offline(False)
        everything_is_sent(page)
    assert who_came(event) == {ada.pk, eve.pk}
    assert Scan.objects.filter(reason="mistyped").count() == 1


def test_times_are_of_24_hours_and_a_time_nobody_knows_is_not_said(people):
    event, key, (ada, eve) = make_evening(2)
    Registration.objects.filter(pk=eve.pk).update(came=True, came_by="list", arrived_at=None)
    page = open_door(people, key)
    assert page.evaluate("() => clock(new Date(2026, 1, 1, 15, 53).getTime() / 1000)") == "15:53"
    page.evaluate("(registration) => tell({kind: 'name', registration})", eve.pk)
    take(event, [scan(ada), scan(ada)])
    page.evaluate("() => line.talk()")
    odd = page.locator("[data-is=odd-list]")
    odd.get_by_text(re.compile(r"was already let in at \d\d:\d\d")).wait_for()
    assert "at ." not in odd.inner_text()


def test_an_ended_link_warns_of_no_scans_where_there_are_none(people):
    _event, key, _nobody = make_evening()
    key.end()
    page = people.open(**PHONE)
    with without_network(people):
        page.goto(key.get_absolute_url())
        page.get_by_text("This link has ended.").wait_for()
    assert not page.get_by_text("Some scans are still on this phone").is_visible()


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
    # The route rolls dice as requests come; how often a phone is offline must not hang on that.
    dice, network = random.Random(5), random.Random(3)
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
                page.context.set_offline(network.random() < 0.4)
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
