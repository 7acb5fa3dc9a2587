// What the preview shows, changed in place: no frame is loaded afresh, what is the same stays the very node, and the entry
// that the eye is on stays where it is, whatever grows or shrinks above it.
const ENTRY = /^(\d+)\. /;
// About four entries; what was moved further is put anew.
const AHEAD = 60;
const PAPER = /\/abs\/([^)\s]+)/;

// A sheet: what scrolls, and where each entry begins in it, by its number and by its paper.
function pageOf(panel) {
  const frame = panel.querySelector("#preview-page");
  const doc = frame?.contentDocument;
  const main = doc?.querySelector("main");
  if (!main) return null;
  const scroller = doc.scrollingElement;
  const entries = () =>
    [...main.querySelectorAll(":scope > h1")].flatMap((heading) => {
      const number = ENTRY.exec(heading.textContent)?.[1];
      return number ? [{ number, paper: paperAfter(heading), top: heading.getBoundingClientRect().top + scroller.scrollTop }] : [];
    });
  return { element: frame, source: doc, scroller, entries };
}

function paperAfter(heading) {
  for (let next = heading.nextElementSibling; next && next.tagName !== "H1"; next = next.nextElementSibling) {
    const link = next.querySelector("a[href*='/abs/']");
    if (link) return PAPER.exec(link.getAttribute("href"))?.[1];
  }
  return heading.textContent.replace(ENTRY, "");
}

function rawOf(panel) {
  const pre = panel.querySelector("#preview-markdown");
  if (!pre) return null;
  const entries = () => {
    const start = pre.scrollTop - pre.getBoundingClientRect().top;
    return [...pre.querySelectorAll("[data-entry]")].map((piece) => ({
      number: piece.dataset.entry,
      paper: PAPER.exec(piece.textContent)?.[1],
      top: piece.getBoundingClientRect().top + start,
    }));
  };
  return { element: pre, source: pre, scroller: pre, entries };
}

export const sheetsOf = (panel) => [pageOf(panel), rawOf(panel)].filter(Boolean);

function inPlace(sheet, change) {
  const { scroller } = sheet;
  const here = scroller.scrollTop;
  const held = here > 0 ? sheet.entries().findLast(({ top }) => top <= here + 1) : null;
  change();
  const now = held && sheet.entries().find(({ paper }) => paper === held.paper);
  scroller.scrollTop = now ? now.top + here - held.top : here;
}

// What is the same stays: each new block is looked for a little further on, and what was passed over on the way goes.
function patch(old, next) {
  let here = old.firstChild;
  const go = (end) => {
    while (here !== end) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
  };
  for (const node of next.childNodes) {
    const same = ahead(here, node);
    if (!same) old.insertBefore(old.ownerDocument.importNode(node, true), here);
    else {
      go(same);
      here = same.nextSibling;
    }
  }
  go(null);
}

function ahead(here, node) {
  for (let steps = 0; here && steps < AHEAD; steps += 1, here = here.nextSibling) if (here.isEqualNode(node)) return here;
  return null;
}

function putPage(sheets, panel, next) {
  const place = sheets.querySelector(".paper");
  const coming = next.querySelector(".paper");
  if (!place || !coming) {
    place?.remove();
    return void (coming && sheets.prepend(coming));
  }
  const page = pageOf(panel);
  const text = coming.querySelector("iframe").getAttribute("srcdoc");
  // Not there yet: it is loaded with the newer text.
  if (!page) return place.querySelector("iframe").setAttribute("srcdoc", text);
  const document = new DOMParser().parseFromString(text, "text/html");
  inPlace(page, () => {
    for (const part of ["header", "main"]) patch(page.source.querySelector(part), document.querySelector(part));
  });
}

function putRaw(sheets, panel, next) {
  const raw = rawOf(panel);
  const coming = next.querySelector("#preview-markdown");
  if (raw && coming) inPlace(raw, () => patch(raw.element, coming));
  else if (raw) raw.element.remove();
  else if (coming) sheets.append(coming);
}

export function put(panel, next) {
  const sheets = panel.querySelector(".sheets");
  for (const nothing of sheets.querySelectorAll(".composing, .to-full")) nothing.remove();
  putPage(sheets, panel, next);
  putRaw(sheets, panel, next);
}
