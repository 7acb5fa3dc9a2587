// The reading link in the preview's menu: shown as it is now, and copied.
import { say } from "./toast.js";

const menu = document.getElementById("preview-menu");

// Without scripts the address is selected and copied by hand.
function showCopy() {
  for (const button of menu.querySelectorAll("[data-copy]")) button.hidden = false;
}

export function putLink(next) {
  const old = document.getElementById("reading-link");
  if (!next || !old || old.isEqualNode(next)) return;
  const had = old.contains(document.activeElement) || document.activeElement === document.body;
  old.replaceWith(next);
  showCopy();
  if (had && menu.open) next.querySelector("input, button")?.focus();
}

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS a browser gives no clipboard to a page; what is selected can be copied all the same.
    field.select();
    if (!document.execCommand("copy")) return say("The link is selected; copy it with Ctrl+C.");
  }
  say("The reading link is copied.");
}

menu?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.closest(".link-line").querySelector("input"));
});
if (menu) showCopy();
