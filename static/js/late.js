// An answer that arrives late never puts an old value back: each says which version of the edition it shows, and what is
// older than what the page knows of is let be. So is one that was asked for under other filters than are on by now.
const KEPT = ["toast", "dialog-body", "handover"];
let known = Number(document.getElementById("seen")?.value ?? 0);

const versionOf = ({ response }) => Number(response?.headers?.get("Edition-Version") ?? NaN);
const seen = () => Number(document.getElementById("seen")?.value || 0);
export const viewNow = () => [...document.querySelectorAll("#shown input")].map(({ name, value }) => `${name}=${value}`).join("&");

// Something of a later version is on the page, or is known to be in the edition.
export function learn(version) {
  known = Math.max(known, version);
}

const setsView = ({ text }) => /hx-target="#shown"/.test(text ?? "");
const isOfOtherView = (ctx) => ctx.view !== undefined && ctx.view !== viewNow() && !setsView(ctx);
const isLate = (ctx) => versionOf(ctx) < known || isOfOtherView(ctx);
// Let be as too late while the page does not show yet what is newer: all that it tells is still to come.
export const isToCome = (ctx) => isLate(ctx) && (seen() < known || isOfOtherView(ctx));

// Other filters are to be seen whatever came in between.
function askAgain(address) {
  htmx.ajax("GET", address, { source: "#filters", target: "#filters", swap: "none" });
}

export function missed() {
  document.dispatchEvent(new Event("desk:missed"));
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const version = versionOf(ctx);
  if (!(version >= 0)) return;
  if (!isLate(ctx)) {
    if (tasks.some(({ target }) => target?.id === "seen")) learn(version);
    return;
  }
  const again = isToCome(ctx);
  const kept = tasks.filter(({ target }) => KEPT.includes(target?.id));
  tasks.splice(0, tasks.length, ...kept);
  if (ctx.sourceElement?.matches?.(".open")) ctx.sourceElement.dataset.late = "";
  if (setsView(ctx) && ctx.request.method === "GET") setTimeout(() => askAgain(ctx.request.action));
  else if (again) setTimeout(missed);
});
