/** What the control routes answer (docs/http_api.md, "Steering"). */

import type {CommandName} from '../catalog';

export type {CommandName};

export interface Breakpoint {
  readonly number: number;
  readonly text: string;
}

/** As the training process last wrote it. */
export interface RunState {
  readonly status: 'running' | 'paused' | 'ended';
  readonly step: number;
  readonly epoch: number;
  readonly why: string;
  readonly may_retry: boolean;
  /** Null where it is not finite; absent, like the two below, where the optimizer cannot be read. */
  readonly learning_rate?: number | null;
  readonly learning_rate_source?: 'variable' | 'schedule' | 'override';
  readonly clipping?: {readonly kind: string; readonly value: number | null};
  /** Paths of layers. */
  readonly frozen: readonly string[];
  readonly breakpoints: readonly Breakpoint[];
  readonly every: number | string;
}

export interface ControlAnswer {
  readonly enabled: boolean;
  /** Null where it is not known yet. */
  readonly alive: boolean | null;
  /** Why the run takes no commands; empty where it does. */
  readonly why: string;
  /** Null where the run cannot be steered. */
  readonly state: RunState | null;
}

export interface Outcome {
  readonly id: string;
  readonly command: string;
  readonly outcome: 'done' | 'refused' | 'superseded' | 'waiting';
  readonly why: string;
  readonly old?: string;
  readonly new?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type CommandArguments = Readonly<Record<string, unknown>>;
