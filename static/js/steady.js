// Whatever moves in the lists, the row that the eye is on stays where it is; if it leaves its list, the next one comes there.
const ROWS = "#picked > .item, #candidates > .item";
const BAR = 74;
const FOLLOWING = 50;
let latest = null;
let isBusy = false;

function isInView(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > BAR && top < window.innerHeight;
}

function firstInView() {
  const rows = document.querySelectorAll(ROWS);
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].getBoundingClientRect().top < BAR) low = middle + 1;
    else high = middle;
  }
  return rows[low];
}

// Whatever was used last says where the eye is.
let isPointing = false;
document.addEventListener("pointermove", () => (isPointing = true), { passive: true });
document.addEventListener("keydown", () => (isPointing = false), { passive: true });

// The text that somebody is in: of all things it must not move.
function textInHand() {
  const field = document.activeElement?.matches("textarea, input:not([type=checkbox])") && document.activeElement;
  return field && field.closest(".open, [data-texts]") && isInView(field) ? field : null;
}

function eyed() {
  const hovered = isPointing && !textInHand() && document.querySelector(".list > .item:hover");
  if (hovered) return hovered;
  const current = document.querySelector(".item.current") ?? document.activeElement?.closest(".item");
  if (current && isInView(current)) return current;
  // At the very top of the page what comes above the lists is to be seen, as in any page.
  return window.scrollY > 0 ? firstInView() : null;
}

export function remember(given) {
  const row = given ?? eyed();
  const text = given ? null : textInHand();
  if (text) return { text, top: text.getBoundingClientRect().top };
  if (!row?.isConnected || !isInView(row)) return null;
  const following = [];
  for (let next = row; next && following.length < FOLLOWING; next = next.nextElementSibling) following.push(next.id);
  return { list: row.parentElement.id, following, top: row.getBoundingClientRect().top };
}

function find({ list, following }) {
  for (const id of following) {
    const row = document.getElementById(id);
    if (row?.parentElement.id === list) return row;
  }
  return null;
}

function correct(place) {
  const row = place.text ? place.text.isConnected && place.text : find(place);
  if (!row) return;
  const off = row.getBoundingClientRect().top - place.top;
  if (Math.abs(off) >= 1) window.scrollBy(0, off);
  place.scrolled = window.scrollY;
}

export function keep(place) {
  latest = place;
  if (!place) return;
  const root = document.documentElement;
  // The browser's own anchoring would correct what is corrected already.
  root.classList.add("steadying");
  correct(place);
  // Rows that come near are measured only then, and may be higher than they were guessed.
  const again = (frames) =>
    requestAnimationFrame(() => {
      if (latest !== place) return;
      if (window.scrollY === place.scrolled) correct(place);
      else frames = 0;
      if (frames > 0) again(frames - 1);
      else root.classList.remove("steadying");
    });
  again(1);
}

// Do something to the lists and keep `row` in its place; within such a change others go along with it.
export function steadily(row, change) {
  if (isBusy) return change();
  isBusy = true;
  const place = remember(row);
  try {
    change();
  } finally {
    isBusy = false;
    keep(place);
  }
}
