// What is done to a row is seen at once, and the answer is the truth. Several actions may be under way: before an answer
// is put into the page all of them are taken back, so that it finds the page as the server knows it, and those that are
// still under way are done again after it, in their order. All that happens between two frames: nothing jumps, a refusal
// or a lost connection needs no rule of its own, and no row is ever where neither the server nor the editor put it.
import { isHolding, tellsOfLists } from "./hold.js";
import { isToCome } from "./late.js";
import { doAtOnce, readRequest, rowOf } from "./places.js";
import { keep, remember, steadily } from "./steady.js";

let underWay = [];
let place = null;
let isRebasing = false;

function takeBack() {
  for (const action of [...underWay].reverse()) {
    action.undo?.();
    action.undo = null;
  }
}

function doAgain() {
  for (const action of underWay) action.undo ??= doAtOnce(action.wish);
}

const labelOf = (element) => element?.getAttribute("aria-label") ?? element?.textContent.trim();

// The focus goes on to the same button of the next row when its own row has left, as it does after an answer (cursor.js).
// On a title it belongs to the cursor, unless the row is gone altogether.
function followFocus({ active, row, list, next }) {
  if (!row || (row.isConnected && (row.parentElement === list || active.matches(".title a")))) return;
  const label = labelOf(active);
  const control = label && [...(next?.querySelectorAll("button, a") ?? [])].find((other) => labelOf(other) === label);
  (control || next?.querySelector(".title a") || document.getElementById("main")).focus({ preventScroll: true });
}

function focusNow() {
  const active = document.activeElement;
  const row = active?.closest(".item");
  return { active, row, list: row?.parentElement, next: row?.nextElementSibling ?? row?.previousElementSibling };
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const { action, body, method } = ctx.request;
  if (method !== "POST" || event.defaultPrevented || isHolding() || !document.getElementById("picked")) return;
  const wish = readRequest(action, body);
  if (!wish) return;
  const focus = focusNow();
  steadily(rowOf(wish.ids[0]) ?? undefined, () => underWay.push({ ctx, wish, undo: doAtOnce(wish) }));
  followFocus(focus);
});

// Before anything else looks at the page: htmx looks for its targets right after this, other scripts for what is open.
document.addEventListener(
  "htmx:after:request",
  (event) => {
    const { ctx } = event.detail;
    if (isHolding() || isToCome(ctx) || !tellsOfLists(ctx.text)) return;
    isRebasing = true;
    place = remember();
    takeBack();
    // What was answered while a hand held the lists, or too late, is in this answer too: it brings all that came since.
    underWay = underWay.filter((action) => action.ctx !== ctx && !action.isAnswered);
  },
  true,
);

function rebased() {
  if (!isRebasing) return;
  isRebasing = false;
  doAgain();
  keep(place);
}
document.addEventListener("htmx:after:swap", rebased);

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  rebased();
  const action = underWay.find((other) => other.ctx === ctx);
  if (!action) return;
  action.isAnswered = tellsOfLists(ctx.text);
  // No answer that tells of the lists: the row goes back to where it was.
  action.isLost = !action.isAnswered;
  if (!isHolding()) forgetLost();
});

// Also for whoever lets go of a row, since nothing moves while it is held.
export function forgetLost() {
  if (!underWay.some((action) => action.isLost)) return;
  steadily(undefined, () => {
    takeBack();
    underWay = underWay.filter((action) => !action.isLost);
    doAgain();
  });
}
document.addEventListener("desk:released", forgetLost);
