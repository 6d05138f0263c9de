// A press that was meant for another page or window decides nothing here (clickjacking, double
// click): the page is armed once it has been in front, with the focus, for half a second. Every
// return to it counts anew.

const ARM_AFTER_MS = 500;

/** `away`: another window has the focus; `counting`: not for half a second yet. */
export type Arming = 'away' | 'counting' | 'armed';

type Watcher = (arming: Arming) => void;

let arming: Arming = 'away';
let timer: ReturnType<typeof setTimeout> | undefined;
/** What a click comes from began before the page was armed. */
let isPressEarly = false;
const watchers: Watcher[] = [];

/** Called at once, and at each change. */
export function watchArming(watcher: Watcher): void {
  if (watchers.length === 0) begin();
  watchers.push(watcher);
  watcher(arming);
}

/** Asked in a click's listener. A click that no press came before is assistive technology's. */
export function mayDecide(): boolean {
  return arming === 'armed' && !isPressEarly;
}

function begin(): void {
  addEventListener('focus', look);
  addEventListener('pageshow', look);
  document.addEventListener('visibilitychange', look);
  addEventListener('blur', leave);
  addEventListener('pagehide', leave);
  addEventListener('pointerdown', press, true);
  addEventListener('keydown', press, true);
  look();
}

function look(): void {
  leave();
  if (document.visibilityState === 'visible' && document.hasFocus()) count();
}

function leave(): void {
  clearTimeout(timer);
  tell('away');
}

function count(): void {
  tell('counting');
  timer = setTimeout(() => tell('armed'), ARM_AFTER_MS);
}

function press(event: PointerEvent | KeyboardEvent): void {
  // A key that is held down repeats, perhaps since the page before.
  isPressEarly = arming !== 'armed' || ('repeat' in event && event.repeat);
  // Web views may not say that they have the focus; whatever is pressed has it.
  if (arming === 'away') count();
}

function tell(next: Arming): void {
  if (next === arming) return;
  arming = next;
  for (const watcher of watchers) watcher(next);
}
