// Copies what a button names: a field, a text, or a mail in its frame with all its marks. Without scripts it is selected
// and copied by hand, so the buttons are not there.
import { say } from "./toast.js";

const SELECTED = "It is selected; copy it with Ctrl+C.";

function textOf(element) {
  return element.value ?? element.textContent;
}

async function toClipboard(source, plain) {
  if (!navigator.clipboard) throw new Error("no clipboard");
  if (!source.contentDocument) return navigator.clipboard.writeText(textOf(source));
  const typed = (kind, text) => ({ [kind]: new Blob([text], { type: kind }) });
  const html = source.contentDocument.body.innerHTML;
  await navigator.clipboard.write([new ClipboardItem({ ...typed("text/html", html), ...typed("text/plain", textOf(plain)) })]);
}

// Without HTTPS a browser gives no clipboard to a page; what is selected can be copied all the same.
function bySelection(source) {
  if (source.select) {
    source.select();
    return document.execCommand("copy");
  }
  const page = source.contentDocument ?? document;
  const wasHidden = source.hidden;
  source.hidden = false;
  page.defaultView.focus();
  page.getSelection().selectAllChildren(source.contentDocument?.body ?? source);
  const isCopied = page.execCommand("copy");
  source.hidden = wasHidden;
  return isCopied;
}

// The button keeps saying so: whoever copies a thread post by post sees how far it is.
function tell(button) {
  const word = button.firstChild;
  button.dataset.word ??= word.textContent;
  word.textContent = "Copied";
  button.dataset.copied = "";
  say("Copied.");
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  if (!source) return;
  try {
    await toClipboard(source, document.getElementById(button.dataset.plainly));
  } catch {
    if (!bySelection(source)) return say(SELECTED);
  }
  tell(button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) copy(button);
});
for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
