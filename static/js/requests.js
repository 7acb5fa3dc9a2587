// Every request that changes something carries the page's token and says which items are open.
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "POST" || !request.body) return;
  const token = document.getElementById("csrf-token").content;
  request.headers["X-CSRFToken"] = token;
  // The field in a form may be older than the page's token, and the server looks at it first.
  request.body.set("csrf_token", token);
  if (!request.body.has("seen")) request.body.set("seen", document.getElementById("seen")?.value ?? "");
  request.body.delete("open");
  for (const slot of document.querySelectorAll(".open:not(:empty)")) request.body.append("open", slot.id.split("-")[1]);
});
