// Saves a proposal while it is typed. Without it the button "Save for later" does the same.

const PAUSE = 3_000; // milliseconds after the last key
const AGAIN = 15_000;
const OVER = [403, 404, 409]; // sent in elsewhere, closed, or no longer hers: no use to try again

const form = document.querySelector("form[data-saves]");
const line = form.querySelector("[role=status]");
let timer, waiting, busy = false, changed = false, stopped = false;

function tell(text, isBad = false) {
  line.textContent = text;
  line.classList.toggle("saved-not", isBad);
}

function saveIn(milliseconds) {
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(save, milliseconds);
}

/** What the server says of the draft as it stands now; throws where it cannot be asked. */
async function post() {
  const fields = new FormData(form);
  fields.set("save", "1");
  const answer = await fetch(location.href, {
    method: "POST",
    body: fields,
    headers: { Accept: "application/json" },
  });
  stopped ||= OVER.includes(answer.status);
  if (!answer.ok && !stopped) throw new Error(answer.status);
  return answer.json();
}

async function save() {
  if (busy) return;
  busy = true;
  changed = false;
  try {
    const { saved_at, url, problem } = await post();
    if (url && url !== location.pathname) history.replaceState(null, "", url);
    const clock = saved_at && new Date(saved_at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    tell([clock && `${form.dataset.saves} ${clock}`, problem].filter(Boolean).join(" · "), Boolean(problem));
  } catch {
    tell(form.dataset.lost, true);
    saveIn(AGAIN);
  }
  busy = false;
  if (changed) saveIn(PAUSE);
  if (waiting) form.requestSubmit(waiting);
}

form.addEventListener("input", () => {
  changed = true;
  saveIn(PAUSE);
});

// One click is one proposal; a save on its way comes first, so that it is the same one.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (busy) waiting = event.submitter;
  if (busy || form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});

addEventListener("online", () => saveIn(0));
addEventListener("pageshow", () => {
  delete form.dataset.sent;
  waiting = undefined;
});
