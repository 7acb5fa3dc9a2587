// The cursor: one paper is the current one, and focus stays with it through every swap.
// After an action the focus stays where it was, or goes to the same control of the next row when its own row has left.
const ROWS = "#picked > .item, #candidates > .item, #held[open] .item, #dropped[open] .item";
// Papers that an action has been sent for which takes them out of their list: the cursor does not stop at them.
export const leaving = new Set();
let current = null;
let kept = null;
let place = null;

export const rows = () => [...document.querySelectorAll(ROWS)];
export const currentRow = () => (current ? document.getElementById(current) : null);
export const idOf = (row) => row.id.split("-")[1];
// A click beside everything gives the focus to the main part.
export const isOnNothing = (element) => element === document.body || element.id === "main";
const linkOf = (row) => row.querySelector(".title a");

function mark(row) {
  for (const other of document.querySelectorAll(".item.current")) if (other !== row) other.classList.remove("current");
  row?.classList.add("current");
  current = row?.id ?? null;
}

// The rows around it are measured only once they are near, so it is looked for again after two frames.
function show(row, tries = 2) {
  row.querySelector(".what").scrollIntoView({ block: "nearest" });
  if (tries > 0) requestAnimationFrame(() => row.classList.contains("current") && show(row, tries - 1));
}

export function goTo(row, { scroll = true } = {}) {
  const folded = row.closest("details:not([open])");
  if (folded) folded.open = true;
  mark(row);
  linkOf(row).focus({ preventScroll: true });
  if (scroll) show(row);
}

function beyond(row, step) {
  const all = rows();
  let at = all.indexOf(row) + step;
  while (all[at] && leaving.has(all[at].id)) at += step;
  return all[at] ?? null;
}

function firstInView() {
  const top = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
  return rows().find((row) => row.getBoundingClientRect().bottom > top + 20) ?? rows().at(-1) ?? null;
}

export function step(by) {
  const row = currentRow();
  const next = row?.checkVisibility() ? beyond(row, by) : firstInView();
  if (next) goTo(next);
}

// Its papers leave: the next one is current at once, so that what is pressed meanwhile means that one.
export function leave(going, change) {
  for (const row of going) leaving.add(row.id);
  const row = currentRow();
  const next = row && leaving.has(row.id) ? (beyond(row, 1) ?? beyond(row, -1)) : null;
  change();
  if (next?.isConnected) goTo(next);
}

// What is done to the paper may move it: it stays current wherever it goes; `still` keeps it where it stands for the eye.
export function keep(row, still, change) {
  const pending = kept?.id === row.id ? kept.pending : 0;
  const { top } = row.getBoundingClientRect();
  kept = { id: row.id, pending: pending + 1 };
  change();
  if (still) hold(row.id, top);
  else show(row);
}

function hold(id, top, tries = 2) {
  const row = document.getElementById(id);
  if (!row?.checkVisibility() || current !== id) return;
  window.scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
  if (tries > 0) requestAnimationFrame(() => hold(id, top, tries - 1));
  else show(row, 0);
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(".item");
  if (row) mark(row);
});
document.addEventListener("click", (event) => {
  const row = event.isTrusted && event.target.closest(".item");
  if (row) mark(row);
});

document.addEventListener("htmx:before:swap", () => {
  const active = document.activeElement;
  const held = active?.closest(".item, .change");
  const waiting = active?.closest("#waiting");
  const all = rows();
  const at = all.indexOf(currentRow());
  const near = at < 0 ? [] : [...all.slice(at + 1), ...all.slice(0, at).reverse()].map((row) => row.id);
  const next = held?.nextElementSibling ?? held?.previousElementSibling;
  place = { active, row: held?.id, list: held?.parentElement.id, next: next?.id, label: labelOf(active), near };
  place.last = waiting ? "#waiting summary" : "#main";
  place.had = Boolean(held || waiting);
});

document.addEventListener("htmx:after:swap", () => {
  if (!place) return;
  const before = place;
  place = null;
  const here = currentRow();
  const near = () => before.near.map((id) => document.getElementById(id)).find((row) => row?.checkVisibility() && !leaving.has(row.id));
  const row = here?.checkVisibility() ? here : near();
  const follows = row && kept?.id === current;
  mark(row ?? null);
  if (before.had) refocus(before, follows);
  if (follows) show(row);
});

function refocus({ active, row, list, next, label, last }, follows) {
  const now = document.activeElement;
  if (now && now !== document.body) return;
  if (follows) return linkOf(currentRow()).focus({ preventScroll: true });
  if (active.isConnected && active.checkVisibility()) return active.focus({ preventScroll: true });
  const stayed = row && document.getElementById(row);
  // On its title the focus is the cursor's, and goes with the paper wherever that is shown.
  const goesWithIt = stayed?.checkVisibility() && active.matches(".title a");
  const target = goesWithIt || stayed?.parentElement.id === list ? stayed : next && document.getElementById(next);
  const control = label && [...(target?.querySelectorAll("button, a, input") ?? [])].find((other) => labelOf(other) === label);
  const fallback = target?.querySelector(".title a") ?? document.querySelector(last) ?? document.getElementById("main");
  (control || fallback).focus({ preventScroll: true });
}

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const sent = ctx.request.method === "POST" && new URL(ctx.request.action, location).pathname.match(/^\/items\/(\d+)\//);
  if (sent) leaving.delete(`item-${sent[1]}`);
  else if (/\/selected$/.test(ctx.request.action)) leaving.clear();
  if (kept && sent && kept.id === `item-${sent[1]}` && (kept.pending -= 1) === 0) kept = null;
});

function labelOf(element) {
  return element?.getAttribute("aria-label") ?? element?.textContent.trim();
}

// A row that the address names: for a third of a second it is looked for again, and it is the current one.
function lookFor(row, tries) {
  row.scrollIntoView({ block: "center" });
  if (tries > 0) requestAnimationFrame(() => lookFor(row, tries - 1));
}
function follow() {
  const row = /^#item-\d+$/.test(location.hash) && document.querySelector(`.item${location.hash}`);
  if (!row) return;
  goTo(row, { scroll: false });
  requestAnimationFrame(() => lookFor(row, 20));
}
window.addEventListener("load", follow);
window.addEventListener("hashchange", follow);
