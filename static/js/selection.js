// Selected papers: by x, X, a click or a Shift+click; the choice outlives every swap and ends with what is done to them.
import { currentRow, idOf, rows } from "./cursor.js";
import { say } from "./toast.js";

const bar = document.getElementById("selection");
const count = document.getElementById("selected-count");
const reason = bar?.querySelector("[name=reason]");
const boxOf = (row) => row.querySelector(":scope > .choose");
let chosen = new Set();
let last = null;
let wasChoosing = false;

export const selected = () => [...chosen];

function show() {
  if (!bar) return;
  // A thousand rows are gone through only where some are chosen, or were.
  for (const box of wasChoosing || chosen.size ? document.querySelectorAll(".item > .choose") : []) {
    box.checked = chosen.has(box.value);
    box.parentElement.classList.toggle("chosen", box.checked);
  }
  wasChoosing = chosen.size > 0;
  document.body.classList.toggle("choosing", wasChoosing);
  bar.hidden = chosen.size === 0;
  // A reason that is not to be seen must not go with anything.
  reason.disabled = bar.hidden;
  const words = chosen.size ? `${chosen.size} selected` : "";
  bar.querySelector("[data-selected]").textContent = words;
  if (count.textContent !== words) count.textContent = words;
}

function choose(row, on) {
  if (!boxOf(row)) return;
  if (on) chosen.add(idOf(row));
  else chosen.delete(idOf(row));
}

export function toggle(row) {
  choose(row, !chosen.has(idOf(row)));
  last = row.id;
  show();
}

// From the last one that was touched up to this one; what lies between takes that one's state.
export function selectRange(row) {
  const all = rows();
  const from = all.findIndex((other) => other.id === last);
  if (from < 0) return toggle(row);
  const to = all.indexOf(row);
  const on = chosen.has(idOf(all[from]));
  for (const other of all.slice(Math.min(from, to), Math.max(from, to) + 1)) choose(other, on);
  last = row.id;
  show();
}

export function clear() {
  chosen = new Set();
  last = null;
  if (bar?.contains(document.activeElement)) currentRow()?.querySelector(".title a").focus({ preventScroll: true });
  if (reason) reason.value = "";
  show();
}

// What is done to all of them is sent by the bar's own buttons.
export function together(what) {
  bar.querySelector(`[name=do][value="${what}"]`)?.click();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".item > .choose");
  if (box && event.shiftKey && last) {
    chosen.delete(box.value);
    selectRange(box.closest(".item"));
  } else if (box) {
    toggle(box.closest(".item"));
  }
  if (event.target.closest("[data-select-all]")) {
    for (const row of rows()) choose(row, true);
    show();
  }
});
document.addEventListener("reset", (event) => {
  if (event.target.id === "desk") setTimeout(clear);
});
reason?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clear();
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  together("drop");
});

// One form stands for the page, so its fields go with every action; the choice is for its own.
document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement } = event.detail.ctx;
  if (sourceElement?.id !== "desk" || !request.body || /\/selected$/.test(request.action)) return;
  request.body.delete("selected");
  const [first, ...others] = request.body.getAll("reason");
  if (!reason || reason.disabled || first !== reason.value) return;
  request.body.delete("reason");
  for (const other of others) request.body.append("reason", other);
});
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (!/\/selected$/.test(request.action) || chosen.size) return;
  event.preventDefault();
  say("No paper is selected; x selects the current one.");
});
document.addEventListener("htmx:after:swap", () => {
  if (!chosen.size) return;
  const shown = new Set([...document.querySelectorAll(".item > .choose")].map((box) => box.value));
  chosen = new Set([...chosen].filter((id) => shown.has(id)));
  show();
});
document.addEventListener("htmx:finally:request", (event) => {
  const { request, response } = event.detail.ctx;
  if (/\/selected$/.test(request.action) && response?.status < 400) clear();
});

function begin() {
  // A page that is shown again may come with the boxes as they were.
  chosen = new Set([...document.querySelectorAll(".item > .choose:checked")].map((box) => box.value));
  show();
}
if (bar && window.htmx) {
  bar.querySelector("[data-select-all]").hidden = false;
  begin();
  window.addEventListener("pageshow", begin);
}
