// The page and its Markdown side by side scroll as one: entry beside entry, and as far into each.
import { sheetsOf } from "./sheets.js";

const HANDS = ["pointerenter", "pointerdown", "wheel", "touchstart", "focusin", "keydown"];
const known = new WeakSet();
let leader = null;

// Where one stands between the beginnings of its entries; the end of a sheet is an entry's beginning too.
function beside(from, to) {
  const here = from.scroller.scrollTop;
  const end = (sheet) => sheet.scroller.scrollHeight - sheet.scroller.clientHeight;
  if (here >= end(from) - 1) return end(to);
  const [mine, theirs] = [from.entries(), to.entries()];
  const at = mine.findLastIndex(({ top }) => top <= here + 1);
  const topOf = (entry) => (entry ? (theirs.find(({ number }) => number === entry.number)?.top ?? null) : null);
  const [start, next] = [mine[at]?.top ?? 0, mine[at + 1]?.top ?? from.scroller.scrollHeight];
  const [first, last] = [at < 0 ? 0 : topOf(mine[at]), mine[at + 1] ? topOf(mine[at + 1]) : to.scroller.scrollHeight];
  if (first === null || last === null) return null;
  return first + ((here - start) / Math.max(1, next - start)) * (last - first);
}

// Called again whenever the sheets may be others; each is listened to once.
export function scrollTogether(panel) {
  for (const sheet of sheetsOf(panel)) {
    if (known.has(sheet.source)) continue;
    known.add(sheet.source);
    const lead = () => (leader = sheet.element);
    for (const hand of HANDS) {
      sheet.element.addEventListener(hand, lead, { passive: true });
      sheet.source.addEventListener(hand, lead, { passive: true });
    }
    let isDue = false;
    sheet.source.addEventListener("scroll", () => {
      // The one that is scrolled by the other must not scroll it in turn.
      if (isDue || (leader && leader !== sheet.element)) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        align(panel, sheet.element);
      });
    });
  }
}

export function align(panel, element = leader) {
  const sheets = sheetsOf(panel);
  if (sheets.length < 2) return;
  const from = sheets.find((sheet) => sheet.element === element) ?? sheets[0];
  const to = sheets.find((sheet) => sheet !== from);
  leader = from.element;
  const there = beside(from, to);
  if (there !== null) to.scroller.scrollTop = there;
}
