// The page of the door: one tap lets in, everything is kept first and sent then (need 106, O20).

const words = JSON.parse(document.getElementById("door-words").textContent);
const part = Object.fromEntries([...document.querySelectorAll("[data-is]")].map((node) => [node.dataset.is, node]));
const nameField = document.getElementById("door-name");
const ROWS = 30;
const LATEST = 8;
const SOON = 700; // milliseconds in which the server's word is waited for
const UNDO_FOR = 10_000; // milliseconds
const line = new Line();
const people = new People();

const say = (word, facts = {}) => words[word].replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "");
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What a helper does

/** Keeps what was done, shows what it means, and lets the server have its word. */
async function tell(said, place = part.verdict) {
  if (said.code) said.hash = await hashOf(said.code);
  const scan = await line.keep({ ...said, verdict: people.judge(said) });
  replay();
  const sent = line.flush();
  if (line.state === "online") await Promise.race([sent, pause(SOON)]);
  showVerdict(scan, place);
  render();
  sent.then(() => scan.answer && scan.answer.result !== scan.verdict.result && showVerdict(scan, place));
  return scan;
}

/** What is known of the evening, with all that this phone did. */
function replay() {
  people.replay(line.scans, line.counted?.count);
  render();
}

const letIn = (person) => tell({ kind: "name", registration: person.id, who: person.name });
const letInAnyway = (person) => tell({ kind: "walk_in", registration: person.id, who: person.name });
const takeBack = (person) => tell({ kind: "undo", registration: person.id, who: person.name });
const undo = (scan) => tell({ kind: "undo", undoes: scan.id, registration: personOf(scan)?.id, who: nameOf(scan) });

function personOf(scan) {
  return people.of(scan) ?? people.byId.get(scan.answer?.registration);
}

function nameOf(scan) {
  return personOf(scan)?.name || scan.who || scan.name || words.walk_in;
}

/** One who has no name: she left none, or walked in. */
function isNameless(scan) {
  const name = nameOf(scan);
  return name === words.walk_in || name.startsWith(words.no_name);
}

// What it means

function meaning(scan) {
  const { result, reason, at, door } = { ...scan.verdict, ...(scan.answer ?? {}) };
  const facts = { name: nameOf(scan), why: scan.broken, door, time: timeOf(at) };
  if (scan.broken) return say("not_taken", facts);
  const nameless = isNameless(scan);
  if (result === "admitted") return say(reason ? (nameless ? "bad_email_of_one" : reason) : nameless ? "one_more" : "came_in", facts);
  if (result === "undone") return say(nameless ? "one_less" : "undone", facts);
  if (result === "already" && reason !== "conflict") return already(facts);
  return say(reason, facts);
}

/** Where an organizer has let her in nobody knows when, and at which door. */
function already(facts) {
  if (!facts.time) return say("already_once", facts);
  return say(facts.door ? "already" : "already_here", facts);
}

function timeOf(at) {
  if (!at) return "";
  return clock(typeof at === "number" ? at : Date.parse(at) / 1000);
}

function showVerdict(scan, place) {
  const { result } = scan.answer ?? scan.verdict;
  const person = personOf(scan);
  place.className = `door-verdict door-${result}`;
  place.replaceChildren(element("p", meaning(scan)));
  if (result === "admitted") place.append(button(words.undo, () => undo(scan)));
  if (result === "refused" && person) place.append(button(words.anyway, () => letInAnyway(person)));
  place.hidden = false;
  clearTimeout(place.timer);
  if (result === "admitted" || result === "undone") place.timer = setTimeout(() => (place.hidden = true), UNDO_FOR);
  if (result !== "admitted") navigator.vibrate?.(200);
}

// What stands on the page

function element(name, text, className = "") {
  const node = document.createElement(name);
  node.textContent = text;
  node.className = className;
  return node;
}

function button(text, act, className = "button button-quiet") {
  const node = element("button", text, className);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

function row(...nodes) {
  const item = document.createElement("li");
  item.append(...nodes);
  return item;
}

function personRow(person) {
  const guests = person.guests ? ` ${say("guests", { count: person.guests })}` : "";
  const state = person.state === "in" ? inSince(person) : words[person.state === "seat" ? "seat" : `state_${person.state}`];
  const act = { seat: letIn, in: null }[person.state];
  const whole = button("", act === undefined ? () => letInAnywayAsk(person) : () => chosen(person), `door-person door-is-${person.state}`);
  whole.append(element("span", person.name + guests, "door-name"), element("span", state, "door-state"));
  return row(whole, ...(person.state === "in" ? [button(words.undo, () => takeBack(person))] : []));
}

function inSince({ at }) {
  return at ? say("in", { time: timeOf(at) }) : words.in_already;
}

/** A tap on somebody without a seat is a scan like any other: refused, kept, and the helper decides. */
function letInAnywayAsk(person) {
  return tell({ kind: "name", registration: person.id, who: person.name });
}

async function chosen(person) {
  await letIn(person);
  nameField.value = "";
  render();
}

let isDrawn = true;

/** Draws the page anew, once for all that happens in one go. */
function render() {
  if (!isDrawn) return;
  isDrawn = false;
  setTimeout(draw);
}

function draw() {
  isDrawn = true;
  const found = people.search(nameField.value);
  const isAsked = nameField.value.trim() !== "";
  part["list-title"].textContent = words.latest;
  part["list-title"].hidden = isAsked || !latest().length;
  part.list.replaceChildren(...(isAsked ? found.slice(0, ROWS).map(personRow) : latest().map(latestRow)));
  part["list-note"].textContent = note(isAsked, found.length);
  if (!isAsked) part["list-note"].append(...withoutName());
  part.came.textContent = say("came_of", people.count);
  part["walk-ins"].textContent = say("walk_ins", { count: people.count.walk_ins });
  renderOdd();
  renderLine();
}

function note(isAsked, found) {
  if (!isAsked) return words.type_a_name;
  if (!found) return words.nobody_found;
  return found > ROWS ? say("more_found", { count: found - ROWS }) : "";
}

/** The way to those whom no letters find. */
function withoutName() {
  const count = [...people.byId.values()].filter(({ name, state }) => state === "seat" && name.startsWith(words.no_name)).length;
  const show = () => {
    nameField.value = words.no_name;
    render();
  };
  return count ? [" ", button(say("without_name", { count }), show)] : [];
}

/** Whom this phone let in last, so that a slip can be put right later, too. */
function latest() {
  const undone = new Set(line.scans.map((scan) => scan.undoes));
  const isIn = (scan) => (scan.answer ?? scan.verdict)?.result === "admitted" && !undone.has(scan.id) && isStillIn(scan);
  return line.scans.filter(isIn).slice(-LATEST).reverse();
}

function isStillIn(scan) {
  const person = personOf(scan);
  return !person || person.state === "in";
}

function latestRow(scan) {
  const text = element("span", nameOf(scan), "door-name");
  return row(text, element("span", timeOf(scan.at), "door-state"), button(words.undo, () => undo(scan)));
}

/** Own scans first, since they are known without network; then those of the other doors. */
function renderOdd() {
  const seen = new Set([...line.seen, ...line.scans.filter((scan) => scan.seen).map((scan) => scan.id)]);
  const isOdd = (scan) => scan.kind !== "undo" && (scan.broken || isOddAnswer(scan.answer ?? scan.verdict));
  const mine = line.scans.filter((scan) => isOdd(scan) && !seen.has(scan.id)).map((scan) => oddRow(scan.id, timeOf(scan.at), meaning(scan)));
  const own = new Set(line.scans.map((scan) => scan.id));
  const others = people.odd.filter(({ id }) => !own.has(id) && !seen.has(id));
  const rows = [...mine.reverse(), ...others.map((one) => oddRow(one.id, `${timeOf(one.at)} ${one.door}`, oddMeaning(one)))];
  part["odd-list"].replaceChildren(...rows);
  part["odd-count"].textContent = rows.length;
  part.odd.hidden = !rows.length;
}

/** A slip of typing is for nobody to look at. */
function isOddAnswer(answer) {
  return ["refused", "already"].includes(answer?.result) && answer.reason !== "mistyped";
}

function oddMeaning({ result, reason, name, came }) {
  const facts = { name: name || words.walk_in, time: timeOf(came) };
  if (result === "already" && !reason) return already(facts);
  return say(reason || "unknown", facts);
}

function oddRow(id, where, text) {
  const words_ = element("span", text, "door-name");
  words_.append(element("small", where, "soft"));
  return row(words_, button(words.looked_at, () => lookedAt(id)));
}

async function lookedAt(id) {
  const scan = line.scans.find((one) => one.id === id);
  if (scan) {
    scan.seen = true;
    await store.putScans([scan]);
  }
  people.odd = people.odd.filter((one) => one.id !== id);
  const told = line.look([id]);
  render();
  await told;
}

function renderLine() {
  const count = line.waiting.length;
  part.line.dataset.state = line.state;
  if (line.state === "gone") part.line.textContent = [line.why, count ? say("net_unsent", { count }) : ""].join(" ");
  else if (line.state === "offline") part.line.textContent = offlineWords(count);
  else if (line.state === "online") part.line.textContent = count ? say("net_sending", { count }) : words.net_online;
}

function offlineWords(count) {
  if (!people.isKnown) return words.net_not_ready;
  return count ? say("net_offline_waiting", { count }) : words.net_offline;
}

// Scanning and walk-ins

const camera = new Camera(part.video, part["camera-says"], (code) => tell({ kind: "code", code }, part["camera-verdict"]));

part.scan.addEventListener("click", () => {
  part["camera-verdict"].hidden = true;
  part.camera.showModal();
  camera.start(words);
});
part.camera.addEventListener("close", () => camera.stop());
part["code-form"].addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  if (field.value.trim()) await tell({ kind: "code", code: field.value.trim(), typed: true }, part["camera-verdict"]);
  field.value = "";
});

part["walk-in"].addEventListener("click", () => {
  part["walk-in-form"].reset();
  part["walk-in-dialog"].returnValue = "";
  part["walk-in-dialog"].showModal();
});
part["walk-in-dialog"].addEventListener("close", () => {
  if (part["walk-in-dialog"].returnValue !== "in") return;
  const { name, email } = part["walk-in-form"].elements;
  const walkIn = { kind: "walk_in", name: name.value.trim(), email: email.value.trim() };
  const namesakes = people.namesakes(walkIn.name);
  if (namesakes.length) askWhetherItIs(namesakes, walkIn);
  else tell(walkIn);
});

/** Before somebody is counted twice: she may have a seat. Closed without an answer, nobody is let in. */
function askWhetherItIs(namesakes, walkIn) {
  const answer = (text, act, className) => button(text, () => (part["is-it"].close(), act()), className);
  const yes = ({ name }) => (namesakes.length > 1 ? name : say("it_is", { name }));
  part["is-it-question"].textContent = say("is_it", { name: namesakes.map(({ name }) => name).join(" / ") });
  part["is-it-answers"].replaceChildren(
    ...namesakes.slice(0, LATEST).map((person) => answer(yes(person), () => letIn(person), "button button-wide")),
    answer(words.it_is_not, () => tell(walkIn), "button button-quiet button-wide"),
  );
  part["is-it"].showModal();
}

// From the first moment on

/** The page and its pieces go on the shelf of the worker, which did not see them come. */
async function keepPage() {
  if (!navigator.serviceWorker || line.state !== "online") return;
  await navigator.serviceWorker.register(document.querySelector("[data-worker]").dataset.worker, { scope: "/door/" });
  const shelf = await caches.open("door");
  const pieces = performance.getEntriesByType("resource").map(({ name }) => name);
  await shelf.addAll([DOOR, ...new Set(pieces.filter((name) => /\.(css|js|woff2|svg)$/.test(name)))]);
  document.documentElement.dataset.kept = "yes";
}

async function begin() {
  nameField.addEventListener("input", render);
  line.addEventListener("state", render);
  line.addEventListener("answers", replay);
  line.addEventListener("news", ({ detail }) => {
    people.learn(detail);
    replay();
  });
  await line.open();
  const kept = await store.fact("snapshot");
  if (kept) people.learn(kept);
  replay();
  await line.talk();
  // Lost in the middle of it, it is tried again with the next visit.
  await keepPage().catch(() => {});
}

begin();
