// Writing: what is typed, taken or left in the fields of the texts, and what waits until it is saved.
import { choiceOf } from "./conflict.js";
import { attach, fieldOf, goOnIn, isFocused, renew, show, textOf, texts, unsaved, wrapperOf } from "./fields.js";
import { catchUp } from "./news.js";
import "./staying.js";
import { say } from "./toast.js";

// How long an action that depends on what was typed waits for it, and how soon after a save the page follows.
const SETTLING = 3000;
const FOLLOWING = 1200;
const AFTER_TEXTS = /\/(undo|redo|publication|hold)(\?|$)/;

function leave(wrapper) {
  const beside = wrapper.closest(".item")?.querySelector(".title a") ?? wrapper.closest("details")?.querySelector("summary");
  if (beside) beside.focus({ preventScroll: true });
  else fieldOf(wrapper).blur();
}

// A save whose answer was lost is tried again, so it is waited for like any other.
const HOPEFUL = ["saved", "lost", "expired"];

async function settled() {
  const waiting = () => unsaved().filter((text) => !text.conflict && !text.isTooLong && HOPEFUL.includes(text.state));
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

// What is folded away now, or is to be seen again, may have a text with it that cannot be saved.
document.addEventListener("toggle", () => texts.forEach(show), true);
// Whoever opens the words of the edition wants to write.
document.addEventListener("toggle", ({ target }) => target.open && target.closest(".words") && target.querySelector("textarea").focus(), true);

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

let inHand = null;
document.addEventListener("htmx:before:swap", (event) => {
  inHand = textOf(document.activeElement);
  for (const { fragment } of event.detail.tasks ?? []) fragment?.querySelectorAll("[data-text]").forEach(renew);
});
document.addEventListener("htmx:after:swap", () => {
  attach();
  warnBeforePublishing();
  if (!inHand) return;
  goOnIn(inHand);
  inHand.send();
  inHand = null;
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

document.documentElement.dataset.writing = "";
attach();
