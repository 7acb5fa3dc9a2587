// The first steps of a new editor, one by one at what they are about. The server remembers that somebody has had them.
const tour = document.getElementById("tour");
const card = document.getElementById("tour-card");
const part = (name) => card.querySelector(`[data-${name}]`);
let steps = [];
let at = 0;

const placeOf = (step) => [...document.querySelectorAll(step.dataset.at)].find((place) => place.checkVisibility());

// An answer may have put the thing there anew meanwhile.
function point() {
  const place = placeOf(steps[at]);
  for (const other of document.querySelectorAll(".toured")) if (other !== place) other.classList.remove("toured");
  place?.classList.add("toured");
  return place;
}

function show(number) {
  at = number;
  const [name, words] = steps[at].children;
  part("count").textContent = `${at + 1} of ${steps.length}`;
  document.getElementById("tour-name").textContent = name.textContent.replace(/\.$/, "");
  document.getElementById("tour-words").textContent = words.textContent;
  part("back").hidden = at === 0;
  part("next").textContent = at === steps.length - 1 ? "Done" : "Next";
  card.hidden = false;
  point()?.scrollIntoView({ block: "center" });
  part("next").focus({ preventScroll: true });
}

function end() {
  const form = tour.querySelector("form");
  // Where this does not arrive, the tour is offered once more: no harm is done.
  fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } }).catch(() => {});
  const hadFocus = card.contains(document.activeElement) || tour.contains(document.activeElement);
  steps = [];
  tour.remove();
  card.remove();
  for (const place of document.querySelectorAll(".toured")) place.classList.remove("toured");
  if (hadFocus) document.getElementById("main").focus({ preventScroll: true });
}

tour?.addEventListener("click", (event) => {
  if (!event.target.closest("summary")) return;
  steps = [...tour.querySelectorAll("[data-at]")].filter(placeOf);
  if (!steps.length) return;
  event.preventDefault();
  show(0);
});
tour?.addEventListener("submit", (event) => {
  event.preventDefault();
  end();
});
card?.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]")) show(at - 1);
  else if (event.target.closest("[data-end]") || (event.target.closest("[data-next]") && at === steps.length - 1)) end();
  else if (event.target.closest("[data-next]")) show(at + 1);
});
// Before the keys of the page, for which Escape means something else. A menu or a question that is open goes first.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !steps.length || document.querySelector("dialog[open], details.menu[open], .grip[aria-pressed=true]")) return;
  event.preventDefault();
  event.stopPropagation();
  end();
}, { capture: true });
document.addEventListener("htmx:after:swap", () => steps.length && point());
