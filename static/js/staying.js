// Whatever happens to the page, its network or its server: what was typed stays, and is saved as soon as that can be.
import { known, show, texts, unsaved } from "./fields.js";
import { forget, keep, leftOver } from "./kept_texts.js";

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
    const isNew = !texts.has(kept.address);
    const text = known({ ...kept, value: kept.base, follows: [], said: "" });
    if (!text.isSaved) continue;
    const { value, base, seen, left } = kept;
    const wasLeft = isNew || value.trim() !== text.base.trim();
    Object.assign(text, { value, base, seen, left, wasLeft });
    text.follows = [...kept.follows, kept.writer];
    if (keep(text)) forget(kept);
    show(text);
    text.send();
  }
}

takeOver();
