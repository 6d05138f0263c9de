// A form that is one button.

import type { VNode } from 'preact';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { HiddenFields } from './hidden-fields.tsx';

interface PostButtonProps {
  readonly frame: PageFrame;
  readonly action: string;
  readonly label: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly look?: 'primary' | 'plain' | 'danger' | 'ends' | 'small';
  /** Completes the label for screen readers where several buttons have the same text. */
  readonly of?: string;
}

const CLASSES = {
  primary: 'primary',
  plain: 'plain',
  danger: 'danger',
  ends: 'plain ends',
  small: 'plain small',
} as const;

export function PostButton({ frame, action, label, fields = {}, look = 'plain', of }: PostButtonProps): VNode {
  return (
    <form method="post" action={action} class="inline-form">
      <HiddenFields frame={frame} fields={fields} />
      <button class={`button ${CLASSES[look]}`} type="submit" data-armed={look === 'primary' ? true : undefined}>
        {label}
        {of !== undefined && <span class="visually-hidden"> {of}</span>}
      </button>
    </form>
  );
}
