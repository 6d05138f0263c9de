// The hidden fields of a form: the CSRF token and fixed values.

import type { VNode } from 'preact';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

interface HiddenFieldsProps {
  readonly frame: PageFrame;
  readonly fields: Readonly<Record<string, string>>;
}

export function HiddenFields({ frame, fields }: HiddenFieldsProps): VNode {
  return (
    <>
      <CsrfField frame={frame} />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
