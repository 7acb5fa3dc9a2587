// Filters, lens and views change the lists in place, and the page's address with them, so that reload and Back keep it.
import { currentRow } from "./cursor.js";
const form = document.getElementById("filter-form");
const search = document.getElementById("search");
const view = () => document.getElementById("shown");
const here = () => location.pathname + location.search;
let isTyped = false;
let isBack = false;

// Another way of looking, from a link: the form is set by the answer, for it may not have all of its choices yet.
function look(address) {
  const url = new URL(address, location.href);
  url.searchParams.set("form", "anew");
  url.searchParams.set("seen", document.getElementById("seen").value);
  return htmx.ajax("GET", url.pathname + url.search, { source: "#filters", target: "#filters", swap: "none" });
}

// A lens goes over whatever is filtered by now.
function addressOf({ href, dataset }) {
  if (!dataset.without) return href;
  const url = new URL(view().dataset.address, location.href);
  url.searchParams.set("without", dataset.without);
  return url.href;
}

function setFields(address) {
  const fields = new URL(address, location.href).searchParams;
  search.value = fields.get("q") ?? "";
  form.elements.without.value = fields.get("without") ?? "";
}

function ready() {
  for (const button of form.querySelectorAll("[data-plain]")) button.hidden = true;
  // A page that comes back from the browser's memory may have other fields than its address.
  setFields(here());
  document.addEventListener("click", follow);
  search.addEventListener("input", () => (isTyped = true));
  search.addEventListener("keydown", clearOnEscape);
  form.addEventListener("change", (event) => (isTyped &&= event.target === search));
  document.addEventListener("htmx:config:request", skipTheSame);
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("htmx:finally:request", ended);
  window.addEventListener("popstate", () => {
    isBack = true;
    setFields(here());
    look(here());
  });
}

function follow(event) {
  const link = event.target.closest("[data-shown][href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  isTyped = false;
  const menu = link.closest("details.menu");
  const isLost = link.closest("#filtered, #edition-head");
  if (menu) menu.open = false;
  const address = addressOf(link);
  setFields(address);
  look(address).then(() => (menu?.querySelector("summary") ?? (isLost && !isLost.contains(document.activeElement) ? form.querySelector("summary") : null))?.focus());
}

function clearOnEscape(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  if (!search.value) return (currentRow()?.querySelector(".title a") ?? document.getElementById("main")).focus({ preventScroll: true });
  search.value = "";
  search.dispatchEvent(new Event("input", { bubbles: true }));
}

// Leaving the field is told as a change as well, though nothing is other than it was shown.
let asked = null;
function skipTheSame(event) {
  const { ctx } = event.detail;
  if (ctx.sourceElement !== form) return;
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(fields).toString();
  const shown = asked ?? new URL(view().dataset.address, location.href).searchParams.toString();
  if (query === shown && ctx.sourceEvent?.type !== "submit") return event.preventDefault();
  asked = query;
}

function settle(event) {
  const { sourceElement } = event.detail.ctx;
  if (!sourceElement?.closest?.("#filters")) return;
  const { address, only } = view().dataset;
  if (only === "held" || only === "dropped") document.getElementById(only).open = true;
  if (address === here() || isBack) return;
  history[isTyped && sourceElement === form ? "replaceState" : "pushState"]({}, "", address);
}

function ended(event) {
  const { sourceElement, response } = event.detail.ctx;
  if (!sourceElement?.closest?.("#filters")) return;
  asked = null;
  isBack = false;
  const save = sourceElement.closest("#save-view");
  if (!save || !(response?.status < 400)) return;
  sourceElement.reset();
  save.open = false;
}

if (form && window.htmx) ready();
