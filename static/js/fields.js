// The texts of the page by their addresses, and the fields that they stand in while these are shown.
import { showConflict } from "./conflict.js";
import { Text } from "./saving.js";
import { standing } from "./standing.js";
import { speak } from "./spoken.js";
import { showGone, showUnseen } from "./unseen.js";

export const texts = new Map();
export const unsaved = () => [...texts.values()].filter((text) => !text.isSaved);

export const fieldOf = (wrapper) => wrapper.querySelector("input, textarea");
export const wrapperOf = (target) => target.closest?.("[data-text]");
export const textOf = (target) => texts.get(wrapperOf(target)?.dataset.text);
export const isFocused = (text) => Boolean(text.view?.isConnected && fieldOf(text.view) === document.activeElement);

function readFrom(wrapper) {
  const { text: address, what, seen, asOf, limit } = wrapper.dataset;
  const said = wrapper.querySelector("[data-state]").textContent;
  return { address, what, seen, asOf: Number(asOf), limit: Number(limit), base: fieldOf(wrapper).defaultValue, said };
}

export function known(about) {
  if (!texts.has(about.address)) {
    const text = new Text(about);
    text.tell = () => show(text);
    texts.set(about.address, text);
  }
  return texts.get(about.address);
}

// What is said already stays as it is, so that a link in it can be clicked.
function tell(state, { words, isBad, link }) {
  if (state.textContent === words + (link?.textContent ?? "")) return;
  state.replaceChildren(words, ...(link ? [link] : []));
  state.classList.toggle("bad", isBad);
  if (isBad) speak(words);
}

export function show(text) {
  const { view } = text;
  if (view?.isConnected) {
    const field = fieldOf(view);
    if (field.value !== text.value) field.value = text.value;
    view.toggleAttribute("data-dirty", !text.isSaved || isFocused(text));
    tell(view.querySelector("[data-state]"), standing(text));
    field.toggleAttribute("aria-invalid", text.isTooLong);
    showConflict(view, text);
  }
  showUnseen([...texts.values()]);
}

export function attach() {
  for (const wrapper of document.querySelectorAll("[data-text]:not([data-live])")) {
    const about = readFrom(wrapper);
    const text = known(about);
    Object.assign(text, { view: wrapper, wentInHand: false });
    wrapper.dataset.live = "";
    text.renew(about);
    show(text);
  }
  // A field may have come to where it is folded away, or back.
  showUnseen([...texts.values()]);
}

// Whatever an answer does to the page, whoever is writing goes on in the field; where it is gone, the words are shown.
export function goOnIn(text) {
  if (isFocused(text)) return;
  if (!text.view?.isConnected) return showGone(text, [...texts.values()]);
  const folded = text.view.closest("details:not([open])");
  if (folded) folded.open = true;
  fieldOf(text.view).focus({ preventScroll: true });
}

// An answer brings fresh texts; what one writes on, and what is not saved, is not touched by it.
export function renew(wrapper) {
  const about = readFrom(wrapper);
  const text = texts.get(about.address);
  if (!text) return;
  if (isFocused(text) && !text.conflict) text.fresh = about;
  else text.renew(about);
}
