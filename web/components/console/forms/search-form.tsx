// A search form above a list.

import type { VNode } from 'preact';
import { SearchSign } from '../../console-icons.tsx';

interface SearchFormProps {
  readonly action: string;
  readonly label: string;
  readonly value: string;
}

export function SearchForm({ action, label, value }: SearchFormProps): VNode {
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
          name="search"
          type="search"
          value={value}
          placeholder={label}
          maxlength={256}
        />
      </search>
      <button class="button plain" type="submit">
        Search
      </button>
    </form>
  );
}
