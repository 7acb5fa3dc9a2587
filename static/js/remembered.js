// Before anything is drawn: how the preview beside the list was left in this browser, so that nothing shifts afterwards.
try {
  document.documentElement.dataset.preview = localStorage.getItem("preview-panel") ?? "";
} catch {
  // A browser that keeps nothing shows it as it comes.
}
