// The link is over: what this phone could not send is shown, so that nothing is lost.

async function showUnsent() {
  const unsent = (await store.scans()).filter((scan) => !scan.answer);
  document.querySelector("[data-is=unsent]").hidden = !unsent.length;
  const rows = unsent.map((scan) => {
    const row = document.createElement("li");
    row.textContent = [new Date(scan.at).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" }), scan.kind, scan.who, scan.name, scan.email, scan.code].filter(Boolean).join(" · ");
    return row;
  });
  document.querySelector("[data-is=unsent-list]").replaceChildren(...rows);
}

showUnsent();
