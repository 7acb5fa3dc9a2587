// Everything by name: the actions that apply now, the papers of the edition, and the places one can go to.
import { actions, refusal, run } from "./actions.js";
import { goTo } from "./cursor.js";

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-text");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const count = document.getElementById("palette-count");
const PAUSE = 120;
let options = [];
let at = 0;
let timer;
let asked = null;

export function openPalette() {
  field.value = "";
  dialog.showModal();
  fill([]);
}

function places() {
  const links = [...document.querySelectorAll(".days a, .places a, .mark"), ...document.querySelectorAll("[data-show-keys]")];
  return links.map((link) => ({
    group: "Places",
    words: link.matches(".mark") ? "Newest edition" : link.textContent.replace(/\s+/g, " ").trim(),
    does: () => link.click(),
  }));
}

const doings = () => actions.filter((action) => action.action !== "palette" && refusal(action) === null).map((action) => ({ ...action, does: () => run(action.action) }));

// The best match first: words' beginnings, then their middles, then a word with letters left out (drp).
function match(typed, words) {
  const text = words.toLowerCase();
  let score = 0;
  for (const word of typed) {
    if (new RegExp(`(^|\\W)${word.replace(/\W/g, "\\$&")}`).test(text)) score += 2;
    else if (text.includes(word)) score += 1;
    else if (!text.split(/\W+/).some((whole) => whole[0] === word[0] && isWithin(word, whole))) return -1;
  }
  return score;
}

function isWithin(word, text) {
  let from = 0;
  return [...word].every((letter) => (from = text.indexOf(letter, from) + 1) > 0);
}

function fill(papers) {
  const typed = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const named = [...doings(), ...places()].map((entry) => ({ ...entry, score: match(typed, `${entry.words} ${entry.group}`) }));
  const found = named.filter(({ score }) => score >= 0).sort((one, other) => other.score - one.score);
  const groups = typed.length ? [["Actions and places", found], ["Papers", papers]] : Object.entries(Object.groupBy(found, ({ group }) => group));
  options = [];
  list.replaceChildren(...groups.filter(([, entries]) => entries.length).map(([name, entries], index) => groupOf(name, entries, index)));
  none.hidden = options.length > 0;
  count.textContent = `${options.length} found`;
  choose(0);
}

function groupOf(name, entries, index) {
  const group = document.createElement("div");
  group.role = "group";
  const heading = document.createElement("span");
  heading.id = `palette-group-${index}`;
  heading.className = "palette-group";
  heading.role = "presentation";
  heading.textContent = name;
  group.setAttribute("aria-labelledby", heading.id);
  group.append(heading, ...entries.map(optionOf));
  return group;
}

function optionOf(entry) {
  const option = document.createElement("div");
  option.role = "option";
  option.id = `palette-${options.push({ ...entry, option }) - 1}`;
  const words = document.createElement("span");
  words.append(...(entry.nodes ?? [entry.words]));
  option.append(words);
  if (entry.caps) option.append(entry.caps.cloneNode(true));
  if (entry.where) {
    const where = document.createElement("span");
    where.className = "caps";
    where.textContent = entry.where;
    option.append(where);
  }
  return option;
}

function choose(index) {
  at = Math.max(0, Math.min(index, options.length - 1));
  for (const [place, { option }] of options.entries()) option.setAttribute("aria-selected", place === at);
  options[at]?.option.scrollIntoView({ block: "nearest" });
  if (options[at]) field.setAttribute("aria-activedescendant", options[at].option.id);
  else field.removeAttribute("aria-activedescendant");
}

function take(entry) {
  if (!entry) return;
  dialog.close();
  entry.does();
}

function paperOf(link) {
  const row = () => document.querySelector(`.item[id="item-${link.dataset.item}"]`);
  const does = () => (row() ? goTo(row()) : location.assign(link.getAttribute("href")));
  const { childNodes } = document.importNode(link, true);
  return { group: "Papers", words: link.textContent, nodes: [...childNodes], where: link.nextElementSibling?.textContent, does };
}

// The papers come from the desk, for the page shows only some of them.
async function ask() {
  const desk = document.getElementById("desk");
  asked?.abort();
  if (!desk || !field.value.trim()) return;
  asked = new AbortController();
  const address = `${desk.getAttribute("action")}/find?${new URLSearchParams({ q: field.value })}`;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = at;
    fill([...found.querySelectorAll("a[data-item]")].map(paperOf));
    choose(before);
  } catch (error) {
    if (error.name !== "AbortError") none.hidden = options.length > 0;
  }
}

const KEYS = { ArrowDown: () => choose(at + 1), ArrowUp: () => choose(at - 1), PageDown: () => choose(at + 10), PageUp: () => choose(at - 10), Enter: () => take(options[at]) };

field?.addEventListener("input", () => {
  fill([]);
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const isAgain = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (!isAgain && !KEYS[event.key]) return;
  event.preventDefault();
  // The page's own keys are none of this one's.
  event.stopPropagation();
  if (isAgain) dialog.close();
  else KEYS[event.key]();
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  take(options.find(({ option }) => option.contains(event.target)));
});
dialog?.addEventListener("close", () => asked?.abort());
