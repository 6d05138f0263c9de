// A walk through a page by Tab alone, and what a screen reader is told of its controls.

import type { Page } from 'playwright-core';

export interface Stop {
  /** Its words, for the messages of tests. */
  readonly what: string;
  /** Its place among all elements that can have the focus. */
  readonly index: number;
  readonly isFocusSeen: boolean;
}

const LONGEST_WALK = 120;

/** From the top of the page until the focus leaves it. Throws where it never does: a trap. */
export async function walkByTab(page: Page): Promise<Stop[]> {
  await page.evaluate(() => {
    // Fields that take the focus by themselves would else be where the walk begins.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const stops: Stop[] = [];
  while (stops.length < LONGEST_WALK) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(describeFocus);
    if (stop === null) return stops;
    if (stops.some(({ index }) => index === stop.index)) return stops;
    stops.push(stop);
  }
  throw new Error(`the focus never leaves the page: ${stops.map(({ what }) => what).join(', ')}`);
}

function describeFocus(): Stop | null {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused === document.body) return null;
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  const edgeOf = (element: Element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
  };
  // Of a choice the whole row shows the focus.
  const shown = [focused, focused.parentElement, focused.closest('label')].filter((each) => each !== null);
  return {
    what: `${focused.localName} "${(focused.getAttribute('aria-label') ?? focused.textContent ?? '').trim().slice(0, 40) || focused.id}"`,
    index: all.indexOf(focused),
    isFocusSeen: shown.some(edgeOf),
  };
}

/** What can be seen and used, but has no place on the walk; one radio speaks for its group. */
export async function leftOut(page: Page, stops: readonly Stop[]): Promise<string[]> {
  return await page.evaluate(
    (visited) => {
      const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
      const groupOf = (element: Element) =>
        element instanceof HTMLInputElement && element.type === 'radio' ? element.name : null;
      const groups = new Set(visited.map((index) => groupOf(all[index] ?? document.body)));
      return all
        .filter((element, index) => {
          if (visited.includes(index) || !(element instanceof HTMLElement)) return false;
          const group = groupOf(element);
          if (group !== null && groups.has(group)) return false;
          return element.checkVisibility() && element.tabIndex >= 0 && !element.matches(':disabled');
        })
        .map((element) => element.outerHTML.slice(0, 160));
    },
    stops.map(({ index }) => index),
  );
}

const CONTROLS = new Set(
  'button link textbox searchbox combobox listbox radio checkbox switch slider menuitem tab option spinbutton'.split(
    ' ',
  ),
);
const WITH_STATE = new Set(['radio', 'checkbox', 'switch']);

/** Controls of the accessibility tree that have no name, or do not say their state. */
export async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const controls = nodes.filter(({ ignored, role }) => !ignored && CONTROLS.has(String(role?.value)));
  if (controls.length === 0) return ['the page has no control at all'];
  return controls.flatMap(({ role, name, properties = [] }) => {
    const said = String(name?.value ?? '').trim();
    const lacksState = WITH_STATE.has(String(role?.value)) && !properties.some((each) => each.name === 'checked');
    if (said === '') return [`a ${role?.value} without a name`];
    return lacksState ? [`${role?.value} "${said}" without a state`] : [];
  });
}
