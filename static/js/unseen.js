// Texts that cannot be saved and whose field is not on the page: they are told at its top, and can be read and copied.
import { forget } from "./kept_texts.js";
import { standing } from "./standing.js";

const isStuck = (text) => !text.isSaved && !text.view?.isConnected && (text.conflict || text.state === "refused");
const discarded = new Set();

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function told(text) {
  const place = element("a", "quiet", "Open");
  place.href = text.address.replace(/\/texts\/\w+$/, "");
  const discard = element("button", "quiet", "Discard it");
  discard.type = "button";
  discard.addEventListener("click", () => {
    discarded.add(text);
    forget(text);
    discard.closest("details").remove();
  });
  const words = element("summary", "", `Your text is not in ${text.what}: ${standing(text).words}`);
  const details = element("details", "notice evidence unseen", words, element("p", "unseen-text", text.value), place, discard);
  details.dataset.unseen = text.address;
  return details;
}

export function showUnseen(texts) {
  const stuck = texts.filter((text) => isStuck(text) && !discarded.has(text));
  for (const shown of document.querySelectorAll("[data-unseen]")) {
    if (!stuck.some((text) => text.address === shown.dataset.unseen)) shown.remove();
  }
  for (const text of stuck) {
    if (!document.querySelector(`[data-unseen="${text.address}"]`)) document.getElementById("main").prepend(told(text));
  }
}
