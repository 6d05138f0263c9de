// The console's form fields besides the one-line text field: selects, text areas, checkboxes.

import type { ComponentChildren, VNode } from 'preact';

interface SelectFieldProps {
  readonly name: string;
  readonly label: string;
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly picked?: string | null;
  readonly help?: string;
}

export function SelectField({ name, label, choices, picked, help }: SelectFieldProps): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select class="input" id={name} name={name} aria-describedby={help === undefined ? undefined : `${name}-help`}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={choice.value === picked}>
            {choice.label}
          </option>
        ))}
      </select>
      <Help of={name} text={help} />
    </div>
  );
}

interface TextAreaProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly rows?: number;
  readonly help?: string;
  readonly placeholder?: string;
  readonly need?: 'required' | 'optional';
}

export function TextArea({ name, label, value, rows = 3, help, placeholder, need = 'optional' }: TextAreaProps): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <textarea
        class="input"
        id={name}
        name={name}
        rows={rows}
        maxlength={16_384}
        placeholder={placeholder}
        spellcheck={false}
        autocapitalize="none"
        aria-describedby={help === undefined ? undefined : `${name}-help`}
        required={need === 'required'}
        value={value}
      />
      <Help of={name} text={help} />
    </div>
  );
}

interface OptionalFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly help?: string;
  readonly placeholder?: string;
  readonly type?: 'text' | 'email' | 'number' | 'search';
  readonly autocomplete?: string;
}

/** A one-line field that may be empty. */
export function OptionalField({
  name,
  label,
  value,
  help,
  placeholder,
  type = 'text',
  autocomplete,
}: OptionalFieldProps): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        id={name}
        name={name}
        // Preact's types require one literal per element.
        type={type as 'text'}
        value={value}
        placeholder={placeholder}
        maxlength={256}
        autocomplete={autocomplete ?? 'off'}
        spellcheck={false}
        aria-describedby={help === undefined ? undefined : `${name}-help`}
      />
      <Help of={name} text={help} />
    </div>
  );
}

interface CheckFieldProps {
  readonly name: string;
  readonly label: ComponentChildren;
  readonly help?: ComponentChildren;
  readonly isTicked?: boolean;
  readonly need?: 'required' | 'optional';
}

export function CheckField({ name, label, help, isTicked = false, need = 'optional' }: CheckFieldProps): VNode {
  return (
    <label class="check">
      <input type="checkbox" name={name} value="yes" checked={isTicked} required={need === 'required'} />
      <span>
        {label}
        {help !== undefined && <span class="check-help">{help}</span>}
      </span>
    </label>
  );
}

function Help({ of, text }: { readonly of: string; readonly text: string | undefined }): VNode | null {
  if (text === undefined) return null;
  return (
    <p class="help" id={`${of}-help`}>
      {text}
    </p>
  );
}
