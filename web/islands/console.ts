// Enhancements of all console pages: menus that close by themselves, lines that copy, forms that
// show they are busy. All pages work without them.

import { armButtons } from './arming/arm-buttons.ts';
import { copyLines } from './console/copy-lines.ts';
import { openFinder } from './console/finder.ts';
import { switchTheme } from './console/theme-switch.ts';

closeMenus();
showCurrentTab();
copyLines();
awaitTypedName();
awaitChanges();
showToast();
sayBusy();
armButtons();
openFinder();
switchTheme();

/** One open menu at a time; Escape, a click elsewhere and moving the focus away close it. */
function closeMenus(): void {
  const closeAllBut = (kept: EventTarget | null) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>('[data-menu][open]')) {
      if (!(kept instanceof Node && menu.contains(kept))) menu.open = false;
    }
  };
  document.addEventListener('pointerdown', (event) => closeAllBut(event.target));
  document.addEventListener('focusin', (event) => closeAllBut(event.target));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const beside = document.querySelector<HTMLDetailsElement>('.audit-entry[open]');
    if (beside !== null) beside.open = false;
    beside?.querySelector('summary')?.focus();
    const open = document.querySelector<HTMLDetailsElement>('[data-menu][open]');
    closeAllBut(null);
    open?.querySelector('summary')?.focus();
  });
}

/** On a phone the tabs are scrolling strips. */
function showCurrentTab(): void {
  for (const current of document.querySelectorAll(':is(.tabs, .sub-tabs) [aria-current="page"]')) {
    current.scrollIntoView({ inline: 'center', block: 'nearest', behavior: 'instant' });
  }
}

/** The button of a question works once the name that it asks for is typed. */
function awaitTypedName(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-confirm-text]')) {
    const field = form.querySelector<HTMLInputElement>('input[name="name"]');
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (field === null || button === null) continue;
    const compare = () => {
      button.disabled = field.value.trim() !== form.dataset.confirmText;
    };
    field.addEventListener('input', compare);
    compare();
  }
}

/** Saving works once something differs from what is stored. */
function awaitChanges(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-save-changed]')) {
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (button === null) continue;
    const state = () => JSON.stringify([...new FormData(form)]);
    const stored = state();
    const compare = () => {
      button.disabled = state() === stored;
    };
    form.addEventListener('input', compare);
    // A browser that comes back fills in what was typed before.
    addEventListener('pageshow', compare);
    compare();
  }
}

/** Said once: a reload or a copied address does not say it again. */
function showToast(): void {
  const address = new URL(location.href);
  for (const name of ['done', 'also', 'said', 'to', 'welcome']) address.searchParams.delete(name);
  if (address.href !== location.href) history.replaceState(history.state, '', address);
  const toast = document.querySelector<HTMLElement>('[data-toast]');
  if (toast === null) return;
  toast.querySelector('.toast-close')?.addEventListener('click', (event) => {
    event.preventDefault();
    toast.remove();
  });
  // Screen readers announce what comes into a live region, not what the page begins with.
  const said = document.createElement('p');
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  toast.after(said);
  requestAnimationFrame(() => {
    said.textContent = toast.querySelector('p')?.textContent ?? '';
  });
}

/** For forms whose work takes seconds: ignores further clicks and shows the waiting time. */
function sayBusy(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-busy]')) {
    form.addEventListener('submit', () => {
      const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
      if (button === null) return;
      const status = document.createElement('p');
      status.className = 'busy-text';
      status.setAttribute('role', 'status');
      button.after(status);
      button.disabled = true;
      const startedAt = performance.now();
      const say = () => {
        const seconds = Math.floor((performance.now() - startedAt) / 1_000);
        status.textContent = seconds < 1 ? (form.dataset.busy ?? '') : `${form.dataset.busy} ${seconds} s`;
      };
      say();
      setInterval(say, 1_000);
    });
  }
}
