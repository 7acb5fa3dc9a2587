// Questions and menus come in the page's one dialog; without scripts each is a page of its own. What is done there closes
// it; a refusal is told inside, for the page behind cannot be reached.
import { asking } from "./asking.js";
import { currentRow } from "./cursor.js";
import { write } from "./details.js";

const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");
// An answer takes the button along that asked for it; what is to be mended comes first, else what the question begins with.
const FIRST = [":is(input, textarea):invalid", "[data-first]", "a[href], button"];
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey;

// What was done is to have arrived before it is asked about: a paper dropped a moment ago must not be published.
async function settled() {
  while (document.querySelector("#desk.htmx-request")) {
    await new Promise((done) => document.addEventListener("htmx:finally:request", () => setTimeout(done), { once: true }));
  }
}

// A question from the server, asked in the dialog.
export function ask(address, before = null) {
  const question = () => htmx.ajax("GET", address, { source: body, target: body, swap: "innerHTML" });
  return asking(before ? before.then(question) : question()).then(() => {
    if (!body.firstElementChild) return;
    if (!dialog.open) dialog.showModal();
    const field = body.querySelector("[data-first]");
    field?.focus({ preventScroll: true });
    field?.select?.();
    // A question is read from its beginning, however far down its first field is.
    dialog.scrollTop = 0;
  });
}

// Text that is selected with the mouse may end beside the dialog; only a press that begins there is meant for closing it.
let beganBeside = false;
document.addEventListener("pointerdown", ({ target }) => (beganBeside = target === dialog));

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog], [data-menu]");
  if (link && dialog && window.htmx && isPlain(event)) {
    event.preventDefault();
    ask(link.getAttribute("href"), link.id === "publish" ? settled() : null);
  }
  const text = dialog?.open && event.target.closest("[data-write-on]");
  const row = text && document.getElementById(`item-${text.dataset.writeOn}`);
  if ((row || event.target.closest("[data-close]")) && dialog?.open && isPlain(event)) {
    event.preventDefault();
    dialog.close();
    if (row) write(row);
  }
  if (event.target === dialog && beganBeside) dialog.close();
});

const isFromInside = ({ request, sourceElement }) =>
  request.method === "POST" && dialog?.open && (dialog.contains(sourceElement) || dialog.contains(request.submitter));

// Closed, it gives the focus back to what opened it. Where that has left the page, the paper has it.
function findFocus() {
  if (document.activeElement !== document.body) return;
  (currentRow()?.querySelector(".title a") ?? document.getElementById("main")).focus({ preventScroll: true });
}

let isClosing = false;
let isRefused = false;
// The browser gives it back only after this.
dialog?.addEventListener("close", () => setTimeout(findFocus));
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  isClosing = ctx.response?.status < 400 && isFromInside(ctx);
  isRefused = ctx.response?.status >= 400 && isFromInside(ctx);
  if (isClosing) dialog.close();
});
document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (isRefused && document.activeElement === document.body) {
    const found = FIRST.map((selector) => body.querySelector(selector)).find(Boolean);
    found?.focus({ preventScroll: true });
  }
  isRefused = false;
  if (isClosing) findFocus();
  isClosing = false;
  const said = document.querySelector("#toast .bad p");
  if (!(ctx.response?.status >= 400) || !isFromInside(ctx) || !said) return;
  const refusal = body.querySelector("[data-refusal]") ?? document.createElement("p");
  refusal.className = "refusal";
  refusal.dataset.refusal = "";
  refusal.setAttribute("role", "alert");
  refusal.textContent = said.textContent;
  body.prepend(refusal);
});
