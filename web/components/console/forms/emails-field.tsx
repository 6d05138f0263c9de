// E-mail addresses of several people in one field.

import type { VNode } from 'preact';
import { TextArea } from './fields.tsx';

interface EmailsFieldProps {
  readonly label: string;
  readonly value: string;
}

export function EmailsField({ label, value }: EmailsFieldProps): VNode {
  return (
    <TextArea
      name="emails"
      label={label}
      value={value}
      rows={2}
      placeholder="ada@example.com, grace@example.com"
      help="One or more email addresses, separated by commas."
      need="required"
    />
  );
}
