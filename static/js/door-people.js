// Who may come in, as far as this phone knows: the list of the server and what this phone did since.

const NO_SEAT = new Set(["waiting", "cancelled", "expired", "online"]);

class People {
  byId = new Map();
  byHash = new Map();
  odd = [];
  count = { registered: 0, came: 0, walk_ins: 0 };
  isKnown = false;

  /** Takes the list of the server, then what this phone said that the list cannot know yet. */
  learn({ people, odd, count, takenAt = Date.now() }, scans) {
    this.isKnown = true;
    this.byId.clear();
    this.byHash.clear();
    people.forEach(([id, hash, name, guests, state, at, latin]) => {
      const person = { id, hash, name, guests, state, at, words: plain(`${name} ${latin ?? ""}`) };
      this.byId.set(id, person);
      this.byHash.set(hash, person);
    });
    this.odd = odd.map(([id, result, reason, name, door, at]) => ({ id, result, reason, name, door, at }));
    this.count = { ...count };
    scans.filter((scan) => !scan.answer || scan.answeredAt > takenAt).forEach((scan) => this.apply(scan));
  }

  /** What this phone thinks of a scan without asking: the words of the server's answer. */
  judge(scan) {
    const person = this.of(scan);
    if (scan.kind === "undo") return { result: "undone", person };
    if (scan.kind === "walk_in" && !person) return { result: "admitted" };
    if (!person) return { result: "refused", reason: "unknown" };
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
    if (!person && scan.undoes && !scan.registration) this.count.walk_ins -= 1;
    if (person?.state !== "in") return;
    if ((person.before ?? "seat") === "seat") this.count.came -= 1 + person.guests;
    else this.count.walk_ins -= 1;
    person.state = person.before ?? "seat";
  }

  /** Those of whom every typed word begins a word of the name; who has a seat comes first. */
  search(typed) {
    const wanted = plain(typed);
    if (!wanted.length) return [];
    const fits = ({ words, name }) => name && wanted.every((part) => words.some((word) => word.startsWith(part)));
    const rank = ({ state }) => ["seat", "in"].indexOf(state) >>> 0;
    return [...this.byId.values()].filter(fits).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  }
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

/** As the list names tickets; "" where the browser cannot, then only the server knows. */
async function hashOf(code) {
  if (!crypto.subtle) return "";
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticketIn(code)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
}
