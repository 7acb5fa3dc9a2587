// Every request that changes something carries the page's token. It says what the page has seen, which items are open,
// and how the page looks at its edition, so that the answer shows the same papers; the question for news says so too.
import { viewNow } from "./late.js";

const VIEW = ["q", "category", "source", "state", "new", "without"];

const idOf = (element) => element.closest(".item").id.split("-")[1];

document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement } = event.detail.ctx;
  const isPost = request.method === "POST";
  const isNews = sourceElement?.id === "news";
  const isView = Boolean(sourceElement?.closest?.("#filters"));
  if (!request.body || !(isPost || isNews || isView)) return;
  if (isPost) identify(request);
  if (isNews) tellKnown(request.body);
  if (isPost || isNews) {
    event.detail.ctx.view = viewNow();
    for (const name of VIEW) request.body.delete(name);
    for (const { name, value } of document.querySelectorAll("#shown input")) request.body.append(name, value);
  }
  request.body.delete("open");
  for (const slot of document.querySelectorAll(".open:not(:empty)")) request.body.append("open", idOf(slot));
  // A row with something typed that is not saved stays in sight, whatever the filters.
  for (const form of document.querySelectorAll(".open [data-dirty]")) request.body.append("kept", idOf(form));
});

function identify({ headers, body }) {
  const token = document.getElementById("csrf-token").content;
  headers["X-CSRFToken"] = token;
  // The field in a form may be older than the page's token, and the server looks at it first.
  body.set("csrf_token", token);
}

// Only now it is on its way. One that waited in the queue has seen by now what was answered meanwhile, and so its own
// answer can be small.
document.addEventListener("htmx:before:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "POST" || !request.body) return;
  // A form may say which text it was made from; behind that comes what the page has seen.
  const texts = request.body.getAll("seen").filter((value) => !/^\d{0,9}$/.test(value));
  request.body.delete("seen");
  for (const seen of [...texts, document.getElementById("seen")?.value ?? ""]) request.body.append("seen", seen);
  tellKnown(request.body);
});

// Up to which run the page knows what waits, and by what its rows tell the ages of numbers.
function tellKnown(body) {
  const { ages } = document.getElementById("seen")?.dataset ?? {};
  if (ages) body.set("ages", ages);
  const upTo = document.querySelector("#waiting [name=up_to]");
  if (upTo && !body.has("up_to")) body.set("up_to", upTo.value);
}
