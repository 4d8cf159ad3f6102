/** What the control routes answer (docs/http_api.md). */

export interface Breakpoint {
  readonly number: number;
  readonly text: string;
}

/** As the training last wrote it. */
export interface TrainingState {
  readonly status: 'running' | 'paused' | 'ended';
  readonly step: number;
  readonly epoch: number;
  readonly why: string;
  readonly may_retry: boolean;
  readonly learning_rate?: number | null;
  readonly learning_rate_source?: 'variable' | 'schedule' | 'override';
  readonly clipping?: {readonly kind: string; readonly value: number | null};
  readonly frozen: readonly string[];
  readonly breakpoints: readonly Breakpoint[];
  readonly every: number | string;
}

export interface ControlAnswer {
  readonly enabled: boolean;
  /** Null where it is not known yet. */
  readonly alive: boolean | null;
  readonly why: string;
  readonly state: TrainingState | null;
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
