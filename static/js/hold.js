// While a hand holds something (a row dragged or picked up by keys, the cut, a button pressed down) the lists stay as they
// are under it. What an answer says of them then is let be: the page has not seen it, and asks for it once the hand is free.
import { missed as tellMissed } from "./late.js";

const LISTS = "#picked, #cut, #candidates, #held, #dropped, #shown";
// A press that nobody ever ends, as where the pointer leaves the window, holds nothing for long.
const PRESS = 3000;
const hands = new Set();
let missed = false;
let pressing;

// Whether a part of an answer tells of the lists; what is opened in a row is none of theirs.
export const isOfLists = ({ target }) => Boolean(target?.closest?.(LISTS) && !target.closest(".open"));
const isOfSeeing = (task) => ["seen", "news"].includes(task.target?.id);

export const isHolding = () => hands.size > 0;
// Whether an answer tells where rows are; what is done at once is measured against such answers only.
export const tellsOfLists = (text) => /hx-target="#(picked|candidates|held|dropped)/.test(text ?? "");

export function hold(hand) {
  hands.add(hand);
}

// Says whether the page has let something be meanwhile.
export function release(hand) {
  hands.delete(hand);
  if (isHolding()) return false;
  const had = missed;
  missed = false;
  return had;
}

// What of an answer does not tell of lists, as though it had not told of them at all.
export function withoutSeeing(tasks) {
  return tasks.filter((task) => !isOfSeeing(task));
}

function endPress() {
  clearTimeout(pressing);
  if (!hands.has("press")) return;
  const hasMissed = release("press");
  if (!isHolding()) document.dispatchEvent(new Event("desk:released"));
  if (hasMissed) tellMissed();
}
document.addEventListener(
  "pointerdown",
  (event) => {
    if (!event.target.closest?.(".lists")) return;
    hold("press");
    clearTimeout(pressing);
    pressing = setTimeout(endPress, PRESS);
  },
  true,
);
// Before the click that may follow, which is an action like any other.
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, endPress, true);

document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  if (!isHolding() || !tasks?.some(isOfLists)) return;
  missed = true;
  tasks.splice(0, tasks.length, ...withoutSeeing(tasks.filter((task) => !isOfLists(task))));
});
