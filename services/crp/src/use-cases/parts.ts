import type { DrainRequest } from '@roamgrid/contracts';
import type { Clock, IdSource, Log, Registry, Signer, Verifier } from '@roamgrid/platform';
import type {
  AgreedTariffStore,
  AgreementStore,
  FxStore,
  LoadSignalStore,
  NegotiationStore,
  PartnerCrp,
  PartnerTariffStore,
  PlanStore,
  PolicyGauge,
  PolicyStore,
  RetailTariffStore,
  TariffStore,
} from '../ports.js';

/** What the use cases stand on; each takes what it needs of it. */
export interface CrpParts {
  readonly utility: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly registry: Registry;
  readonly log: Pick<Log, 'warn'>;
  readonly tariffs: TariffStore;
  readonly partnerTariffs: PartnerTariffStore;
  readonly agreements: AgreementStore;
  readonly loadSignals: LoadSignalStore;
  readonly policies: PolicyStore;
  readonly policyGauge: PolicyGauge;
  readonly negotiations: NegotiationStore;
  readonly agreedTariffs: AgreedTariffStore;
  readonly plans: PlanStore;
  readonly fx: FxStore;
  readonly retailTariffs: RetailTariffStore;
  readonly partners: PartnerCrp;
  readonly drain: (wish: DrainRequest) => Promise<void>;
}
