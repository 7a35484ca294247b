import type { Identity } from '@roamgrid/contracts';
import type { Clock, IdSource, Signer, Verifier } from '@roamgrid/platform';
import type { AaaStore, EventStore, Neighbours, StationStore, VisitStore } from './ports.js';
import type { PartnerStandings } from './partner-standings.js';
import type { RememberedVisits } from './remembered-visits.js';
import type { ShownLately } from './shown-lately.js';
import type { SilentHomes } from './silent-homes.js';

/** What the use cases of one utility's AAA stand on. */
export interface AaaParts {
  readonly utility: string;
  /** the utility's name as a driver reads it */
  readonly utilityName: string;
  /** the other members of the consortium */
  readonly partners: () => readonly string[];
  readonly store: AaaStore;
  readonly events: EventStore;
  readonly stations: StationStore;
  readonly visits: VisitStore;
  readonly neighbours: Neighbours;
  readonly remembered: RememberedVisits;
  readonly silentHomes: SilentHomes;
  readonly shownLately: ShownLately;
  readonly standings: PartnerStandings;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** a keyed hash of what the driver showed, the same for the same medium */
  readonly identityKeyOf: (identity: { kind: string; value: string }) => string;
  /** what the driver showed, readable for this service alone */
  readonly sealIdentifier: (identity: Identity) => Uint8Array;
}
