import type { WireFrame } from '@roamgrid/contracts';
import { formatInstant, type InstantMs } from '@roamgrid/kernel';
import { redactName } from './identity/redact.js';

const LONGEST_RAW = 70_000;
const LONGEST_NAME = 64;

interface WireParts {
  readonly protocol: WireFrame['protocol'];
  readonly messageId: string | null;
  readonly action: string | null;
  readonly receivedAt: InstantMs;
  /** redacted already */
  readonly raw: string;
}

/** Text that a database can hold: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The frame as the wire log keeps it. */
export function wireOf(parts: WireParts): WireFrame {
  return {
    protocol: parts.protocol,
    messageId:
      parts.messageId === null
        ? null
        : storable(redactName(parts.messageId)).slice(0, LONGEST_NAME),
    action:
      parts.action === null ? null : storable(redactName(parts.action)).slice(0, LONGEST_NAME),
    receivedAt: formatInstant(parts.receivedAt),
    raw: storable(parts.raw).slice(0, LONGEST_RAW),
  };
}
