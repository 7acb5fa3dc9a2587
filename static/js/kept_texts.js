// What is typed is kept in this browser until the server has it: a crash, a closed lid or a lost session takes nothing.
const PREFIX = "kept-text";
const ANSWERING = 400;
const editor = document.body.dataset.editor ?? "";
// Names need only differ; a page that is not served securely has no randomUUID.
export const page = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
const nameOf = (text) => [PREFIX, editor, text.address, text.writer].join(" ");

// Says whether it is kept; a browser may keep nothing, or be full.
export function keep({ address, what, limit, value, base, seen, asOf, writer, follows, left }) {
  // The one of two texts that was not taken is kept beside the other: neither is lost, nor saved over the other by itself.
  const kept = { address, what, limit, value, base, seen, asOf, writer, follows, left, page, at: Date.now() };
  try {
    localStorage.setItem(nameOf(kept), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function forget(text) {
  try {
    localStorage.removeItem(nameOf(text));
  } catch {
    // Where nothing can be kept, nothing is.
  }
}

function all() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX} ${editor} `));
    return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((one, other) => other.at - one.at);
  } catch {
    return [];
  }
}

// Other windows say that they are there, so that nobody takes their text for one that was left.
const channel = "BroadcastChannel" in window ? new BroadcastChannel(PREFIX) : null;
const there = new Set();
channel?.addEventListener("message", ({ data }) => {
  if (data.who) channel.postMessage({ here: page });
  else there.add(data.here);
});

// The texts that pages left which are gone, the newest first, each once.
export async function leftOver() {
  const others = () => all().filter((kept) => kept.page !== page && !there.has(kept.page));
  if (!editor || !others().length) return [];
  channel?.postMessage({ who: true });
  await new Promise((resolve) => setTimeout(resolve, ANSWERING));
  const found = new Map();
  for (const kept of others()) if (!found.has(kept.address)) found.set(kept.address, kept);
  return [...found.values()];
}
