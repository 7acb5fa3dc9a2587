// Copies what a button names: a field, a text, or a mail in its frame with all its marks. Without scripts it is selected
// and copied by hand, so the buttons are not there.
import { say } from "./toast.js";

const SELECTED = "It is selected; copy it with Ctrl+C.";

const textOf = (element) => element.value ?? element.textContent;

// By the event of copying a page may put down what it likes, with marks too, also where it is not served over HTTPS. The
// clipboard's own write() would parse a mail under this page's policy, which allows no styles in marks.
function putDown(text, html) {
  let isDone = false;
  const put = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    if (html) event.clipboardData.setData("text/html", html);
    isDone = true;
  };
  document.addEventListener("copy", put, true);
  document.execCommand("copy");
  document.removeEventListener("copy", put, true);
  return isDone;
}

function select(source) {
  if (source.select) return source.select();
  source.closest("details")?.setAttribute("open", "");
  source.hidden = false;
  const page = source.contentDocument ?? document;
  page.getSelection().selectAllChildren(source.contentDocument?.body ?? source);
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
  const html = source.contentDocument?.body.innerHTML;
  const text = textOf(html ? document.getElementById(button.dataset.plainly) : source);
  if (putDown(text, html)) return tell(button);
  try {
    if (html) throw new Error("only as text");
    await navigator.clipboard.writeText(text);
    tell(button);
  } catch {
    select(source);
    say(SELECTED);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) copy(button);
});
export function showCopying(part) {
  for (const button of part.querySelectorAll("[data-copies]")) button.hidden = false;
}

showCopying(document);
