// The menu at the end of a row: a disclosure with links and one-button forms, usable by keyboard
// and without script.

import type { VNode } from 'preact';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { DotsSign } from '../../console-icons.tsx';
import { HiddenFields } from '../forms/hidden-fields.tsx';

export type MenuItem =
  | { readonly kind: 'link'; readonly label: string; readonly href: string; readonly tone?: 'danger' }
  | {
      readonly kind: 'post';
      readonly label: string;
      readonly action: string;
      readonly fields?: Readonly<Record<string, string>>;
      readonly tone?: 'danger';
    };

interface KebabProps {
  readonly frame: PageFrame;
  /** What the actions apply to, for screen readers. */
  readonly of: string;
  readonly items: readonly MenuItem[];
}

export function Kebab({ frame, of, items }: KebabProps): VNode | null {
  if (items.length === 0) return null;
  return (
    <details class="menu-box kebab" data-menu>
      <summary class="kebab-button" title="Actions">
        <DotsSign />
        <span class="visually-hidden">Actions for {of}</span>
      </summary>
      <div class="menu">
        <ul>
          {items.map((item) => (
            <li key={item.label}>
              <Item frame={frame} item={item} />
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

function Item({ frame, item }: { readonly frame: PageFrame; readonly item: MenuItem }): VNode {
  const look = `menu-item ${item.tone ?? ''}`.trim();
  if (item.kind === 'link') {
    return (
      <a class={look} href={item.href}>
        {item.label}
      </a>
    );
  }
  return (
    <form method="post" action={item.action}>
      <HiddenFields frame={frame} fields={item.fields ?? {}} />
      <button class={look} type="submit">
        {item.label}
      </button>
    </form>
  );
}
