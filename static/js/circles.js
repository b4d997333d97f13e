// Keeps a page about circles fresh and counts the introductions down. Without it the page reloads.

const ONE = 1000;

/** Counts from what the server said had gone, so that a wrong clock of this machine is harmless. */
function run(timer) {
  const { gone, each, people, says, over } = timer.dataset;
  const began = performance.now() - Number(gone) * ONE;
  const show = () => {
    if (!timer.isConnected) return clearInterval(beat);
    const seconds = Math.floor((performance.now() - began) / ONE);
    if (seconds >= each * people) {
      timer.textContent = over;
      return clearInterval(beat);
    }
    const number = Math.floor(seconds / each) + 1;
    const left = each - (seconds % each);
    timer.querySelector("[data-timer-who]").textContent = says
      .replace("{number}", number)
      .replace("{people}", people);
    timer.querySelector("[data-timer-left]").textContent = `0:${String(left).padStart(2, "0")}`;
  };
  const beat = setInterval(show, ONE);
  show();
}

/** What the page says, without the form's token and the seconds, which are new each time. */
function saying(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
  copy.querySelectorAll("[data-timer]").forEach((timer) => timer.replaceWith("timer"));
  return copy.innerHTML;
}

async function refresh(part) {
  if (document.hidden || part.contains(document.activeElement)) return part;
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh || part.dataset.said === saying(fresh)) return part;
  fresh.dataset.said = saying(fresh);
  part.replaceWith(fresh);
  fresh.querySelectorAll("[data-timer]").forEach(run);
  return fresh;
}

document.querySelectorAll("[data-timer]").forEach(run);
document.querySelectorAll("[data-refresh]").forEach((part) => {
  let shown = part;
  shown.dataset.said = saying(shown);
  setInterval(async () => {
    try {
      shown = await refresh(shown);
    } catch {
      // No network for a moment: what is shown stays, and the next turn asks again.
    }
  }, Number(part.dataset.refresh) * ONE);
});
