// The field in which a person chooses a password of the account, with the rule beside it.

import type { VNode } from 'preact';
import { TextField } from './text-field.tsx';

interface NewPasswordFieldProps {
  readonly name: 'password' | 'new_password';
  readonly label: string;
  readonly problem?: string | null | undefined;
  readonly focus?: 'first';
  /** Absent: must be filled in. */
  readonly need?: 'optional';
}

export function NewPasswordField({ name, label, problem, ...rest }: NewPasswordFieldProps): VNode {
  return (
    <TextField
      name={name}
      label={label}
      type="password"
      autocomplete="new-password"
      help="At least 10 characters. A short sentence works well."
      minLength={10}
      maxLength={256}
      {...(typeof problem === 'string' ? { problem } : {})}
      {...rest}
    />
  );
}
