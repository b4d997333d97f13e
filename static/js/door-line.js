// The line to the server: sends what waits, in order and until it is answered; asks what others did.

const BATCH = 50;
const PATIENCE = 8_000; // milliseconds for an answer
const EVERY = 10_000; // between two questions
const MOST_KEPT = 200; // marks "I had a look" that wait to be sent

class Line extends EventTarget {
  /** "starting", "online", "offline" or "gone"; `why` is the sentence of the server. */
  state = "starting";
  why = "";
  scans = []; // all of this phone, oldest first
  seen = []; // ids somebody looked at, not yet told
  counted = null; // the server's latest count, and when this phone heard of it

  async open() {
    this.scans = await store.scans();
    this.seen = (await store.fact("seen")) ?? [];
    this.counted = (await store.fact("counted")) ?? null;
    this.device = (await store.fact("device")) ?? random().slice(0, 4);
    await store.setFact("device", this.device);
    addEventListener("online", () => this.talk());
    addEventListener("offline", () => this.becomes("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.talk());
    setInterval(() => this.talk(), EVERY);
  }

  get waiting() {
    return this.scans.filter((scan) => !scan.answer && !scan.broken);
  }

  /** Keeps a scan on this phone; only then is it anybody's business. */
  async keep(scan) {
    const n = (this.scans.at(-1)?.n ?? 0) + 1;
    const kept = { id: random(), n, at: new Date().toISOString(), offline: this.state !== "online", ...scan };
    this.scans.push(kept);
    await store.putScans([kept]);
    return kept;
  }

  async look(ids) {
    this.seen = [...this.seen, ...ids].slice(-MOST_KEPT);
    await store.setFact("seen", this.seen);
    await this.flush();
  }

  /** Sends what waits, then asks for news. */
  async talk() {
    await this.flush();
    await this.listen();
  }

  /** Sends what waits, one conversation at a time; what comes in meanwhile goes with it. */
  flush() {
    this.flushing ??= this.sendAll().finally(() => (this.flushing = null));
    return this.flushing;
  }

  async sendAll() {
    await this.trying(async () => {
      while (this.waiting.length || this.seen.length) await this.send(this.waiting.slice(0, BATCH));
    });
  }

  listen() {
    this.listening ??= this.trying(() => this.hear()).finally(() => (this.listening = null));
    return this.listening;
  }

  async trying(talk) {
    if (this.state === "gone") return;
    try {
      await talk();
      this.becomes("online");
    } catch (error) {
      if (this.state !== "gone") await this.lost();
    }
  }

  /** Everything that waits was without network once: the server is told so. */
  async lost() {
    const late = this.waiting.filter((scan) => !scan.offline);
    late.forEach((scan) => (scan.offline = true));
    if (late.length) await store.putScans(late);
    this.becomes("offline");
  }

  async send(scans) {
    const seen = this.seen.slice(0, BATCH);
    const told = scans.map(({ id, kind, code, typed, registration, name, email, undoes, at, offline }) =>
      ({ id, kind, code, typed, registration, name, email, undoes, at, offline }));
    const body = JSON.stringify({ device: this.device, scans: told, seen });
    const answer = await this.ask("scans/", { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (answer.status === 400) return this.sift(scans, answer);
    const { answers, count } = await answer.json();
    await this.counts(count, Date.now());
    await this.answered(answers);
    this.seen = this.seen.filter((id) => !seen.includes(id));
    await store.setFact("seen", this.seen);
  }

  /** Two answers may overtake each other: `last` grows with each scan that the server has taken. */
  async counts(count, at, askedAt = at) {
    const known = this.counted;
    if (known && count.last < known.count.last && askedAt <= known.at) return;
    this.counted = { count, at };
    await store.setFact("counted", this.counted);
  }

  async answered(answers) {
    const known = new Map(answers.map((answer) => [answer.id, answer]));
    const changed = this.scans.filter((scan) => known.has(scan.id));
    changed.forEach((scan) => Object.assign(scan, { answer: known.get(scan.id), answeredAt: Date.now() }));
    await store.putScans(changed);
    this.dispatchEvent(new CustomEvent("answers", { detail: changed }));
  }

  /** One scan that cannot be read must not hold the others back; it stays to be looked at. */
  async sift(scans, answer) {
    const { error } = await answer.json();
    if (scans.length > 1) {
      for (const scan of scans) await this.send([scan]);
    } else if (scans.length) {
      scans[0].broken = error;
      await store.putScans(scans);
    } else this.seen = [];
  }

  async hear() {
    const takenAt = Date.now();
    const etag = (await store.fact("etag")) ?? "";
    const answer = await this.ask("snapshot/", { headers: { "If-None-Match": etag } });
    if (answer.status === 304) return;
    const news = await answer.json();
    // What is on its way now may be in this list or not; the next one will tell.
    await this.flushing;
    if (this.waiting.length && this.counted) return;
    await this.counts(news.count, Date.now(), takenAt);
    await store.setFact("snapshot", { ...news, takenAt });
    await store.setFact("etag", answer.headers.get("ETag"));
    this.dispatchEvent(new CustomEvent("news", { detail: { ...news, takenAt } }));
  }

  /** An answer that can be read, or an error where there is none now. */
  async ask(path, options) {
    const answer = await fetch(DOOR + path, { ...options, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 410 || answer.status === 404) return this.end(answer);
    if (answer.ok || answer.status === 304 || answer.status === 400) return answer;
    throw new Error(`answered ${answer.status}`);
  }

  /** The link is over: names go from this phone, what was not sent stays to be shown. */
  async end(answer) {
    this.why = answer.status === 410 ? (await answer.json()).error : "";
    await store.forget("snapshot");
    await store.forget("etag");
    await globalThis.caches?.delete("door");
    this.becomes("gone");
    throw new Error("gone");
  }

  becomes(state) {
    if (this.state !== "gone") this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** An id that nobody else makes; also where the page is not served by https. */
function random() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
