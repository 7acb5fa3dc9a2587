// After an action the focus stays where it was, or goes to the same button of the next row when its own row has left.
let place = null;

document.addEventListener("htmx:before:swap", () => {
  const active = document.activeElement;
  const row = active?.closest(".item, .change");
  const waiting = active?.closest("#waiting");
  if (!row && !waiting) return void (place = null);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  const last = waiting ? "#waiting summary" : "#main";
  place = { active, row: row?.id, list: row?.parentElement.id, next: next?.id, label: labelOf(active), last };
});

document.addEventListener("htmx:after:swap", () => {
  if (!place || (place.active.isConnected && document.activeElement === place.active)) return;
  const { active, row, list, next, label, last } = place;
  place = null;
  if (document.activeElement && document.activeElement !== document.body) return;
  if (active.isConnected) return active.focus({ preventScroll: true });
  const stayed = row && document.getElementById(row);
  const target = stayed?.parentElement.id === list ? stayed : next && document.getElementById(next);
  const control = [...(target?.querySelectorAll("button, a") ?? [])].find((other) => labelOf(other) === label);
  (control ?? target?.querySelector(".title a") ?? document.querySelector(last) ?? document.getElementById("main")).focus({ preventScroll: true });
});

function labelOf(element) {
  return element?.getAttribute("aria-label") ?? element?.textContent.trim();
}

// A row that the address names: the rows around it are measured only once they are near, so for a third of a second
// it is looked for again.
function lookFor(row, tries) {
  row.scrollIntoView({ block: "center" });
  if (tries > 0) requestAnimationFrame(() => lookFor(row, tries - 1));
}
function follow() {
  const row = location.hash.startsWith("#item-") && document.getElementById(location.hash.slice(1));
  if (row) requestAnimationFrame(() => lookFor(row, 20));
}
window.addEventListener("load", follow);
window.addEventListener("hashchange", follow);
