// One request that saves a text. Whatever does not come from the desk itself, or not in time, is as good as lost.
// How long an answer is waited for; a slow line is given more.
const PATIENCE = [6000, 12000, 24000];
// What a request may carry that outlives its page.
const LAST_WORDS = 60_000;

export const stepOf = (steps, tries) => steps[Math.min(tries, steps.length - 1)];

export async function post(text, sequence, left, isLast) {
  const token = document.getElementById("csrf-token");
  const { value, seen, writer, follows, address } = text;
  const body = new URLSearchParams({ text: value, seen, writer, sequence, editor: document.body.dataset.editor, csrf_token: token.content });
  for (const name of follows) body.append("follows", name);
  if (left !== null) body.append("left", left);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), stepOf(PATIENCE, text.tries));
  try {
    const keepalive = isLast && body.toString().length < LAST_WORDS;
    const response = await fetch(address, { method: "POST", body, keepalive, headers: { Accept: "application/json" }, signal: patience.signal });
    const answer = response.status < 500 ? await response.json() : { state: "lost" };
    if (answer.token) token.content = answer.token;
    return answer;
  } catch {
    return { state: "lost" };
  } finally {
    clearTimeout(timer);
  }
}
