// Who is here: what this page says of its own person (on which paper, in which text, whether anything was done, what was
// looked at), and the marks at the papers and texts that others are on, drawn from the bar's list of who is here.
import { currentRow } from "./cursor.js";

const TEXTS = ["headline", "note", "remark", "introduction", "closing"];
// So long something must be under the cursor or the pointer to count as looked at.
const LOOK = 400;
const looked = new Set();
let activeAt = Date.now();
let looking;

const idOf = (row) => row.id.split("-")[1];
const fieldOf = (element) => [element?.name, element?.dataset?.field].find((name) => TEXTS.includes(name));

function lookAt(row) {
  clearTimeout(looking);
  if (row) looking = setTimeout(() => row.isConnected && looked.add(idOf(row)), LOOK);
}

for (const type of ["pointerdown", "pointermove", "keydown", "input", "wheel"]) {
  document.addEventListener(type, () => (activeAt = Date.now()), { passive: true, capture: true });
}
document.addEventListener("pointerover", (event) => lookAt(event.target.closest?.(".item")), { passive: true });
document.addEventListener("focusin", () => lookAt(currentRow()));
document.addEventListener("click", (event) => lookAt(event.target.closest?.(".item")));

// What is to be said with the next question; what was said once is not said again once that was heard.
export function activity() {
  const row = currentRow();
  const presence = document.getElementById("presence");
  const field = presence?.hasAttribute("data-asks") ? "baton" : fieldOf(document.activeElement);
  const fields = [["here", presence?.dataset.here ?? ""]];
  if (row?.checkVisibility()) fields.push(["on", idOf(row)]);
  if (field) fields.push(["field", field]);
  if (activeAt) fields.push(["active", "yes"]);
  for (const id of looked) fields.push(["looked", id]);
  return { fields, at: Date.now(), looked: [...looked] };
}

export function sawActivity(said) {
  if (activeAt <= said.at) activeAt = 0;
  for (const id of said.looked) looked.delete(id);
}

function markAt(parent, name, words, tint) {
  const mark = document.createElement("span");
  mark.className = `${name} ${tint}`;
  mark.title = words;
  parent.classList.add("marked");
  return parent.appendChild(mark);
}

function draw() {
  for (const mark of document.querySelectorAll(".here, .writes-here")) mark.remove();
  const others = new Map();
  for (const avatar of document.querySelectorAll("#presence [data-person]")) {
    const { person, on, field } = avatar.dataset;
    const tint = [...avatar.classList].find((name) => name.startsWith("tint-"));
    const row = on && document.getElementById(`item-${on}`);
    const text = field && (row ? row.querySelector(`.open [name=${field}]`) : document.querySelector(`.lists > :not(.list) [name=${field}]`));
    const label = text?.closest(".field, .text")?.querySelector(".text-head") ?? text?.closest(".field") ?? text?.parentElement;
    if (label) markAt(label, "writes-here", "", tint).textContent = `${person} writes here`;
    if (!row) continue;
    const count = others.get(row) ?? 0;
    others.set(row, count + 1);
    const mark = markAt(row.querySelector(":scope > .no"), "here", `${person} is on this paper`, tint);
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", `${person} is on this paper`);
    mark.dataset.nth = Math.min(count, 2);
    mark.textContent = avatar.textContent;
  }
}
document.addEventListener("htmx:after:swap", draw);
draw();

document.addEventListener("click", (event) => event.target.closest("[data-close-notice]")?.closest(".notice").remove());
function showClosing() {
  for (const button of document.querySelectorAll("[data-close-notice]")) button.hidden = false;
}
document.addEventListener("htmx:after:swap", showClosing);
showClosing();
