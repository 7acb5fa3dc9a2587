// "Move to number": the dialog is in the page, so that it opens before the next key is pressed.
import { idOf, keep } from "./cursor.js";

const dialog = document.getElementById("move-to");
const field = dialog?.querySelector("[name=position]");
const refusal = dialog?.querySelector(".refusal");
let moving = null;

export function moveTo(row) {
  moving = row;
  const places = document.getElementById("publish").dataset.picked;
  const last = Number(places) + (row.dataset.state === "picked" ? 0 : 1);
  dialog.querySelector("[data-of]").replaceChildren(...row.querySelector(".title a").cloneNode(true).childNodes);
  dialog.querySelector("[data-count]").textContent = `of ${last}`;
  dialog.dataset.last = last;
  field.value = "";
  refusal.hidden = true;
  dialog.showModal();
  field.focus();
}

function submit(event) {
  event.preventDefault();
  const position = Number(field.value.trim());
  const last = Number(dialog.dataset.last);
  refusal.hidden = Number.isInteger(position) && position >= 1 && position <= last;
  refusal.textContent = refusal.hidden ? "" : `Type a number from 1 to ${last}.`;
  if (!refusal.hidden) return;
  dialog.close();
  const row = document.getElementById(moving.id) ?? moving;
  const act = row.dataset.state === "picked" ? "position" : "pick";
  keep(row, false, () => htmx.ajax("POST", `/items/${idOf(row)}/${act}`, { source: "#desk", swap: "none", values: { position } }));
}

dialog?.querySelector("form").addEventListener("submit", submit);
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-not]")) dialog.close();
});
