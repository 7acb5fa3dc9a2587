// Whether anything is new: the page asks every few seconds and says where its person is. What others did comes whatever one
// does meanwhile; only while a hand holds something it waits until that is let go.
import { isHolding } from "./hold.js";
import { learn } from "./late.js";
import { activity, sawActivity } from "./presence.js";

const PATIENCE = "8s";
// A page that nobody sees asks less often, and after a while not at all, until it is seen again.
const HIDDEN_EVERY = 15_000;
const HIDDEN_UNTIL = 300_000;
let hiddenAt = 0;
let askedAt = 0;
let wanted = false;
let isSignedOut = false;

const poller = () => document.getElementById("news");
const isAsking = (ctx) => ctx?.sourceElement?.id === "news";

function isTooEarly(now) {
  if (!document.hidden || wanted) return false;
  return now - askedAt < HIDDEN_EVERY || now - hiddenAt > HIDDEN_UNTIL;
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!isAsking(ctx)) return;
  // Whoever is signed out is told so once, and asked for again when something says that the person is back.
  if (isHolding() || isTooEarly(Date.now()) || (isSignedOut && !wanted)) return event.preventDefault();
  ctx.request.timeout = PATIENCE;
  ctx.said = activity();
  for (const [name, value] of ctx.said.fields) ctx.request.body.append(name, value);
});
// Only now it is on its way: while one's own action is, it is left out, for that brings all that is new.
document.addEventListener("htmx:before:request", (event) => {
  if (!isAsking(event.detail.ctx)) return;
  askedAt = Date.now();
  wanted = false;
});

// A desk that is busy or restarting is asked again soon; nobody pressed anything, so nobody need be told.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!isAsking(ctx)) return;
  isSignedOut = ctx.response.status === 401;
  // Whoever is back is no longer told to sign in; a desk that stumbles knows nothing of who asks.
  if (!isSignedOut && ctx.response.status < 500) document.querySelector("#toast [data-signed-out]")?.remove();
  if (ctx.response.status >= 500) event.preventDefault();
  else sawActivity(ctx.said);
});
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (wanted && (isAsking(ctx) || ctx.sourceElement?.id === "desk")) setTimeout(ask);
});

function ask() {
  if (wanted && window.htmx && poller()) htmx.trigger("#news", "every");
}

// Ask now, and take whatever has changed. Answers that were made before `version` of the edition are too old from now on.
export function catchUp(version = 0) {
  learn(version);
  wanted = true;
  ask();
}

document.addEventListener("desk:missed", () => catchUp());
document.addEventListener("visibilitychange", () => {
  hiddenAt = document.hidden ? Date.now() : 0;
  if (!document.hidden) catchUp();
});
window.addEventListener("online", () => catchUp());
