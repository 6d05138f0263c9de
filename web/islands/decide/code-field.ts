// The field of the user code: upper case, a hyphen in the middle, however it is typed or pasted.

const HALF = 4;
const LETTERS = 8;

export function codeField(): void {
  const field = document.querySelector<HTMLInputElement>('[data-code]');
  if (field === null) return;
  field.addEventListener('input', () => {
    // Between others the cursor would jump to the end.
    if (field.selectionStart !== field.value.length) return;
    field.value = inGroups(field.value);
  });
  field.addEventListener('blur', () => {
    field.value = inGroups(field.value);
  });
}

function inGroups(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, LETTERS);
  return letters.length > HALF ? `${letters.slice(0, HALF)}-${letters.slice(HALF)}` : letters;
}
