// The cut by hand: its handle is dragged over the rows, or stepped with the arrows. The line shows where it would be.
import { hold, release } from "./hold.js";
import { forgetLost } from "./instant.js";
import { catchUp } from "./news.js";
import { speak } from "./spoken.js";

const ROWS = "#picked > .item, #candidates > .item";
const EDGE = 90;
const SPEED = 24;
const SLACK = 4;
let held = null;

const titleOf = (row) => row.querySelector(".title").textContent.trim();

function send(values) {
  const day = document.querySelector("#desk [name=date]").value;
  return htmx.ajax("POST", `/editions/${day}/cut`, { source: "#desk", swap: "none", values });
}

// The last row whose middle is above the pointer; none above the first.
function rowAbove(y) {
  let [low, high] = [0, held.rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { top, bottom } = held.rows[middle].getBoundingClientRect();
    if ((top + bottom) / 2 < y) low = middle + 1;
    else high = middle;
  }
  return held.rows[low - 1] ?? null;
}

function draw() {
  const { y, line, rows } = held;
  const row = rowAbove(y);
  const box = (row ?? rows[0]).getBoundingClientRect();
  line.style.translate = `${box.left}px ${row ? box.bottom : box.top}px`;
  line.style.inlineSize = `${box.width}px`;
  line.hidden = !held.isMoved;
  if (row === held.row) return;
  held.row = row;
  speak(row ? `Cut below “${titleOf(row)}”, score ${Number(row.dataset.score).toLocaleString("en")}.` : "Above all papers there is no cut.");
}

// Near an edge the page scrolls, the faster the nearer; the line goes along.
function scroll() {
  if (!held) return;
  const { y } = held;
  const depth = y < EDGE ? y - EDGE : Math.max(0, y - (window.innerHeight - EDGE));
  if (held.isMoved && depth) {
    window.scrollBy(0, (SPEED * Math.max(-EDGE, Math.min(EDGE, depth))) / EDGE);
    draw();
  }
  held.frame = requestAnimationFrame(scroll);
}

function end(isDropped) {
  if (!held) return;
  const { line, row, frame, isMoved } = held;
  cancelAnimationFrame(frame);
  line.remove();
  held = null;
  document.body.classList.remove("cutting");
  const hasMissed = release("cut");
  forgetLost();
  const isElsewhere = row && row !== document.querySelector("#picked > .item:last-of-type");
  if (isDropped && isMoved && isElsewhere) return void send({ below: row.id.split("-")[1] });
  if (isMoved) speak("The cut is where it was.");
  if (hasMissed) catchUp();
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("#cut-handle");
  const rows = [...document.querySelectorAll(ROWS)];
  if (!handle || event.button !== 0 || !window.htmx || !rows.length) return;
  handle.setPointerCapture(event.pointerId);
  const line = document.createElement("div");
  line.className = "cut-line";
  line.hidden = true;
  document.body.append(line);
  held = { rows, line, row: undefined, y: event.clientY, from: event.clientY, isMoved: false };
  hold("cut");
  document.body.classList.add("cutting");
  scroll();
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  held.y = event.clientY;
  held.isMoved ||= Math.abs(held.y - held.from) > SLACK;
  if (held.isMoved) draw();
});
document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));

let isStepping = false;
document.addEventListener("keydown", (event) => {
  if (held && event.key === "Escape") return end(false);
  const steps = { ArrowUp: "down", ArrowDown: "up" };
  if (!event.target.closest?.("#cut-handle") || !(event.key in steps) || !window.htmx) return;
  event.preventDefault();
  // Down the page is one paper more.
  isStepping = true;
  send({ step: steps[event.key] });
});
document.addEventListener("htmx:after:swap", (event) => {
  if (!isStepping || !event.detail.ctx.request?.action.endsWith("/cut")) return;
  isStepping = false;
  const picked = document.querySelectorAll("#picked > .item").length;
  speak(`Cut at ${document.querySelector("#cut [name=cut]")?.value ?? "another score"}. ${picked} picked.`);
});
