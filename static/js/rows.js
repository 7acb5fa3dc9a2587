// Rows that an answer brings: one that is on the page already is moved and brought up to date where it stands instead of
// being made anew, so that focus, caret and what is half written in it stay. And a row in which somebody writes goes to no
// other list under the hand: it goes there as soon as that text is left.
import { isOfLists, withoutSeeing } from "./hold.js";
import { missed } from "./late.js";
import { moveTo } from "./places.js";

const FIELD = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])";
const LISTS = ["picked", "candidates", "held", "dropped"];
const WORDS = { picked: "was picked", candidate: "was put back among the candidates", held: "was held", dropped: "was dropped" };
// The row that is kept where somebody writes in it, and the state that it has by now.
let waiting = null;
let became = "";

const styleOf = (task) => task.swapSpec?.style ?? task.swapSpec;
const isRow = (element) => Boolean(element?.matches?.(".item"));
const isComing = (task) => ["beforebegin", "beforeend"].includes(styleOf(task)) && [...task.fragment.children].some(isRow);

export function rowInHand() {
  const active = document.activeElement;
  return active?.matches(FIELD) ? active.closest(".item") : null;
}

// Where the focus is on a button or link of a row that leaves its list, it does not go along: cursor.js says where it goes.
const goesAlong = (row, list) => row.parentElement === list || !row.contains(document.activeElement) || row === rowInHand();

function fragmentOf(row) {
  const fragment = document.createDocumentFragment();
  fragment.append(row);
  return fragment;
}

// A row in hand stays where it is in the document, and the others change their places around it: whatever is taken out of the
// document, if only for a moment, loses the focus and what an input method has begun to write.
function put(row, list, before) {
  if (row.parentElement === list && row.nextElementSibling === before) return;
  if (row !== rowInHand()) return moveTo(list, row, before);
  const others = [...list.children];
  const [from, to] = [others.indexOf(row), before ? others.indexOf(before) : others.length];
  if (to > from) for (const other of others.slice(from + 1, to)) list.insertBefore(other, row);
  else for (const other of others.slice(to, from).reverse()) row.after(other);
}

// The tasks that bring the rows of one task to their places; `staying` are those that are not to be taken out before.
function arrive(task, staying) {
  const isEnd = styleOf(task) === "beforeend";
  const list = isEnd ? task.target : task.target.parentElement;
  let before = isEnd ? null : task.target;
  const tasks = [];
  for (const row of [...task.fragment.children].filter(isRow).reverse()) {
    const here = document.getElementById(row.id);
    if (here && here === rowInHand() && here.parentElement !== list) {
      stayUnderHand(here, row.dataset.state);
      staying.add(here);
    } else if (here && goesAlong(here, list)) {
      put(here, list, before);
      staying.add(here);
      tasks.unshift({ ...task, target: here, swapSpec: { style: "outerMorph" }, fragment: fragmentOf(row) });
      before = here;
    } else {
      tasks.unshift({ ...task, target: before ?? list, swapSpec: { style: before ? "beforebegin" : "beforeend" }, fragment: fragmentOf(row) });
    }
  }
  return tasks;
}

function stayUnderHand(row, state) {
  waiting = row;
  became = state;
}

function tell() {
  if (!waiting?.isConnected) return;
  const slot = waiting.querySelector(":scope > .open");
  const told = slot.querySelector(":scope > .elsewhere") ?? slot.appendChild(document.createElement("p"));
  told.className = "elsewhere";
  told.textContent = `This paper ${WORDS[became] ?? "was taken out"} meanwhile; it goes there once you leave this text.`;
}
document.addEventListener("htmx:after:swap", tell);

// Whole lists come: the row in hand is put where it was into what is to become of its list.
function keepInList(tasks) {
  const row = rowInHand();
  const whole = (id) => tasks.find((task) => task.target?.id === id && styleOf(task) === "outerMorph");
  const own = row && whole(row.closest(".list, #held, #dropped")?.id);
  if (!own || own.fragment.querySelector(`#${row.id}`)) return;
  let coming = null;
  for (const id of LISTS) coming ??= whole(id)?.fragment.querySelector(`#${row.id}`) ?? null;
  coming?.remove();
  let previous = row.previousElementSibling;
  while (previous && !own.fragment.querySelector(`#${previous.id}`)) previous = previous.previousElementSibling;
  const copy = row.cloneNode(true);
  if (previous) own.fragment.querySelector(`#${previous.id}`).after(copy);
  else own.fragment.querySelector(".list, ul")?.prepend(copy);
  stayUnderHand(row, coming?.dataset.state);
}

document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  // A row is to stand beside one that is not there: the page is out of step, and is to see everything.
  if (tasks.some((task) => !task.target && isComing(task))) return outOfStep(tasks);
  if (!tasks.some(isOfLists)) return;
  waiting = null;
  keepInList(tasks);
  const staying = new Set();
  const coming = tasks.flatMap((task) => (isComing(task) ? arrive(task, staying) : [task]));
  const hand = rowInHand();
  const left = coming.filter((task) => {
    if (styleOf(task) !== "delete" || !isRow(task.target)) return true;
    if (task.target === hand && !staying.has(hand)) stayUnderHand(hand);
    return task.target !== hand && !staying.has(task.target);
  });
  // The page has not seen that the row went, and so is told again.
  tasks.splice(0, tasks.length, ...(waiting ? withoutSeeing(left) : left));
});

function outOfStep(tasks) {
  document.getElementById("seen").value = "";
  const news = document.getElementById("news");
  news?.setAttribute("hx-get", news.getAttribute("hx-get")?.replace(/seen=\d*/, "seen="));
  tasks.splice(0, tasks.length, ...tasks.filter(({ target }) => target?.id === "toast"));
  setTimeout(missed);
}

document.addEventListener("focusout", () => {
  if (waiting) setTimeout(() => waiting && rowInHand() !== waiting && leave());
});
function leave() {
  waiting.querySelector(".elsewhere")?.remove();
  waiting = null;
  missed();
}
