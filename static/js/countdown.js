// How long something can still be taken back, told on from what the server said; once it is over, so is the button.
const started = new WeakMap();

function left(told) {
  const seen = started.get(told);
  // A fresh answer of the server counts from its own arrival.
  if (!seen || seen.given !== told.dataset.left) started.set(told, { given: told.dataset.left, at: performance.now() });
  const { given, at } = started.get(told);
  return Math.max(0, Math.ceil(Number(given) - (performance.now() - at) / 1000));
}

function words(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

function over(notice) {
  // The post's page says what became of it; the desk's page may hold something half done, and only says that it is over.
  if (notice.hasAttribute("data-reload")) return location.reload();
  notice.querySelectorAll("button").forEach((button) => (button.disabled = true));
}

const counting = setInterval(() => {
  const all = document.querySelectorAll(".countdown");
  for (const told of all) {
    const seconds = left(told);
    told.textContent = words(seconds);
    if (seconds > 0 || told.dataset.over) continue;
    told.dataset.over = "yes";
    over(told.closest(".grace"));
  }
}, 1000);
if (!document.querySelector(".countdown, #desk")) clearInterval(counting);
