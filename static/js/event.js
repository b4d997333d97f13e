// Adds to an evening's page what only the reader's machine knows. Without it nothing is missing.

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "for you it is 18:00 (Berlin)", where the reader's clock shows another time. */
function tellLocalTime(line) {
  const start = new Date(line.dataset.instant);
  const clock = (timeZone, more = {}) =>
    start.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone, ...more });
  if (clock(line.dataset.zone, { weekday: "short" }) === clock(here, { weekday: "short" })) return;
  const city = here.split("/").pop().replaceAll("_", " ");
  line.append(` · ${line.dataset.says} ${clock(here)} (${city})`);
}

/** Marks the item of the agenda that runs now. */
function markNow(agenda) {
  const begun = [...agenda.children].filter((item) => new Date(item.firstElementChild.dateTime) <= Date.now());
  agenda.querySelector(".agenda-now")?.classList.remove("agenda-now");
  if (!begun.length || begun.length === agenda.children.length) return;
  const item = begun.at(-1);
  item.classList.add("agenda-now");
  item.firstElementChild.dataset.now = agenda.dataset.now;
}

function offerCopying(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.querySelector("span").textContent = button.dataset.done;
  });
}

document.querySelectorAll("[data-instant]").forEach(tellLocalTime);
document.querySelectorAll("[data-copy]").forEach(offerCopying);
document.querySelectorAll(".agenda[data-now]").forEach((agenda) => {
  markNow(agenda);
  setInterval(() => markNow(agenda), 60_000);
});
