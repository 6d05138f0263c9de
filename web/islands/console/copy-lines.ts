// Lines that copy: shows their buttons.

const COPIED_FOR_MS = 1_600;

export function copyLines(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    const line = button.closest('[data-copy-box]')?.querySelector('[data-copy-text]') ?? null;
    const label = button.querySelector('[data-copy-label]');
    if (label === null || line === null) continue;
    const wording = label.textContent;
    button.hidden = false;
    button.addEventListener('click', () => {
      copy(line).then(
        () => {
          label.textContent = 'Copied';
          setTimeout(() => {
            label.textContent = wording;
          }, COPIED_FOR_MS);
        },
        () => {
          label.textContent = 'Select it';
        },
      );
    });
  }
}

/** At a plain http address there is no clipboard API, but what is selected can be copied. */
async function copy(line: Element): Promise<void> {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(line.textContent ?? '');
  const selection = getSelection();
  const wasHidden = line.hasAttribute('hidden');
  line.toggleAttribute('hidden', false);
  selection?.selectAllChildren(line);
  const isCopied = document.execCommand('copy');
  line.toggleAttribute('hidden', wasHidden);
  if (!isCopied) throw new Error('the browser copies nothing');
  if (wasHidden) selection?.removeAllRanges();
}
