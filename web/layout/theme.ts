// Light or dark: as the person chose for this browser, else as the system is set.

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** When the dark palette holds; also set by the island when the theme is switched. */
export const DARK_MEDIA: Readonly<Record<Theme, string>> = {
  system: '(prefers-color-scheme: dark)',
  light: 'not all',
  dark: 'all',
};

/** What browsers draw by themselves before the styles are there: the ground, scroll bars. */
export const COLOR_SCHEME: Readonly<Record<Theme, string>> = { system: 'light dark', light: 'light', dark: 'dark' };

/** The grounds of both palettes (`--paper`), for the bars of phones. */
export const GROUNDS = { light: '#f6f7f5', dark: '#0e1211' } as const;
