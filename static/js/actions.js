// What a key or the palette does. The register stands in the help dialog; most actions press the page's own controls.
import { currentRow, goTo, idOf, isOnNothing, keep, leave, step } from "./cursor.js";
import { write } from "./details.js";
import { ask } from "./dialog.js";
import { grab } from "./grab.js";
import { moveTo } from "./moveto.js";
import { openPalette } from "./palette.js";
import { clear, selected, selectRange, toggle, together } from "./selection.js";
import { say } from "./toast.js";

const help = document.getElementById("keys");
const desk = document.getElementById("desk");
const entries = [...(help?.querySelectorAll("[data-action]") ?? [])];
const NO_ROW = "No paper is chosen yet; j goes to the first one in view.";

// Every action: its name, group and words, its keys, and how the register says that it acts.
export const actions = entries.map((element) => ({
  ...element.dataset,
  changes: "changes" in element.dataset,
  keys: element.dataset.keys.split(" "),
  group: element.closest("section").getAttribute("aria-label"),
  words: element.querySelector(".does").textContent,
  caps: element.querySelector(".caps"),
}));
const named = new Map(actions.map((action) => [action.action, action]));

// Why an action cannot be done now, in a sentence; null where it can, "" where there is nothing to say.
export function refusal(action) {
  if (action.needs && !desk) return "";
  if (action.changes && !document.getElementById("publish")) {
    return help.dataset.mayEdit === "yes" ? "This edition is published and stays as it is." : "Readers may look at everything here but change nothing.";
  }
  if (action.needs !== "row" || (action.together && selected().length)) return null;
  const row = currentRow();
  if (!row?.checkVisibility()) return NO_ROW;
  return action.of && !action.of.split(" ").includes(row.dataset.state) ? (action.otherwise ?? "") : null;
}

export function run(name) {
  const action = named.get(name);
  const why = refusal(action);
  if (why !== null) return void (why && say(why));
  const row = currentRow();
  if (action.together && selected().length) return actTogether(action);
  // After a click beside the words nothing has the focus; from here on it goes with the paper.
  if (action.needs === "row" && isOnNothing(document.activeElement)) goTo(row, { scroll: false });
  if (OWN[name]) return OWN[name](row);
  act(action, row);
}

function actTogether({ together: what }) {
  const going = selected().map((id) => document.getElementById(`item-${id}`)).filter(Boolean);
  leave(what === "pick" ? [] : going, () => together(what));
}

function act(action, row) {
  if (action.then === "next") leave([row], () => press(action, row));
  else if (action.then) keep(row, action.then === "stay", () => press(action, row));
  else press(action, row);
}

function press(action, row) {
  const isOfRow = action.needs === "row";
  const control = isOfRow ? row.querySelector(`:scope > .acts [data-act="${action.press}"]`) : document.getElementById(action.press);
  if (control && !control.disabled) return control.click();
  const address = isOfRow ? `/items/${idOf(row)}` : desk.getAttribute("action");
  send(`${address}/${action.post}`, Object.fromEntries(new URLSearchParams(action.sends)));
}

function send(address, values = {}) {
  return htmx.ajax("POST", address, { source: "#desk", swap: "none", values });
}

function openMenu(id, sentence) {
  const menu = document.getElementById(id);
  if (!menu) return say(sentence);
  menu.open = true;
  menu.querySelector(".menu-body :is(input:not([type=hidden]), select, button, a)")?.focus();
}

function preview() {
  const panel = document.getElementById("preview");
  if (!panel.checkVisibility()) return document.querySelector(".to-preview")?.click();
  const row = currentRow();
  if (!panel.contains(document.activeElement)) panel.querySelector("[aria-current], a")?.focus();
  else if (row) goTo(row);
  else document.activeElement.blur();
}

function search() {
  const field = document.getElementById("search");
  if (!field) return say("There is nothing to search on this page.");
  field.focus();
  field.select();
}

// What is open or chosen is closed or let go, the nearest first.
function close(row) {
  if (selected().length) return clear();
  const toast = document.querySelector("#toast [data-dismiss]");
  if (toast) return toast.click();
  if (row?.querySelector(":scope > .open")?.firstElementChild) row.querySelector(".title a").click();
}

export function showKeys() {
  help.showModal();
  help.querySelector("[data-close-keys]").focus();
}

const follow = (selector, sentence) => {
  const link = document.querySelector(selector);
  if (link) link.click();
  else if (desk) say(sentence);
};

const OWN = {
  next: () => step(1),
  previous: () => step(-1),
  open: (row) => row.querySelector(".title a").click(),
  before: () => follow("[data-day=before]", "There is no earlier edition."),
  after: () => follow("[data-day=after]", "There is no later edition."),
  write: (row) => write(row),
  update: (row) => row.querySelector(".ran [data-act=update]")?.click() ?? say("This paper ran in no earlier edition."),
  select: toggle,
  "select-range": selectRange,
  move: moveTo,
  strike: (row) => ask(`/items/${idOf(row)}/mentions`),
  grab,
  pin: (row) => keep(row, false, () => send(`/items/${idOf(row)}/pin${row.hasAttribute("data-pinned") ? "/removal" : ""}`)),
  cut: (row) => send(`${desk.getAttribute("action")}/cut`, { below: idOf(row) }),
  publish: () => document.getElementById("publish").click(),
  search,
  filter: () => openMenu("filter-menu", "There are no filters on this page."),
  lens: () => openMenu("lens-menu", "There is no lens on this page."),
  preview,
  history: () => follow("#history", "There is no history on this page."),
  past: (row) => window.location.assign(`/items/${idOf(row)}/history`),
  keys: showKeys,
  palette: () => openPalette(),
  clear: close,
};
