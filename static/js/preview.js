// The preview follows every change within a moment: one's own and others' (`editionChanged`), and on a page of its own by
// asking. It asks only while somebody can see it, and never in a row of actions, for the list comes first.
import { align, scrollTogether } from "./abreast.js";
import { putLink } from "./readinglink.js";
import { put } from "./sheets.js";

const PAUSE = 350;
const LATEST = 2000;
const AGAIN = 5000;
// As wide as a post is laid out on a desktop; a narrower panel shows it smaller, not otherwise.
const DESKTOP = 820;
const panel = document.getElementById("preview");
let isStale = false;
let isOut = false;
let tag = null;
let asked = null;
let timer;
let since = null;
let took = 0;

const isSeen = () => !document.hidden && panel.checkVisibility();

// What takes long is asked for less often, so that half of the time at least is the list's; but what goes on is shown, too.
function soon() {
  const now = performance.now();
  since ??= now;
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, Math.min(since + LATEST - now, Math.max(PAUSE, took))));
}

const idle = () => new Promise((done) => (window.requestIdleCallback ? requestIdleCallback(done, { timeout: PAUSE }) : setTimeout(done)));

async function refresh() {
  since = null;
  isStale = !isSeen();
  if (isStale) return;
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const begun = performance.now();
  const headers = { "HX-Request": "true", ...(tag && { "If-None-Match": tag }) };
  try {
    const answer = await fetch(`${panel.dataset.address}?as=${panel.dataset.as}`, { headers, signal });
    isOut = answer.status >= 400 && answer.status < 500;
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    await idle();
    if (signal.aborted) return;
    tag = answer.headers.get("ETag");
    take(new DOMParser().parseFromString(text, "text/html"));
    took = Math.min(performance.now() - begun, LATEST);
  } catch (error) {
    if (error.name === "AbortError") return;
    // The way to the page of its own is there meanwhile; what was shown stays. Whoever is signed out is asked nothing.
    panel.classList.add("failed");
    isStale = true;
    if (!isOut) timer = setTimeout(refresh, AGAIN);
  }
}

function take(next) {
  panel.classList.remove("failed");
  put(panel, next);
  putLink(next.getElementById("reading-link"));
  settle();
  panel.querySelector("iframe")?.addEventListener("load", settle);
}

function settle() {
  fit();
  scrollTogether(panel);
  align(panel);
}

function fit() {
  const paper = panel.querySelector(".paper");
  if (!paper) return;
  const isSmaller = panel.dataset.width === "desktop" && paper.clientWidth < DESKTOP;
  paper.style.setProperty("--fit", isSmaller ? paper.clientWidth / DESKTOP : 1);
}

// What is chosen is remembered in this browser, beside the list and on the page of its own by themselves.
function choose(choices) {
  const isOther = choices.as !== panel.dataset.as;
  Object.assign(panel.dataset, choices);
  for (const link of panel.querySelectorAll("[data-choose]")) {
    const { choose: name, value } = link.dataset;
    if (choices[name] === value) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.setAttribute("href", `${panel.dataset.address}?${new URLSearchParams({ ...choices, [name]: value })}`);
  }
  if (panel.dataset.place === "panel") document.documentElement.dataset.preview = `${choices.as} ${choices.width}`;
  fit();
  return isOther;
}

function remember(choices) {
  try {
    localStorage.setItem(`preview-${panel.dataset.place}`, `${choices.as} ${choices.width}`);
  } catch {
    // It holds for as long as the page is open.
  }
}

function remembered() {
  try {
    return localStorage.getItem(`preview-${panel.dataset.place}`)?.split(" ") ?? [];
  } catch {
    return [];
  }
}

panel?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { as, width } = panel.dataset;
  const choices = { as, width, [link.dataset.choose]: link.dataset.value };
  remember(choices);
  if (panel.dataset.place === "page") history.replaceState(null, "", link.getAttribute("href"));
  if (choose(choices)) refresh();
});

if (panel) {
  const [as, width] = remembered();
  const isNamed = panel.dataset.place === "page" && location.search;
  // On a telephone the page is as wide as that, unless somebody wants it otherwise.
  const isNarrow = panel.dataset.place === "page" && window.innerWidth < 700;
  const choices = as && width ? { as, width } : isNarrow ? { as: panel.dataset.as, width: "phone" } : null;
  const isOther = choices && !isNamed && choose(choices);
  isStale = isOther || panel.querySelector(".composing") !== null;
  settle();
  panel.querySelector("iframe")?.addEventListener("load", settle);
  new ResizeObserver(fit).observe(panel);
  // Also when a window grows wide enough for it.
  new IntersectionObserver(() => isStale && refresh()).observe(panel);
  document.addEventListener("visibilitychange", () => isStale && refresh());
  document.addEventListener("editionChanged", soon);
  if (panel.dataset.place === "page" && "follows" in panel.dataset) setInterval(() => isSeen() && !isOut && refresh(), AGAIN);
}

// A post that stands on a page of its own is as high as its text.
for (const frame of document.querySelectorAll("iframe[data-whole]")) {
  const whole = () => {
    const height = frame.contentDocument?.documentElement?.scrollHeight;
    if (height) frame.style.blockSize = `${height + 2}px`;
  };
  frame.addEventListener("load", whole);
  window.addEventListener("resize", whole);
  whole();
}
