import { formatInstant } from '@roamgrid/kernel';
import type { LocalListStore, UncheckedIdentifier } from '../../local-list-ports.js';
import type { AaaParts } from '../../aaa-parts.js';

/** with the interval of the push well below the minute in which a revocation is in force */
const CHECKED_EVERY_MS = 25_000;
const MOST_AT_ONCE = 400;

/**
 * Whether the profiles still hold a mandate for each who is listed. Revocations are told; that an agreement rests
 * or a card was blocked alone is not, and is looked up.
 */
export async function checkListed(
  parts: Pick<AaaParts, 'clock' | 'neighbours'>,
  lists: LocalListStore,
): Promise<void> {
  const nowMs = parts.clock.now();
  const listed = await lists.unchecked(nowMs - CHECKED_EVERY_MS, MOST_AT_ONCE);
  for (const identifier of listed) {
    await lists.noteChecked(identifier, await isHeld(parts, identifier), parts.clock.now());
  }
}

async function isHeld(
  { neighbours, clock }: Pick<AaaParts, 'clock' | 'neighbours'>,
  { identity, homeUtility, stationClass }: UncheckedIdentifier,
): Promise<boolean> {
  if (identity.kind === 'uid') {
    const token = await neighbours.findToken(identity);
    if (token === null || token.state === 'blocked') return false;
  }
  const held = await neighbours.findMandate(
    {
      identity,
      homeUtility,
      medium: 'rfid',
      assurance: 'claimed',
      stationClass,
      at: formatInstant(clock.now()),
    },
    null,
  );
  return held !== null;
}
