// The fields of the texts: each belongs to a text that saves itself and says how it stands, also while it is closed.
import { choiceOf, showConflict } from "./conflict.js";
import { leftOver, forget, keep } from "./kept_texts.js";
import { catchUp } from "./news.js";
import { Text } from "./saving.js";
import { standing } from "./standing.js";
import { speak } from "./spoken.js";
import { say } from "./toast.js";
import { showUnseen } from "./unseen.js";

// How long an action that depends on what was typed waits for it, and how soon after a save the page follows.
const SETTLING = 3000;
const FOLLOWING = 1200;
const AFTER_TEXTS = /\/(undo|redo|publication)(\?|$)/;
const texts = new Map();
const unsaved = () => [...texts.values()].filter((text) => !text.isSaved);

const fieldOf = (wrapper) => wrapper.querySelector("input, textarea");
const wrapperOf = (target) => target.closest?.("[data-text]");
const textOf = (target) => texts.get(wrapperOf(target)?.dataset.text);
const isFocused = (text) => Boolean(text.view?.isConnected && fieldOf(text.view) === document.activeElement);

function readFrom(wrapper) {
  const { text: address, what, seen, asOf, limit } = wrapper.dataset;
  const said = wrapper.querySelector("[data-state]").textContent;
  return { address, what, seen, asOf: Number(asOf), limit: Number(limit), base: fieldOf(wrapper).defaultValue, said };
}

function known(about) {
  if (!texts.has(about.address)) {
    const text = new Text(about);
    text.tell = () => show(text);
    texts.set(about.address, text);
  }
  return texts.get(about.address);
}

function show(text) {
  const { view } = text;
  if (view?.isConnected) {
    const field = fieldOf(view);
    if (field.value !== text.value) field.value = text.value;
    view.toggleAttribute("data-dirty", !text.isSaved || isFocused(text));
    const { words, isBad, link } = standing(text);
    const state = view.querySelector("[data-state]");
    if (isBad && state.textContent !== words + (link?.textContent ?? "")) speak(words);
    state.replaceChildren(words, ...(link ? [link] : []));
    state.classList.toggle("bad", isBad);
    field.toggleAttribute("aria-invalid", text.isTooLong);
    showConflict(view, text);
  }
  showUnseen([...texts.values()]);
}

function attach() {
  for (const wrapper of document.querySelectorAll("[data-text]:not([data-live])")) {
    const about = readFrom(wrapper);
    const text = known(about);
    text.view = wrapper;
    wrapper.dataset.live = "";
    text.renew(about);
    show(text);
  }
}

// An answer brings fresh texts; what one writes on, and what is not saved, is not touched by it.
function renew(wrapper) {
  const about = readFrom(wrapper);
  const text = texts.get(about.address);
  if (!text) return;
  if (isFocused(text)) text.fresh = about;
  else text.renew(about);
}

function leave(wrapper) {
  const beside = wrapper.closest(".item")?.querySelector(".title a") ?? wrapper.closest("details")?.querySelector("summary");
  if (beside) beside.focus({ preventScroll: true });
  else fieldOf(wrapper).blur();
}

async function settled() {
  const waiting = () => unsaved().filter((text) => !text.conflict && !text.isTooLong && text.state !== "refused");
  for (const text of waiting()) text.send();
  const end = Date.now() + SETTLING;
  while (waiting().length && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
}

document.addEventListener("input", (event) => textOf(event.target)?.type(event.target.value));
document.addEventListener("focusin", (event) => {
  const text = textOf(event.target);
  if (text) show(text);
});
document.addEventListener("focusout", (event) => {
  const text = textOf(event.target);
  if (!text) return;
  text.send();
  // The focus is elsewhere only after this.
  setTimeout(() => {
    if (text.fresh && !isFocused(text)) text.renew(text.fresh);
    text.fresh = null;
    show(text);
  });
});

document.addEventListener("keydown", (event) => {
  const wrapper = wrapperOf(event.target);
  if (!wrapper || event.isComposing) return;
  const text = textOf(wrapper);
  const choice = text.conflict && choiceOf(event);
  if (choice) choose(event, text, choice);
  else if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    event.stopPropagation();
    leave(wrapper);
  }
});
document.addEventListener("click", (event) => {
  const choice = choiceOf(event);
  if (choice) choose(event, textOf(event.target), choice);
});
function choose(event, text, choice) {
  event.preventDefault();
  text.choose(choice);
  fieldOf(text.view).focus({ preventScroll: true });
}

// The plain form is for a page without scripts; here every text has saved itself.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-texts]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (wrapperOf(document.activeElement)) leave(wrapperOf(document.activeElement));
  },
  true,
);

document.addEventListener("htmx:before:swap", (event) => {
  for (const { fragment } of event.detail.tasks ?? []) fragment?.querySelectorAll("[data-text]").forEach(renew);
});
document.addEventListener("htmx:after:swap", () => {
  attach();
  warnBeforePublishing();
});

// Whatever is undone or published is what was typed before: it is saved first.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!AFTER_TEXTS.test(ctx.request.action) || !unsaved().length) return;
  const { fetch } = ctx;
  ctx.fetch = async (...request) => {
    await settled();
    return fetch(...request);
  };
});

function warnBeforePublishing() {
  const question = document.querySelector('#dialog[open] form[action$="/publication"], #dialog-body form[action$="/publication"]');
  const missing = unsaved();
  if (!question || !missing.length || question.querySelector("[data-unsaved]")) return;
  const warning = document.createElement("p");
  warning.className = "refusal";
  warning.dataset.unsaved = "";
  warning.setAttribute("role", "alert");
  warning.textContent = `Not saved yet, and so not in the post: ${missing.map(({ what }) => what).join(", ")}.`;
  question.querySelector(".form-end").before(warning);
}

// The page follows a save soon after, but not between two words.
let following;
document.addEventListener("textSaved", ({ detail: text }) => {
  clearTimeout(following);
  following = setTimeout(() => catchUp(text.asOf), FOLLOWING);
  if (text.wasLeft) say(`Saved what you had typed before: ${text.what}.`);
  text.wasLeft = false;
});

const hurry = () => {
  for (const text of unsaved()) text.send();
};
const lastWords = () => {
  for (const text of unsaved()) text.send({ isLast: true });
};
document.addEventListener("visibilitychange", () => (document.hidden ? lastWords() : hurry()));
window.addEventListener("pagehide", lastWords);
window.addEventListener("focus", hurry);
window.addEventListener("online", hurry);
window.addEventListener("offline", () => texts.forEach(show));
window.addEventListener("beforeunload", (event) => {
  if (unsaved().some((text) => text.isInDanger)) event.preventDefault();
});

// What a page that is gone had not saved is saved by the next one, whatever that shows.
async function takeOver() {
  for (const kept of await leftOver()) {
    const text = known({ ...kept, said: "" });
    if (!text.isSaved) continue;
    Object.assign(text, { value: kept.value, base: kept.base, seen: kept.seen, wasLeft: true });
    text.follows = [...kept.follows, kept.writer];
    if (keep(text)) forget(kept);
    show(text);
    text.send();
  }
}

document.documentElement.dataset.writing = "";
attach();
takeOver();
