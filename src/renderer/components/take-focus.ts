/**
 * Brings a panel into view that has taken the place of what had the focus, and lets the keys go on from its first control. One
 * that comes by itself, while someone is elsewhere, takes nothing.
 */
export function takeFocus(panel: HTMLElement): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body && !activeElement.matches(':disabled')) return;
  panel.querySelector<HTMLElement>('input, select, button:not(:disabled)')?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: 'nearest' });
}
