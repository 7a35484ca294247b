import type { FieldError } from '@roamgrid/kernel';

/** What a request came to; kept and given again. */
export type Outcome =
  | { readonly ok: true; readonly body: object }
  | {
      readonly ok: false;
      readonly code: string;
      readonly detail: string;
      readonly fields: readonly FieldError[];
    };
