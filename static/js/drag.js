// Moving by drag: within the picked list, from the candidates into it, and back. One request per drop, which names the
// neighbour, so that a list that changed meanwhile, or is shown in part, still gets it right.
import { hold, release } from "./hold.js";
import { forgetLost } from "./instant.js";
import { catchUp } from "./news.js";
import { moveTo } from "./places.js";
import { steadily } from "./steady.js";

// So many pixels from the edge of the window it scrolls by itself.
const EDGE = 80;
const OPTIONS = {
  // Through a lens the lists show another order than that of publication.
  handle: ".list:not([data-lens]) > .item > .grip",
  draggable: ".item",
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 150,
  delayOnTouchOnly: true,
  touchStartThreshold: 5,
  scrollSensitivity: EDGE,
  scrollSpeed: 20,
  scrollFn: (_x, y, _event, hand) => (isAtEdge(hand.touches?.[0] ?? hand, y) ? "continue" : undefined),
  bubbleScroll: true,
  ghostClass: "ghost",
  fallbackClass: "drag-image",
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
};
// Where the page answers slowly, SortableJS goes by where the hand was, and would scroll on after it left the edge.
function isAtEdge({ clientY }, direction) {
  return direction < 0 ? clientY <= EDGE : innerHeight - clientY <= EDGE;
}

const idOf = (row) => row.id.split("-")[1];
let home = null;
let isCancelled = false;

// The dragged image is a copy with the row's id; while it has it, a swap would not find the row.
function began({ item, from }) {
  home = { list: from, next: item.nextElementSibling };
  isCancelled = false;
  hold("drag");
  document.body.classList.add("dragging");
  setTimeout(() => {
    const image = window.Sortable.ghost;
    if (!image) return;
    for (const element of [image, ...image.querySelectorAll("[id]")]) element.removeAttribute("id");
    image.inert = true;
    image.setAttribute("aria-hidden", "true");
  });
}

// What a row says of its place by the rows beside it.
export function neighbours(row) {
  const { nextElementSibling: next, previousElementSibling: previous } = row;
  if (next) return { before: idOf(next) };
  return previous ? { after: idOf(previous) } : {};
}

export function send(row, act, values = {}) {
  return htmx.ajax("POST", `/items/${idOf(row)}/${act}`, { source: "#desk", swap: "none", values });
}

function ended({ item, from, to }) {
  document.body.classList.remove("dragging");
  const { list, next } = home;
  const isMoved = !isCancelled && (from !== to || item.nextElementSibling !== next);
  const act = to.id !== "picked" ? "return" : from.id === "picked" ? "position" : "pick";
  const values = act === "return" ? {} : neighbours(item);
  // Back to where it was, and then there anew by the request itself: what is done at once is also taken back at once.
  steadily(item, () => {
    moveTo(list, item, next);
    const hasMissed = release("drag");
    forgetLost();
    if (isMoved) send(item, act, values);
    else if (hasMissed) catchUp();
  });
}

// Escape ends a drag as though the hand had never moved; the keys are no other script's meanwhile.
document.addEventListener(
  "keydown",
  (event) => {
    if (!document.body.classList.contains("dragging")) return;
    event.stopImmediatePropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    isCancelled = true;
    document.dispatchEvent(new PointerEvent("pointercancel"));
  },
  true,
);

function ready() {
  const picked = document.getElementById("picked");
  const candidates = document.getElementById("candidates");
  if (!window.Sortable || !window.htmx || !picked?.closest("main").querySelector(".acts")) return;
  const group = { name: "papers", put: ["papers"], pull: true };
  new Sortable(picked, { ...OPTIONS, group, onStart: began, onEnd: ended });
  new Sortable(candidates, { ...OPTIONS, sort: false, group, onStart: began, onEnd: ended });
}

ready();
