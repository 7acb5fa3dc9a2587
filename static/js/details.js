// A title opens its item in place; an open one stays open, with what is typed in it, wherever the row goes.
import { asking } from "./asking.js";

const slotOf = (row) => row.querySelector(":scope > .open");

// An answer that comes too late is let be (late.js), and is asked for again; so is one whose row was made anew meanwhile.
async function show(row, after, tries = 3) {
  const slot = slotOf(row);
  const link = row.querySelector(".title a");
  await htmx.ajax("GET", link.getAttribute("href"), { source: slot, target: slot, swap: "innerHTML" });
  const now = document.getElementById(row.id);
  const isLate = slot.hasAttribute("data-late") || (now && slotOf(now) !== slot && !slotOf(now).firstElementChild);
  slot.removeAttribute("data-late");
  if (now && isLate && tries > 1) return show(now, after, tries - 1);
  return now && after?.(slotOf(now));
}

function hide(row) {
  const slot = slotOf(row);
  slot.replaceChildren();
  row.classList.remove("opened");
  row.querySelector(".title a").removeAttribute("aria-expanded");
}

function markOpened(row) {
  row.classList.add("opened");
  row.querySelector(".title a").setAttribute("aria-expanded", "true");
}

export function write(row) {
  const focus = (slot) => slot.querySelector("[name=note]")?.focus();
  if (slotOf(row).firstElementChild) focus(slotOf(row));
  else asking(show(row, focus));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".item .title a, .item [data-write]");
  if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const row = link.closest(".item");
  if (link.matches("[data-write]")) write(row);
  else if (slotOf(row).firstElementChild) hide(row);
  else show(row);
});

let open = new Map();
document.addEventListener("htmx:before:swap", () => {
  open = new Map([...document.querySelectorAll(".open:not(:empty)")].map((slot) => [slot.id, slot]));
});
document.addEventListener("htmx:after:swap", () => {
  for (const [id, slot] of open) {
    const now = document.getElementById(id);
    if (now && now !== slot && !now.firstElementChild) {
      now.replaceWith(slot);
      // htmx let go of these forms with their old row and would take them for ready.
      for (const form of slot.querySelectorAll("form")) delete form._htmx;
      htmx.process(slot);
    }
  }
  for (const slot of document.querySelectorAll(".open:not(:empty)")) markOpened(slot.closest(".item"));
});

// Which papers does a loud mention name?
for (const button of document.querySelectorAll("[data-show]")) button.hidden = false;
document.addEventListener("htmx:after:swap", () => {
  for (const button of document.querySelectorAll("[data-show]")) button.hidden = false;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (!button) return;
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  const rows = button.dataset.show.split(" ").map((id) => document.getElementById(`item-${id}`)).filter(Boolean);
  for (const row of rows) row.classList.toggle("shown", on);
  if (on) rows[0]?.scrollIntoView({ block: "center" });
});
