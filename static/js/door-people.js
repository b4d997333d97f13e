// Who may come in, as far as this phone knows: the list of the server and what this phone did since.

const NO_SEAT = new Set(["waiting", "cancelled", "expired", "online"]);

class People {
  byId = new Map();
  byHash = new Map(); // by the hash of a ticket, and by that of a short code
  odd = [];
  count = { registered: 0, came: 0, walk_ins: 0 };
  isKnown = false;
  takenAt = 0;

  /** Takes the list of the server. */
  learn({ people, odd, takenAt = Date.now() }) {
    this.isKnown = true;
    this.takenAt = takenAt;
    this.byId.clear();
    this.byHash.clear();
    people.forEach(([id, hash, name, guests, state, at, short, latin]) => {
      const forms = [plain(name), plain(latin ?? "")];
      const person = { id, name, guests, told: { state, at }, state, at, forms, words: forms.flat() };
      this.byId.set(id, person);
      this.byHash.set(hash, person).set(short, person);
    });
    this.odd = odd.map(([id, result, reason, name, door, at, came]) => ({ id, result, reason, name, door, at, came }));
  }

  /** Begins with what the server has told, and adds what this phone did that it cannot know yet:
   *  to the list all that is newer, to the count only what waits. Twice is the same as once. */
  replay(scans, count) {
    this.byId.forEach((person) => Object.assign(person, person.told, { before: undefined }));
    this.undone = new Set(scans.filter(({ undoes, answer }) => undoes && answer).map(({ undoes }) => undoes));
    this.kinds = new Map(scans.map(({ id, kind }) => [id, kind]));
    scans.filter((scan) => scan.answer && scan.answeredAt > this.takenAt).forEach((scan) => this.apply(scan));
    this.count = { registered: 0, came: 0, walk_ins: 0, ...count };
    scans.filter((scan) => !scan.answer && !scan.broken).forEach((scan) => this.apply(scan));
  }

  /** What this phone thinks of a scan without asking: the words of the server's answer. */
  judge(scan) {
    const person = this.of(scan);
    if (scan.kind === "undo" || this.undone?.has(scan.id)) return { result: "undone", person };
    if (scan.kind === "walk_in" && !person) return { result: "admitted" };
    if (!person) return { result: "refused", reason: scan.typed ? "mistyped" : "unknown" };
    if (person.state === "in") return { result: "already", person, at: person.at };
    if (NO_SEAT.has(person.state) && scan.kind !== "walk_in") return { result: "refused", reason: person.state, person };
    return { result: "admitted", person };
  }

  of({ registration, hash }) {
    return this.byId.get(registration) ?? this.byHash.get(hash);
  }

  /** Makes the list say what a scan has changed: as answered, else as judged. */
  apply(scan) {
    const { result } = scan.answer ?? (scan.verdict = this.judge(scan));
    const person = this.of(scan) ?? this.byId.get(scan.answer?.registration);
    if (result === "admitted" || result === "already") this.comesIn(person, scan, result);
    if (result === "undone") this.goesOut(person, scan);
  }

  comesIn(person, scan, result) {
    if (person?.state === "in" || (!person && result !== "admitted")) return;
    if (person) Object.assign(person, { before: person.state, state: "in", at: Date.parse(scan.answer?.at ?? scan.at) / 1000 });
    if (person && person.before === "seat") this.count.came += 1 + person.guests;
    else this.count.walk_ins += 1;
  }

  goesOut(person, scan) {
    if (scan.kind !== "undo") return;
    const isSaidAgain = this.undone.has(scan.undoes) && !scan.answer;
    if (scan.undoes) this.undone.add(scan.undoes);
    if (isSaidAgain) return;
    if (!person && this.kinds.get(scan.undoes) === "walk_in") this.count.walk_ins -= 1;
    if (person?.state !== "in") return;
    if ((person.before ?? "seat") === "seat") this.count.came -= 1 + person.guests;
    else this.count.walk_ins -= 1;
    person.state = person.before ?? "seat";
  }

  /** Those of whom every typed word begins a word of the name, or whose short name is that of the
   *  typed one: "grace hopper" finds "Grace H."; who has a seat comes first. */
  search(typed) {
    const wanted = plain(typed);
    if (!wanted.length) return [];
    const begins = ({ words }) => wanted.every((part) => words.some((word) => word.startsWith(part)));
    const fits = (person) => person.name && (begins(person) || isShortOf(person, wanted, (word, part) => word.startsWith(part)));
    const rank = ({ state }) => ["seat", "in"].indexOf(state) >>> 0;
    const order = (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, undefined, { numeric: true });
    return [...this.byId.values()].filter(fits).sort(order);
  }

  /** Who has a seat, is not in yet, and may be called what was typed. */
  namesakes(typed) {
    const wanted = plain(typed);
    if (!wanted.length) return [];
    const isWhole = ({ forms }) => forms.some((form) => form.slice(0, wanted.length).join() === wanted.join());
    const fits = (person) => isWhole(person) || isShortOf(person, wanted, (word, part) => word === part);
    return [...this.byId.values()].filter((person) => person.state === "seat" && person.name && fits(person));
  }
}

/** Whether a name that ends with an initial ("Grace H.", "Anna Kova.") may be short for the typed
 *  words; the middle ones do not count, and the last name may come first. */
function isShortOf({ name, forms }, wanted, isFirst) {
  if (!name.endsWith(".") || wanted.length < 2) return false;
  const isThus = (first, last) => forms.some((form) => form.slice(0, -1).some((word) => isFirst(word, first)) && last.startsWith(form.at(-1)));
  return isThus(wanted[0], wanted.at(-1)) || isThus(wanted.at(-1), wanted[0]);
}

/** The words of a name without case and accents: "Жу́ля É." is found by "жул" and by "e". */
function plain(text) {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** The ticket in what a camera read: the code itself, or an address that ends with it. */
function ticketIn(text) {
  return text.trim().split("?")[0].replace(/\/+$/, "").split("/").at(-1);
}

/** The short code that was typed, in any case and with any spaces; "" where it is none. */
function shortIn(text) {
  const code = text.replace(/[\s-]/g, "").toLowerCase();
  return /^[2-9bcdfghjkmnpqrstvwxz]{8}$/.test(code) ? code : "";
}

/** As the list names tickets; "" where the browser cannot, then only the server knows. */
async function hashOf(code) {
  if (!crypto.subtle) return "";
  const short = shortIn(code);
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(short || ticketIn(code)));
  const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, short ? 12 : 32);
}
