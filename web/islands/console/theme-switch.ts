// Switches the theme in place and tells the server, which keeps it for the next page.

import { COLOR_SCHEME, DARK_MEDIA, GROUNDS, THEMES } from '../../layout/theme.ts';

export const THEME_SWITCHED = 'themeswitched';

export function switchTheme(): void {
  const form = document.querySelector<HTMLFormElement>('[data-theme-form]');
  const palette = document.querySelector<HTMLLinkElement>('link[data-dark]');
  if (form === null || palette === null) return;
  form.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    const theme = THEMES.find((known) => known === button.value);
    if (theme === undefined) return;
    event.preventDefault();
    palette.media = DARK_MEDIA[theme];
    document.querySelector('meta[name="color-scheme"]')?.setAttribute('content', COLOR_SCHEME[theme]);
    const ground = GROUNDS[matchMedia(DARK_MEDIA[theme]).matches ? 'dark' : 'light'];
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute('content', ground);
    for (const each of form.querySelectorAll('button')) each.setAttribute('aria-pressed', String(each === button));
    document.dispatchEvent(new Event(THEME_SWITCHED));
    const body = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
    // What the server does not hear holds for this page.
    void fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {});
  });
}
