// Enhances the approval page: Approve that says what is missing, keys, the ring, the search of the
// list; leaves the page when the terminal closed or the request was decided elsewhere. The page
// works without it.

import { readyApprove } from './decide/approve-button.ts';
import { codeField } from './decide/code-field.ts';
import { decideByKeys } from './decide/decide-by-keys.ts';
import { leaveWhenDecided } from './decide/leave-when-decided.ts';
import { closeWhenPicked } from './decide/picker-change.ts';
import { searchPicker } from './decide/search-picker.ts';
import { showTimes } from './decide/times.ts';

showTimes();
leaveWhenDecided();
codeField();
const matchAccess = matchAccessToCompute();
const sayWhatIsMissing = readyApprove();
closeWhenPicked();
searchPicker(() => {
  matchAccess();
  sayWhatIsMissing();
});
decideByKeys();

/** Read-only is offered where the selected compute has a role for it. */
function matchAccessToCompute(): () => void {
  const access = document.querySelector<HTMLSelectElement>('select[name="access"]');
  const readOnly = access?.querySelector<HTMLOptionElement>('option[value="read_only"]');
  if (!access || !readOnly) return () => {};
  const match = () => {
    const picked = document.querySelector<HTMLInputElement>('input[name="compute_id"]:checked');
    if (picked === null) return;
    readOnly.disabled = picked.dataset.readOnly !== 'offered';
    if (readOnly.disabled && readOnly.selected) access.value = 'read_write';
  };
  document.addEventListener('change', match);
  match();
  return match;
}
