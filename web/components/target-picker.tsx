// Chooses account, project and compute from one list of radio buttons, grouped by account, with a
// search field above a long list. Closed, it shows the chosen row alone, which the style sheet
// finds by itself, without script, too.

import type { VNode } from 'preact';
import { type PickerCounts, pickerCountInWords } from './picker-count.ts';

export interface PickerCompute {
  readonly id: string;
  readonly name: string;
  readonly type: 'read_write' | 'read_only';
  readonly state: 'init' | 'active' | 'idle';
  /** Why it cannot be chosen, as a full sentence; null when it can be. */
  readonly obstacle: string | null;
  readonly offersReadOnly: boolean;
  /** It requires a more recent sign-in than the person's. */
  readonly asksToSignIn: boolean;
  /** When this person last used it, in words; null: never. */
  readonly lastUsed: string | null;
}

export interface PickerProject {
  readonly id: string;
  readonly name: string;
  readonly computes: readonly PickerCompute[];
}

export interface PickerAccount {
  readonly id: string;
  readonly name: string;
  /** Next to the name: `organization`, `personal account`, `shared with you`. */
  readonly kind: string;
  readonly projects: readonly PickerProject[];
}

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

export function PickerGroups({
  accounts,
  pickedComputeId,
}: Pick<TargetPickerProps, 'accounts' | 'pickedComputeId'>): VNode {
  return (
    <>
      {accounts.map((account) => (
        <fieldset key={account.id} class="picker-account" data-picker-group>
          <legend>
            <bdi>{account.name}</bdi> <span class="kind">{account.kind}</span>
          </legend>
          <div class="picker-list">
            {account.projects.map((project) => (
              <Project key={project.id} project={project} account={account} pickedComputeId={pickedComputeId} />
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

interface ProjectProps {
  readonly account: PickerAccount;
  readonly project: PickerProject;
  readonly pickedComputeId: string | null;
}

function Project({ account, project, pickedComputeId }: ProjectProps): VNode {
  const [first, ...others] = project.computes;
  const isSingle = first !== undefined && others.length === 0;
  return (
    <div class="picker-project" data-picker-project={`${account.name} ${project.name} ${project.id}`.toLowerCase()}>
      {!isSingle && (
        <p class="picker-project-name">
          <bdi>{project.name}</bdi>
        </p>
      )}
      {project.computes.map((compute) => (
        <Choice
          key={compute.id}
          compute={compute}
          account={account.name}
          title={isSingle ? project.name : compute.name}
          isPicked={compute.id === pickedComputeId}
        />
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly compute: PickerCompute;
  /** Shown where its group's heading is not. */
  readonly account: string;
  readonly title: string;
  readonly isPicked: boolean;
}

function Choice({ compute, account, title, isPicked }: ChoiceProps): VNode {
  const kind = compute.type === 'read_only' ? 'read-only replica' : null;
  const lastUsed = compute.lastUsed === null ? null : `used ${compute.lastUsed}`;
  const signIn = compute.asksToSignIn && compute.obstacle === null ? 'asks to sign in again' : null;
  const details = [kind, lastUsed, signIn].filter((part) => part !== null).join(' · ');
  return (
    <label class="choice">
      <input
        type="radio"
        name="compute_id"
        value={compute.id}
        checked={isPicked}
        disabled={compute.obstacle !== null}
        data-read-only={compute.offersReadOnly ? 'offered' : undefined}
        required
      />
      <span class="choice-name">
        <bdi>{title}</bdi>
        <span class="choice-detail">
          <span class="choice-account">
            <bdi>{account}</bdi>
            {details !== '' && ' · '}
          </span>
          {details}
        </span>
        {compute.obstacle !== null && <span class="choice-detail">{compute.obstacle}</span>}
      </span>
      {compute.state !== 'active' && <span class={`state ${compute.state}`}>{STATES[compute.state]}</span>}
    </label>
  );
}

const STATES = { idle: 'idle, will wake', init: 'starting' } as const;
