// What a screen reader is to say at once.
const region = document.getElementById("spoken");

export function speak(sentence) {
  if (!region) return;
  // The same words again are read again only if they differ.
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
