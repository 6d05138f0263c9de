// A search form above a list.

import type { VNode } from 'preact';
import { SearchSign } from '../../console-icons.tsx';

interface SearchFormProps {
  readonly action: string;
  readonly label: string;
  readonly value: string;
  /** `search` unless given. */
  readonly name?: string;
  readonly focus?: boolean;
}

export function SearchForm({ action, label, value, name = 'search', focus = false }: SearchFormProps): VNode {
  return (
    <form class="search-form" method="get" action={action}>
      <search>
        <label class="visually-hidden" for="search">
          {label}
        </label>
        <SearchSign />
        <input
          class="input"
          id="search"
          name={name}
          type="search"
          value={value}
          placeholder={label}
          maxlength={256}
          autofocus={focus}
        />
      </search>
      <button class="button plain" type="submit">
        Search
      </button>
    </form>
  );
}
