// Enhances the approval page: Approve that says what is missing, keys, the ring, the search of the
// list; leaves the page when the terminal closed or the request was decided elsewhere. On other
// pages only what they have of it. They work without it.

import { armButtons } from './arming/arm-buttons.ts';
import { readyApprove } from './decide/approve-button.ts';
import { codeField } from './decide/code-field.ts';
import { decideByKeys } from './decide/decide-by-keys.ts';
import { leaveWhenDecided } from './decide/leave-when-decided.ts';
import { matchAccessToCompute } from './decide/match-access.ts';
import { moreTime } from './decide/more-time.ts';
import { closeWhenPicked } from './decide/picker-change.ts';
import { searchPicker } from './decide/search-picker.ts';
import { showTimes } from './decide/times.ts';
import { touchFirst } from './decide/touch-first.ts';

showTimes();
leaveWhenDecided();
codeField();
touchFirst();
moreTime();
const matchAccess = matchAccessToCompute();
const sayWhatIsMissing = readyApprove();
closeWhenPicked();
searchPicker(() => {
  matchAccess();
  sayWhatIsMissing();
});
decideByKeys();
armButtons();
