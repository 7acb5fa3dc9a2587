// The question before publishing, in a dialog; without scripts it is a page of its own.
const dialog = document.getElementById("dialog");

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  if (link && dialog && window.htmx && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const unsaved = document.querySelector("[data-dirty]");
    if (unsaved && !confirm("Some text on this page is not saved and will not be in the post. Publish without it?")) return;
    const body = document.getElementById("dialog-body");
    htmx.ajax("GET", link.getAttribute("href"), { source: body, target: body, swap: "innerHTML" }).then(() => dialog.showModal());
  }
  if (event.target.closest("[data-close]") && dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
  if (event.target === dialog) dialog.close();
});
