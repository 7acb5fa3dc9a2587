// Text that is not saved: marked, counted, kept from every swap, and asked about before the page is left.
const formOf = (element) => element.closest("[data-texts]");

function isChanged(form) {
  return [...form.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
}

function mark(form) {
  const changed = isChanged(form) || Boolean(form.querySelector(".refusal"));
  form.toggleAttribute("data-dirty", changed);
  form.querySelector("[data-discard]").hidden = !isChanged(form);
  const note = form.querySelector("[data-limit]");
  const limit = Number(note.dataset.limit);
  const length = [...note.value].length;
  form.querySelector("[data-count]").textContent = length > limit * 0.8 ? `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters` : "";
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (form) mark(form);
});
document.addEventListener("reset", (event) => {
  if (event.target.matches("[data-texts]")) setTimeout(() => mark(event.target));
});
document.addEventListener("keydown", (event) => {
  const form = (event.ctrlKey || event.metaKey) && event.key === "Enter" && formOf(event.target);
  if (form) form.requestSubmit();
});

// What was sent is no longer unsaved; a refusal brings the form back, marked.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement?.matches?.("[data-texts]") && ctx.response?.status < 400) ctx.sourceElement.removeAttribute("data-dirty");
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-dirty]")) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  // A plain form, sent without htmx, takes its own text along.
  if (!event.target.hasAttribute("hx-boost")) event.target.removeAttribute("data-dirty");
});
