import type {
  CustomerClass,
  SignedAgreedTariff,
  SignedMandate,
  SignedRetailTariff,
  StationClass,
} from '@roamgrid/contracts';

/** What the drivers of a plan pay under an agreed tariff, both as they were signed. */
export interface OfflinePrice {
  readonly agreedTariff: SignedAgreedTariff;
  readonly retailTariff: SignedRetailTariff;
}

export interface OfflinePriceKey {
  readonly homeUtility: string;
  readonly agreementHash: string;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
  readonly planId: string;
  readonly tier: SignedRetailTariff['document']['tier'];
}

/** A plan and tier that drivers in a directory have and whose price is not known here. */
export interface MissingPrice {
  readonly agreedTariff: SignedAgreedTariff;
  readonly planId: string;
  readonly tier: OfflinePriceKey['tier'];
}

/** Visited's side of the off-line rule: prices fetched ahead, and mandates made while a home was silent. */
export interface OfflineStore {
  keepPrice(price: OfflinePrice): Promise<void>;
  /** the one that holds longest */
  price(key: OfflinePriceKey, nowMs: number): Promise<OfflinePrice | null>;
  missingPrices(nowMs: number, limit: number): Promise<MissingPrice[]>;
  keepMandate(mandate: SignedMandate): Promise<void>;
  markUsedUp(mandateId: string): Promise<void>;
}
