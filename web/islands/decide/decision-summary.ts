// Shows above the buttons what approving would do with the current choices.

/** Returns a function that updates the line, which stays hidden while nothing is selected. */
export function decisionSummary(): () => void {
  const line = document.querySelector<HTMLElement>('[data-summary]');
  if (line === null) return () => {};
  const say = () => {
    const target = checked('compute_id')?.dataset.target;
    const parts = [target, labelOf(checked('access')), labelOf(checked('remember'))];
    line.hidden = target === undefined;
    line.textContent = `Connects to ${parts.filter(Boolean).join(' · ')}`;
  };
  document.addEventListener('change', say);
  say();
  return say;
}

function checked(name: string): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`);
}

function labelOf(input: HTMLInputElement | null): string | undefined {
  return input?.closest('label')?.textContent?.trim().toLowerCase();
}
