// One listener for all keys: which action of the register a key means, and whether it may act where the focus is.
import { actions, run, showKeys } from "./actions.js";
import { isAsking } from "./asking.js";
import { isOnNothing } from "./cursor.js";

const byKey = new Map(actions.flatMap((action) => action.keys.map((key) => [key, action.action])));
// Held down, these go on; whatever acts is done once for a press.
const REPEATING = ["next", "previous"];
const ARROWS = ["ArrowDown", "ArrowUp"];
// They belong to the control that has the focus.
const PRESSING = ["Enter", " "];
const FIELD = "input:not([type=checkbox], [type=button], [type=submit], [type=radio]), textarea, select, [contenteditable]:not([contenteditable=false])";

// The key by what it writes; a caps lock makes no capital. On a layout of another script a letter means the one that stands there in the Latin one.
function letterOf(event, isAltGraph) {
  const isLocked = event.getModifierState("CapsLock");
  if (/^[A-Za-z]$/.test(event.key)) return isLocked ? (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;
  const code = /^Key([A-Z])$/.exec(event.code);
  if (event.key.length > 1 || event.key.charCodeAt(0) < 128 || !code || isAltGraph) return null;
  return event.shiftKey ? code[1] : code[1].toLowerCase();
}

// As the register writes it: "d", "D", "?", "Ctrl+Shift+z".
export function nameOf(event) {
  // AltGr comes as Ctrl and Alt on Windows, and writes a sign like any other key.
  const isAltGraph = event.getModifierState("AltGraph");
  if (event.altKey && !isAltGraph) return null;
  const letter = letterOf(event, isAltGraph);
  if (isAltGraph || !(event.ctrlKey || event.metaKey)) return letter ?? event.key;
  return `Ctrl+${letter && event.shiftKey ? "Shift+" : ""}${letter?.toLowerCase() ?? event.key}`;
}

// Another has the keys: a question, also one that is on its way, or a paper that is being carried.
const isTaken = () => isAsking() || document.querySelector("dialog[open], .grip[aria-pressed=true]") || document.body.classList.contains("dragging");

function mayAct(key, target) {
  const isOff = document.body.dataset.keys === "off";
  if (key.startsWith("Ctrl+")) return true;
  if (key === "Escape") return !document.querySelector("details.menu[open]");
  if (PRESSING.includes(key)) return isOnNothing(target);
  if (ARROWS.includes(key)) return Boolean(target.closest(".item")) || (isOnNothing(target) && !isOff);
  return !isOff;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || !window.htmx || !(event.target instanceof Element)) return;
  // A text whose field has just gone has the focus: what is typed on is none of these.
  if (event.target.closest(`${FIELD}, [data-unseen]`) || isTaken()) return;
  const key = nameOf(event);
  const name = byKey.get(key);
  if (!name || !mayAct(key, event.target)) return;
  event.preventDefault();
  if (event.repeat && !REPEATING.includes(name)) return;
  run(name);
});

document.addEventListener("click", (event) => {
  const help = document.getElementById("keys");
  const link = event.target.closest("[data-show-keys]");
  if (link && help && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const menu = link.closest("details");
    if (menu) menu.open = false;
    showKeys();
  }
  if (event.target.closest("[data-close-keys]") || event.target === help) help.close();
});
