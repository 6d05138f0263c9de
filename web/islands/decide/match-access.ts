// Fits the access to the picked compute: read-only where it is production, and no read-only where
// there is no role for it.

/** Returns a function that looks again at what is picked. */
export function matchAccessToCompute(): () => void {
  const access = document.querySelector<HTMLSelectElement>('select[name="access"]');
  const readOnly = access?.querySelector<HTMLOptionElement>('option[value="read_only"]');
  if (!access || !readOnly) return () => {};
  let wasProduction = isProduction(findPicked());
  let before = 'read_write';
  const match = () => {
    const picked = findPicked();
    if (picked === null) return;
    readOnly.disabled = picked.dataset.readOnly !== 'offered';
    const entersProduction = isProduction(picked) && !wasProduction;
    if (entersProduction) before = access.value;
    if (entersProduction && !readOnly.disabled) access.value = 'read_only';
    if (wasProduction && !isProduction(picked)) access.value = before;
    if (readOnly.disabled && readOnly.selected) access.value = 'read_write';
    wasProduction = isProduction(picked);
  };
  document.addEventListener('change', match);
  match();
  return match;
}

function findPicked(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>('input[name="compute_id"]:checked');
}

function isProduction(picked: HTMLInputElement | null): boolean {
  return picked?.dataset.label === 'production';
}
