// Where a row goes when something is done to it: what the server will answer, as far as the page can know.
export const rowOf = (id) => document.getElementById(`item-${id}`);
const listOf = (name) => document.getElementById(name);
// With a lens on the lists stand in another order than that of publication.
export const isThroughLens = () => listOf("picked").hasAttribute("data-lens");

// Chromium 156 crashes now and then where rows that are drawn only in sight are moved by moveBefore and many things happen
// at once; without it htmx, too, puts them by insertBefore.
delete Element.prototype.moveBefore;

// Moves an element without it losing the focus.
export function moveTo(list, row, before) {
  const active = document.activeElement;
  list.insertBefore(row, before);
  if (row.contains(active) && document.activeElement !== active) active.focus({ preventScroll: true });
}

// Puts a row somewhere (nowhere, if there is no list) and gives back what undoes it.
function put(row, state, list, before = null) {
  const { parentNode: from, nextElementSibling: next } = row;
  const { state: former } = row.dataset;
  if (list) moveTo(list, row, before);
  else {
    row.remove();
    // The cursor has gone on, and finds only rows that are in the page.
    row.classList.remove("current");
  }
  row.dataset.state = state;
  return () => {
    moveTo(from, row, next?.parentNode === from ? next : null);
    row.dataset.state = former;
  };
}

// As index_by_score in app/domain/editions.py: before the first that ranks below, leaving out what an editor placed.
function byScore(row) {
  const score = Number(row.dataset.score);
  let worst = Infinity;
  for (const other of listOf("picked").children) {
    if (other === row) continue;
    if (!("fixed" in other.dataset)) worst = Math.min(worst, Number(other.dataset.score));
    if (worst < score) return other;
  }
  return null;
}

function amongCandidates(row) {
  const score = Number(row.dataset.score);
  return [...listOf("candidates").children].find((other) => other !== row && Number(other.dataset.score) < score) ?? null;
}

function beside(row, values) {
  const neighbour = rowOf(values.get("before") ?? values.get("after"));
  if (neighbour?.parentElement !== listOf("picked") || neighbour === row) return undefined;
  return values.has("before") ? neighbour : neighbour.nextElementSibling;
}

// Before which row of the picked list a position is, undefined where the page cannot know.
function atPosition(row, values) {
  if (values.get("before") || values.get("after")) return beside(row, values);
  // Of a list that is shown in part, or in another order, the page does not know the numbers.
  if (document.querySelector("#shown[data-filtered]") || isThroughLens()) return undefined;
  const others = [...listOf("picked").children].filter((other) => other !== row);
  const place = [...listOf("picked").children].indexOf(row);
  const position = values.get("position")?.trim();
  const indexes = { up: Math.max(0, place - 1), down: place + 1, top: 0, bottom: others.length };
  const index = indexes[position] ?? Number(position) - 1;
  return index >= 0 && index <= others.length ? (others[index] ?? null) : undefined;
}

const DOINGS = {
  drop: (row) => put(row, "dropped", null),
  hold: (row) => put(row, "held", null),
  return: (row) => put(row, "candidate", listOf("candidates"), amongCandidates(row)),
  pick(row, values) {
    const isPlaced = values.get("position") || values.get("before") || values.get("after");
    const before = isPlaced ? atPosition(row, values) : isThroughLens() ? undefined : byScore(row);
    return before === undefined ? null : put(row, "picked", listOf("picked"), before);
  },
  position(row, values) {
    const before = row.dataset.state === "picked" ? atPosition(row, values) : undefined;
    return before === undefined ? null : put(row, "picked", listOf("picked"), before);
  },
};
const STATES = { drop: "dropped", hold: "held", return: "candidate", pick: "picked" };

// Does to the rows what a request asks for; gives back what undoes it, or null where nothing changes.
export function doAtOnce({ ids, act, values }) {
  const undone = ids.map((id) => {
    const row = rowOf(id);
    const isThere = row && row.dataset.state === STATES[act] && !(act === "pick" && values.get("position"));
    return row && !isThere ? DOINGS[act](row, values) : null;
  });
  const undo = undone.filter(Boolean).reverse();
  return undo.length ? () => undo.forEach((back) => back()) : null;
}

// What a request would do to which rows, or null.
export function readRequest(action, values) {
  const one = action.match(/\/items\/(\d+)\/(pick|drop|hold|return|position)$/);
  if (one) return { ids: [one[1]], act: one[2], values };
  const act = values.get("do");
  if (!/\/selected$/.test(action) || !(act in STATES)) return null;
  return { ids: values.getAll("selected"), act, values: new URLSearchParams() };
}
