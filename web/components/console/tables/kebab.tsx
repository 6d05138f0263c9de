// The menu at the end of a row, with links and one-button forms.

import type { VNode } from 'preact';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { HiddenFields } from '../forms/hidden-fields.tsx';
import { RowMenu } from './row-menu.tsx';

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
    <RowMenu of={of}>
      {items.map((item) => (
        <li key={item.label}>
          <Item frame={frame} item={item} />
        </li>
      ))}
    </RowMenu>
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
