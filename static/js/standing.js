// How a text stands, in words that are true: saved, not yet, not, and why not.
import { lengthOf } from "./saving.js";

const NEAR = 0.8;
const grouped = (number) => number.toLocaleString("en");
const counted = ({ value, limit }) => `${grouped(lengthOf(value))} of ${grouped(limit)} characters`;

function signIn() {
  const link = document.createElement("a");
  Object.assign(link, { href: "/sign-in", target: "_blank", rel: "noopener", textContent: "sign in" });
  return link;
}

// Who wrote the other of two texts: oneself, it may be, in another window.
export const meanwhile = ({ by, isOwn }) => (isOwn ? "you wrote this in another window" : `${by ?? "somebody else"} wrote this meanwhile`);

function trouble(text) {
  if (text.conflict) return `not saved: ${meanwhile(text.conflict)}`;
  if (text.isTooLong) return `too long: ${counted(text)}`;
  if (text.state === "refused") return `not saved: ${text.said[0].toLowerCase()}${text.said.slice(1)}`;
  if (text.state === "signed-out") return `not saved: ${text.said}; `;
  const kept = text.isKept ? "kept in this browser" : "keep this page open";
  if (!navigator.onLine) return `not saved: offline, ${kept}`;
  return text.state === "lost" ? `not saved: the desk does not answer; ${kept}` : "";
}

export function standing(text) {
  const bad = text.isSaved ? "" : trouble(text);
  if (bad) return { words: bad, isBad: true, link: text.state === "signed-out" ? signIn() : null };
  const state = text.isSaved ? text.said : "saving…";
  const isNear = lengthOf(text.value) > text.limit * NEAR;
  return { words: [isNear ? counted(text) : "", state].filter(Boolean).join(" · "), isBad: false };
}
