// Lines that copy: shows their buttons where the browser has a clipboard.

const COPIED_FOR_MS = 1_600;

export function copyLines(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    const text = button.closest('[data-copy-box]')?.querySelector('[data-copy-text]')?.textContent ?? '';
    const label = button.querySelector('[data-copy-label]');
    if (label === null || navigator.clipboard === undefined) continue;
    const wording = label.textContent;
    button.hidden = false;
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(text).then(
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
