// Whether anything is new: the page asks now and then, but nothing moves under a hand that holds, types or points.
import { isHolding } from "./hold.js";

const STILL = 3000;
let movedAt = 0;
let wanted = false;

document.addEventListener("pointermove", () => (movedAt = Date.now()), { passive: true });
document.addEventListener("pointerdown", () => (movedAt = Date.now()), { passive: true });

const isPointing = () => Date.now() - movedAt < STILL && document.querySelector(".lists:hover");
const isTyping = () => document.activeElement?.matches("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]");
const isAsking = (event) => event.detail.ctx?.sourceElement?.id === "news";

document.addEventListener("htmx:config:request", (event) => {
  if (!isAsking(event)) return;
  const { body } = event.detail.ctx.request;
  if (isHolding() || (!wanted && (document.hidden || isPointing()))) return event.preventDefault();
  if (!wanted && isTyping()) body.set("hold", "yes");
  for (const slot of document.querySelectorAll(".open:not(:empty)")) body.append("open", slot.id.split("-")[1]);
  wanted = false;
});

// A desk that is busy or restarting is asked again soon; nobody pressed anything, so nobody need be told.
document.addEventListener("htmx:before:response", (event) => {
  if (isAsking(event) && event.detail.ctx.response.status >= 500) event.preventDefault();
});

// Ask now, and take whatever has changed.
export function catchUp() {
  if (!window.htmx || !document.getElementById("news")) return;
  wanted = true;
  htmx.trigger("#news", "every");
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-catch-up]") || !window.htmx) return;
  event.preventDefault();
  catchUp();
});
