// A labelled one-line field with its help and its error, linked for screen readers.

import type { VNode } from 'preact';

interface TextFieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly inputMode?: 'numeric';
  readonly value?: string;
  readonly autocomplete?: string;
  readonly help?: string;
  readonly problem?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly focus?: 'first';
  /** Absent: must be filled in. */
  readonly need?: 'optional';
}

export function TextField(props: TextFieldProps): VNode {
  const { name, label, type = 'text', help, problem } = props;
  const describedBy = [help && `${name}-help`, problem && `${name}-problem`].filter(Boolean).join(' ') || undefined;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        id={name}
        name={name}
        // Preact's types require one literal per element.
        type={type as 'text'}
        value={props.value}
        autocomplete={props.autocomplete}
        inputmode={props.inputMode}
        minlength={props.minLength}
        maxlength={props.maxLength ?? 254}
        autofocus={props.focus === 'first'}
        spellcheck={false}
        autocapitalize="none"
        aria-invalid={problem === undefined ? undefined : 'true'}
        aria-describedby={describedBy}
        required={props.need !== 'optional'}
      />
      {help !== undefined && (
        <p class="help" id={`${name}-help`}>
          {help}
        </p>
      )}
      {problem !== undefined && (
        <p class="problem-text" id={`${name}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
