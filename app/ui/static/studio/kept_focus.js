// Draws a part of the page anew without the keyboard losing its place in it: what has the focus is
// found again by its `data-key`, or else what stands first there.

export function keepFocus(part, draw) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  draw();
  if (!focused || part.contains(document.activeElement)) return;
  const again = key && part.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (again || part.querySelector("a, button, [tabindex]"))?.focus();
}
