// The preview keeps its place: a new text goes into the frame that is there instead of a frame loaded afresh.
window.htmx?.registerExtension("steady-preview", {
  htmx_before_morph_attr: (element, detail) => {
    if (element.tagName !== "IFRAME" || detail.attrName !== "srcdoc" || detail.newValue === null) return;
    const body = element.contentDocument?.body;
    if (!body) return;
    const next = new DOMParser().parseFromString(detail.newValue, "text/html");
    body.replaceChildren(...document.importNode(next.body, true).childNodes);
    return false;
  },
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-preview]");
  const panel = link?.closest("#preview");
  if (!panel || !window.htmx || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  panel.setAttribute("hx-get", link.getAttribute("href"));
  htmx.ajax("GET", link.getAttribute("href"), { source: panel, target: panel, swap: "innerMorph" });
});

// Nobody looks at a panel that is not shown.
document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (sourceElement?.id === "preview" && !sourceElement.checkVisibility()) event.preventDefault();
});

// A post that stands on a page of its own is as high as its text.
for (const frame of document.querySelectorAll("iframe[data-whole]")) {
  const fit = () => {
    const height = frame.contentDocument?.documentElement?.scrollHeight;
    if (height) frame.style.blockSize = `${height + 2}px`;
  };
  frame.addEventListener("load", fit);
  window.addEventListener("resize", fit);
  fit();
}
