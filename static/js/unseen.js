// Texts whose field is not on the page or folded away, and that cannot be saved or were being written when it went: they
// are told at its top, and can be read and copied.
import { forget } from "./kept_texts.js";
import { speak } from "./spoken.js";
import { standing } from "./standing.js";

const isStuck = (text) => !text.isSaved && (text.conflict || text.state === "refused");
const isShown = ({ view }) => Boolean(view?.isConnected && view.checkVisibility());
// Last whether it is shown, for which the browser has to work out how the page looks.
const isTold = (text) => (text.wentInHand || isStuck(text)) && !isShown(text);
const noticeOf = (text) => document.querySelector(`[data-unseen="${text.address}"]`);
const discarded = new Set();

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function notice(text) {
  const place = element("a", "quiet", "Open");
  place.href = text.address.replace(/\/texts\/\w+$/, "");
  place.addEventListener("click", (event) => unfold(event, text));
  const discard = element("button", "quiet");
  discard.type = "button";
  discard.addEventListener("click", () => {
    text.wentInHand = false;
    if (!text.isSaved) {
      discarded.add(text);
      forget(text);
    }
    details.remove();
  });
  const details = element("details", "notice evidence unseen", element("summary"), element("p", "unseen-text", text.value), place, discard);
  details.dataset.unseen = text.address;
  details.tabIndex = -1;
  details.addEventListener("keydown", (event) => swallow(event, details));
  return details;
}

// A field that is only folded away is gone on in where it is.
function unfold(event, { view }) {
  const folded = view?.isConnected && view.closest("details:not([open])");
  if (!folded) return;
  event.preventDefault();
  folded.open = true;
  view.querySelector("input, textarea").focus();
}

// Whoever was typing types on for a moment; a Tab, a click or Escape says that it was seen.
function swallow(event, details) {
  if (event.target !== details || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") details.blur();
  else if (event.key.length === 1) event.preventDefault();
}

function update(text) {
  const [summary, button] = [noticeOf(text).querySelector("summary"), noticeOf(text).querySelector("button")];
  const words = text.isSaved ? `You were writing ${text.what} when its field went; what you typed is saved` : `Your text is not in ${text.what}: ${standing(text).words}`;
  if (summary.textContent === words) return;
  summary.textContent = words;
  button.textContent = text.isSaved ? "Close" : "Discard it";
  if (text.wentInHand) speak(words);
}

export function showUnseen(texts) {
  const told = texts.filter((text) => isTold(text) && !discarded.has(text));
  for (const shown of document.querySelectorAll("[data-unseen]")) {
    if (!told.some((text) => text.address === shown.dataset.unseen)) shown.remove();
  }
  for (const text of told) {
    if (!noticeOf(text)) document.getElementById("main").prepend(notice(text));
    update(text);
  }
}

// The field of a text went while somebody wrote in it: the words are shown, and get the focus in its place.
export function showGone(text, texts) {
  text.wentInHand = true;
  showUnseen(texts);
  if (!noticeOf(text)) return;
  noticeOf(text).open = true;
  noticeOf(text).focus();
}
