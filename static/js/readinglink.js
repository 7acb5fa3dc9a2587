// The reading link in the preview's menu, shown as it is now.
import { showCopying } from "./copy.js";

const menu = document.getElementById("preview-menu");

export function putLink(next) {
  const old = document.getElementById("reading-link");
  if (!next || !old) return;
  showCopying(next);
  if (old.isEqualNode(next)) return;
  const had = old.contains(document.activeElement) || document.activeElement === document.body;
  old.replaceWith(next);
  if (had && menu.open) next.querySelector("input, button")?.focus();
}
