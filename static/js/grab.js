// Moving by keys: a grip picks its row up, arrows carry it, and one request is sent when it is dropped.
import { neighbours, send } from "./drag.js";
import { hold, release } from "./hold.js";
import { forgetLost } from "./instant.js";
import { catchUp } from "./news.js";
import { isThroughLens, moveTo } from "./places.js";
import { speak } from "./spoken.js";
import { steadily } from "./steady.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
const AT_ONCE = 3;
let held = null;

const gripOf = (row) => row.querySelector(":scope > button.grip");
const placeOf = (row) => [...row.parentElement.children].indexOf(row) + 1;
const inWords = (row) => `osition ${placeOf(row)} of ${row.parentElement.children.length}.`;

// A row that is far away is measured only once it is near, so it is looked for again.
function show(row, frames = AT_ONCE) {
  if (!held) return;
  row.scrollIntoView({ block: "nearest" });
  if (frames > 1) requestAnimationFrame(() => show(row, frames - 1));
}

export function grab(row) {
  const grip = row && gripOf(row);
  if (!grip) return speak("Only a picked paper has a place in the list; pick it first.");
  if (isThroughLens()) return speak("Take the lens off first: the list shows another order than that of publication.");
  if (held) return;
  held = { row, grip, list: row.parentElement, next: row.nextElementSibling };
  hold("grab");
  row.classList.add("grabbed");
  grip.setAttribute("aria-pressed", "true");
  grip.focus({ preventScroll: true });
  const title = row.querySelector(".title").textContent.trim();
  speak(`Picked up “${title}”. P${inWords(row)} Arrows move it, Space drops it, Escape puts it back.`);
}

function carry(step) {
  const { row, list } = held;
  const others = [...list.children].filter((other) => other !== row);
  const index = Math.min(Math.max(placeOf(row) - 1 + step, 0), others.length);
  moveTo(list, row, others[index] ?? null);
  show(row);
  speak(`P${inWords(row)}`);
}

// Ends the holding; the row is where it was, and what is sent after that moves it.
function letGo(isDropped) {
  const { row, grip, list, next } = held;
  held = null;
  row.classList.remove("grabbed");
  grip.setAttribute("aria-pressed", "false");
  const isMoved = isDropped && row.nextElementSibling !== next;
  const [values, place] = [neighbours(row), inWords(row)];
  steadily(row, () => {
    moveTo(list, row, next?.parentNode === list ? next : null);
    const hasMissed = release("grab");
    forgetLost();
    if (isMoved) send(row, "position", values);
    else if (hasMissed) catchUp();
  });
  speak(isDropped ? `Dropped at p${place}` : `Put back at p${inWords(row)}`);
  if (!isDropped && document.activeElement === grip) row.scrollIntoView({ block: "nearest" });
}

// Space and Enter press the button, which no script need know.
document.addEventListener("click", (event) => {
  const grip = event.target.closest("button.grip");
  if (!grip || event.detail > 0) return;
  if (held) letGo(true);
  else grab(grip.closest(".item"));
});

// While a row is held the keys are its own, and no other script's.
document.addEventListener(
  "keydown",
  (event) => {
    if (!held || event.key === "Tab" || event.ctrlKey || event.metaKey) return;
    event.stopImmediatePropagation();
    // A key that is held down would pick up and drop without end.
    if ([" ", "Enter"].includes(event.key) ? event.repeat : true) event.preventDefault();
    if (event.key in STEPS) carry(STEPS[event.key]);
    if (event.key === "Escape") letGo(false);
  },
  true,
);

// Whoever goes elsewhere has not dropped it. Another window is not elsewhere.
document.addEventListener("focusout", () => {
  setTimeout(() => held && document.hasFocus() && document.activeElement !== held.grip && letGo(false));
});
document.addEventListener("pointerdown", () => held && letGo(false), true);
