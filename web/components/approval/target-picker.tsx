// Chooses account, project and compute from one list of radio buttons, grouped by account, with a
// search field above a long list. Closed, it shows the chosen row alone, by style sheet only.

import type { VNode } from 'preact';
import { type PickerCounts, pickerCountInWords } from '../picker-count.ts';
import { type PickerAccount, PickerGroups } from './picker-rows.tsx';

export interface TargetPickerProps extends PickerCounts {
  /**
   * The path that answers a search with a page; below it, `/targets` answers the script with
   * values.
   */
  readonly path: string;
  /** The search text of the list; empty: none. */
  readonly search: string;
  readonly accounts: readonly PickerAccount[];
  readonly pickedComputeId: string | null;
}

/** The id of the form that sends a search when there is no script. */
export const FIND_FORM = 'find-form';
/** The number of computes from which on a search field is shown. */
const SEARCH_FROM_COMPUTES = 8;

export function TargetPicker(props: TargetPickerProps): VNode {
  const { search, accounts, foundCount, pickedComputeId } = props;
  const isOpen = pickedComputeId === null || search !== '';
  const isSingle = foundCount === 1 && !isOpen;
  return (
    <fieldset class={isSingle ? 'picker single' : 'picker'} data-picker>
      <legend class="visually-hidden">Account, project and compute</legend>
      {!isSingle && (
        <details class="picker-change" open={isOpen} data-picker-change>
          <summary>
            <span class="when-closed">Change</span>
            <span class="when-open">Show only the chosen one</span>
          </summary>
          {(foundCount >= SEARCH_FROM_COMPUTES || search !== '') && <Search {...props} />}
        </details>
      )}
      <div class="picker-groups" data-picker-list>
        <PickerGroups accounts={accounts} pickedComputeId={pickedComputeId} />
      </div>
    </fieldset>
  );
}

function Search({ path, search, listedCount, foundCount }: TargetPickerProps): VNode {
  const isWhole = search === '' && listedCount === foundCount;
  return (
    <div class="picker-search" data-picker-search={isWhole ? 'here' : path}>
      <label class="visually-hidden" for="picker-search">
        Find a project
      </label>
      <div class="picker-search-row">
        <input
          class="input"
          id="picker-search"
          type="search"
          name="find"
          form={FIND_FORM}
          value={search}
          maxlength={100}
          placeholder="Find a project, account or compute"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="picker-count"
        />
        <button class="button plain" type="submit" form={FIND_FORM} data-picker-send>
          Find
        </button>
      </div>
      <p class="help" id="picker-count" role="status" data-picker-count>
        {pickerCountInWords({ listedCount, foundCount })}
      </p>
    </div>
  );
}
