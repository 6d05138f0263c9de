// The choice of account, project and compute in one list of radio buttons, grouped by account. Works without script; the
// search field above a long list appears with it.

import type { VNode } from 'preact';

export interface PickerCompute {
  readonly id: string;
  readonly name: string;
  readonly type: 'read_write' | 'read_only';
  readonly state: 'init' | 'active' | 'idle';
  /** Why it cannot be chosen, as a full sentence; null when it can. */
  readonly obstacle: string | null;
  readonly offersReadOnly: boolean;
  /** When this person used it last, in words; null: never. */
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
  /** Beside the name: `organization`, `personal account`, `shared with you`. */
  readonly kind: string;
  readonly projects: readonly PickerProject[];
}

interface TargetPickerProps {
  readonly accounts: readonly PickerAccount[];
  readonly pickedComputeId: string | null;
}

/** From this many computes on a search field is worth its place. */
const SEARCH_FROM_COMPUTES = 8;

export function TargetPicker({ accounts, pickedComputeId }: TargetPickerProps): VNode {
  const computeCount = accounts.flatMap((account) => account.projects.flatMap((project) => project.computes)).length;
  return (
    <fieldset class="picker">
      <legend class="visually-hidden">Account, project and compute</legend>
      {computeCount >= SEARCH_FROM_COMPUTES && (
        <div class="field" data-picker-search hidden>
          <label for="picker-search">Find a project</label>
          <input class="input" id="picker-search" type="search" placeholder="Name or id" autocomplete="off" />
          <p class="help" role="status" data-picker-count />
        </div>
      )}
      {accounts.map((account) => (
        <fieldset class="picker-account" data-picker-group>
          <legend>
            <bdi>{account.name}</bdi> <span class="kind">{account.kind}</span>
          </legend>
          <div class="picker-list">
            {account.projects.map((project) => (
              <Project project={project} pickedComputeId={pickedComputeId} />
            ))}
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
}

function Project({ project, pickedComputeId }: { project: PickerProject; pickedComputeId: string | null }): VNode {
  const [first, ...others] = project.computes;
  const isSingle = first !== undefined && others.length === 0;
  return (
    <div class="picker-project" data-picker-project={`${project.name} ${project.id}`.toLowerCase()}>
      {!isSingle && (
        <p class="picker-project-name">
          <bdi>{project.name}</bdi>
        </p>
      )}
      {project.computes.map((compute) => (
        <Choice
          compute={compute}
          title={isSingle ? project.name : compute.name}
          subtitle={isSingle ? compute.name : null}
          isPicked={compute.id === pickedComputeId}
        />
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly compute: PickerCompute;
  readonly title: string;
  readonly subtitle: string | null;
  readonly isPicked: boolean;
}

function Choice({ compute, title, subtitle, isPicked }: ChoiceProps): VNode {
  const kind = compute.type === 'read_only' ? 'read-only replica' : null;
  const lastUsed = compute.lastUsed === null ? null : `used ${compute.lastUsed}`;
  const details = [subtitle, kind, lastUsed].filter((part) => part !== null).join(' · ');
  return (
    <label class="choice">
      <input
        type="radio"
        name="compute_id"
        value={compute.id}
        checked={isPicked}
        disabled={compute.obstacle !== null}
        data-read-only={compute.offersReadOnly ? 'offered' : 'missing'}
        required
      />
      <span class="choice-name">
        <bdi>{title}</bdi>
        {details !== '' && (
          <span class="choice-detail">
            <bdi>{details}</bdi>
          </span>
        )}
        {compute.obstacle !== null && <span class="choice-detail">{compute.obstacle}</span>}
      </span>
      <span class={`state ${compute.state}`}>{STATES[compute.state]}</span>
    </label>
  );
}

const STATES = { active: 'active', idle: 'idle, will wake', init: 'starting' } as const;
