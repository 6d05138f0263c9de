// Light, dark, or as the system is set: three buttons of one form. The script switches in place.

import type { VNode } from 'preact';
import { CsrfField } from '../../layout/csrf-field.tsx';
import type { PageFrame } from '../../layout/page-frame.ts';
import { THEMES } from '../../layout/theme.ts';

const LABELS = { system: 'System', light: 'Light', dark: 'Dark' } as const;

export function ThemeSwitch({ frame }: { readonly frame: PageFrame }): VNode {
  return (
    <form class="theme-switch" method="post" action="/theme" data-theme-form>
      <CsrfField frame={frame} />
      <input type="hidden" name="next" value={frame.path.split('?')[0]} />
      <fieldset class="plain-fieldset">
        <legend>Theme</legend>
        {THEMES.map((theme) => (
          <button key={theme} type="submit" name="theme" value={theme} aria-pressed={theme === frame.theme}>
            {LABELS[theme]}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
