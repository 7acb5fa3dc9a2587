// Moving by drag: within the picked list, and from the candidates into it. One request per drop.
const OPTIONS = {
  handle: ".grip",
  draggable: ".item",
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 150,
  delayOnTouchOnly: true,
  touchStartThreshold: 5,
  scrollSensitivity: 80,
  scrollSpeed: 20,
  ghostClass: "ghost",
  fallbackClass: "drag-image",
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
};

// The dragged image is a copy with the row's id; while it has it, a swap would not find the row.
function began(event) {
  const { item, from } = event;
  pending = { item, from, next: item.nextElementSibling };
  document.body.classList.add("dragging");
  setTimeout(() => {
    const image = window.Sortable.ghost;
    if (!image) return;
    for (const element of [image, ...image.querySelectorAll("[id]")]) element.removeAttribute("id");
    image.inert = true;
    image.setAttribute("aria-hidden", "true");
  });
}

// A drop that the server never heard of is taken back.
let pending = null;
document.addEventListener("htmx:error", () => {
  if (pending) pending.from.insertBefore(pending.item, pending.next);
  pending = null;
});

function ended(event) {
  document.body.classList.remove("dragging");
  const { item, from, to, oldDraggableIndex: before, newDraggableIndex: after } = event;
  if (from === to && before === after) return void (pending = null);
  // What the server answers decides; until then the row stays where it was dropped.
  const act = from === to ? "position" : "pick";
  const id = item.id.split("-")[1];
  htmx.ajax("POST", `/items/${id}/${act}`, { source: "#desk", swap: "none", values: { position: after + 1 } }).then(() => (pending = null));
}

function ready() {
  const picked = document.getElementById("picked");
  const candidates = document.getElementById("candidates");
  if (!window.Sortable || !window.htmx || !picked?.closest("main").querySelector(".acts")) return;
  new Sortable(picked, { ...OPTIONS, group: { name: "papers", put: ["papers"], pull: false }, onStart: began, onEnd: ended });
  new Sortable(candidates, { ...OPTIONS, sort: false, group: { name: "papers", put: false, pull: true }, onStart: began, onEnd: ended });
}

ready();
