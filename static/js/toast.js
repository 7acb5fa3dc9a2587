// The message at the foot of the page: it leaves by itself unless it tells of a refusal or is being read.
const toast = document.getElementById("toast");
const STAYS = 7000;
let timer;
let lost = null;

export function say(sentence, bad = false) {
  const body = document.createElement("div");
  body.className = bad ? "toast-body bad" : "toast-body";
  if (bad) body.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "Close this message");
  close.innerHTML = '<svg class="icon-s" aria-hidden="true"><use href="#i-drop"></use></svg>';
  body.append(text, close);
  toast.replaceChildren(body);
  return body;
}

function leaveLater() {
  clearTimeout(timer);
  if (!toast.firstElementChild || toast.querySelector(".bad")) return;
  timer = setTimeout(() => {
    if (toast.matches(":hover") || toast.contains(document.activeElement)) leaveLater();
    else toast.replaceChildren();
  }, STAYS);
}

new MutationObserver(leaveLater).observe(toast, { childList: true });

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) toast.replaceChildren();
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.request && !ctx.response && ctx.sourceElement?.id !== "news") lost = say("The desk cannot be reached, and nothing was changed. What you typed is still here.", true);
});
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (/hx-partial/.test(ctx.text)) return;
  // Not our own words, as from a proxy: they belong nowhere on the page.
  ctx.swap = "none";
  say("That did not work. Reload the page to see how things stand.", true);
});
// Once the desk answers again, it is not said any longer that it does not.
document.addEventListener("htmx:after:request", () => lost?.remove());
