/**
 * The states of a session and what moves them: one table, from which `docs/session-states.md` and the
 * tests are made. `rated` and `held` are settlement's and stand in the portal's view.
 */
export const SESSION_STATES = [
  'quoted',
  'refused',
  'consented',
  'declined',
  'expired',
  'charging',
  'idle',
  'ended',
  'suspense',
  'written_off',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export type SessionEvent =
  /** the driver's yes over HTTP */
  | 'consent'
  /** a start that is the consent, or follows a price agreed in advance */
  | 'startOnQuote'
  | 'start'
  /** the driver's no, before anything was metered */
  | 'decline'
  /** energy flows again */
  | 'resume'
  /** connected, no energy asked for */
  | 'pause'
  | 'stop'
  /** the quote's or the consent's time is over */
  | 'expire'
  /** an OCPP start that may not charge under the quote */
  | 'refuse'
  /** told late: it began while the consent held */
  | 'lateStart'
  /** content that contradicts itself ended the session */
  | 'contradict'
  /** staff ended the session's last item of suspense */
  | 'writeOff'
  /** staff said which registers are true */
  | 'bill';

interface Transition {
  readonly from: SessionState;
  readonly event: SessionEvent;
  readonly to: SessionState;
  readonly why: string;
}

export const SESSION_TRANSITIONS: readonly Transition[] = [
  { from: 'quoted', event: 'consent', to: 'consented', why: 'the driver agreed to the quote' },
  { from: 'quoted', event: 'startOnQuote', to: 'charging', why: 'OCPP: the start is the consent' },
  { from: 'quoted', event: 'decline', to: 'declined', why: 'the driver said no' },
  { from: 'quoted', event: 'expire', to: 'expired', why: 'a quote holds 5 minutes' },
  { from: 'quoted', event: 'refuse', to: 'refused', why: 'no price agreed, or no credit left' },
  { from: 'quoted', event: 'contradict', to: 'suspense', why: 'the start contradicts the clock' },
  { from: 'consented', event: 'start', to: 'charging', why: 'the station began to meter' },
  { from: 'consented', event: 'decline', to: 'declined', why: 'the driver changed their mind' },
  { from: 'consented', event: 'expire', to: 'expired', why: 'a consent waits 15 minutes' },
  {
    from: 'consented',
    event: 'contradict',
    to: 'suspense',
    why: 'the start contradicts the clock',
  },
  {
    from: 'expired',
    event: 'lateStart',
    to: 'charging',
    why: 'delivered late: it began while the consent held',
  },
  { from: 'expired', event: 'contradict', to: 'suspense', why: 'the late start cannot be true' },
  { from: 'charging', event: 'pause', to: 'idle', why: 'connected without energy: parking' },
  { from: 'charging', event: 'resume', to: 'charging', why: 'energy flows' },
  { from: 'charging', event: 'stop', to: 'ended', why: 'the station stopped metering' },
  {
    from: 'charging',
    event: 'contradict',
    to: 'suspense',
    why: 'the registers contradict each other',
  },
  { from: 'idle', event: 'resume', to: 'charging', why: 'energy flows again' },
  { from: 'idle', event: 'pause', to: 'idle', why: 'still parked' },
  { from: 'idle', event: 'stop', to: 'ended', why: 'the station stopped metering' },
  { from: 'idle', event: 'contradict', to: 'suspense', why: 'the registers contradict each other' },
  { from: 'suspense', event: 'writeOff', to: 'written_off', why: 'staff signed the write-off' },
  { from: 'suspense', event: 'bill', to: 'ended', why: 'staff corrected the registers: charged' },
];

/** How long a state waits before it expires, in milliseconds. */
export const QUOTE_HOLDS_MS = 5 * 60_000;
export const CONSENT_WAITS_MS = 15 * 60_000;

/** States that hold a connector and a reservation. */
export const ACTIVE_STATES: readonly SessionState[] = ['consented', 'charging', 'idle'];

/** The next state, or null where the event is not allowed. */
export function nextState(from: SessionState, event: SessionEvent): SessionState | null {
  return SESSION_TRANSITIONS.find((row) => row.from === from && row.event === event)?.to ?? null;
}
