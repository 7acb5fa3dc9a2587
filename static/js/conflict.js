// A text that somebody else wrote meanwhile: theirs beside one's own, what differs marked, and three ways on.
import { meanwhile } from "./standing.js";

const KEYS = { Digit1: "mine", Digit2: "theirs", Digit3: "both" };

const wordsOf = (text) => text.match(/\s+|\S+/g) ?? [];

// Theirs in three parts: what both begin with, what only theirs has, what both end with.
function differing(mine, theirs) {
  const [one, other] = [wordsOf(mine), wordsOf(theirs)];
  let start = 0;
  while (start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < other.length - start && end < one.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const from = other.length - end;
  return [other.slice(0, start), other.slice(start, from), other.slice(from)].map((words) => words.join(""));
}

function fill(section, conflict, mine) {
  const { theirs, by, isOwn } = conflict;
  const [start, middle, end] = differing(mine, theirs);
  const mark = document.createElement("mark");
  mark.textContent = middle;
  const words = meanwhile(conflict);
  section.querySelector("[data-who]").textContent = words[0].toUpperCase() + words.slice(1);
  const text = section.querySelector("[data-theirs]");
  text.setAttribute("aria-label", isOwn ? "Yours, from another window" : by ? `${by}’s` : "Theirs");
  text.replaceChildren(...(theirs ? [start, middle && mark, end].filter(Boolean) : ["(taken away)"]));
}

export function showConflict(wrapper, { conflict, value }) {
  let section = wrapper.querySelector(".conflict");
  wrapper.classList.toggle("in-conflict", Boolean(conflict));
  if (!conflict) return section?.remove();
  if (!section) {
    const template = wrapper.closest("[data-texts]").querySelector("template[data-conflict]");
    section = template.content.firstElementChild.cloneNode(true);
    wrapper.append(section);
  }
  fill(section, conflict, value);
}

// What a click or a key in a text with two versions chooses; null for any other.
export function choiceOf(event) {
  if (event.type === "click") return event.target.closest("[data-take]")?.dataset.take ?? null;
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return isCommand ? (KEYS[event.code] ?? null) : null;
}
