// While a hand holds something (a row dragged or picked up by keys, the cut) the lists stay as they are under it. What an
// answer says of them then is let be: the page has not seen it, and says so with its next question, which brings them whole.
const LISTS = "#picked, #cut, #candidates, #held, #dropped, #shown";
const hands = new Set();
let missed = false;

const isOfLists = ({ target }) => Boolean(target?.closest?.(LISTS) && !target.closest(".open"));
const isOfSeeing = (task) => ["seen", "news"].includes(task.target?.id);

export const isHolding = () => hands.size > 0;
// Whether an answer tells where rows are; what is done at once is measured against such answers only.
export const tellsOfLists = (text) => /hx-target="#(picked|candidates|held|dropped)/.test(text ?? "");

export function hold(hand) {
  hands.add(hand);
}

// Says whether the page has let something be meanwhile.
export function release(hand) {
  hands.delete(hand);
  if (isHolding()) return false;
  const had = missed;
  missed = false;
  return had;
}

function versionIn(tasks) {
  const task = tasks.find(({ target }) => target?.id === "seen");
  return Number(task?.fragment.querySelector("input")?.value ?? Infinity);
}

document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  if (!tasks?.some(isOfLists)) return;
  // Two forms may be under way at a time, and the earlier answer come last: the page knows better by then.
  const isOld = versionIn(tasks) < Number(document.getElementById("seen")?.value ?? 0);
  if (!isOld && !isHolding()) return;
  missed ||= isHolding();
  const kept = tasks.filter((task) => (isOld ? task.target?.id === "toast" : !isOfLists(task) && !isOfSeeing(task)));
  tasks.splice(0, tasks.length, ...kept);
});
