import type { DriverContractDocument } from '@roamgrid/contracts';
import type { ConsumerSettings } from './ports.js';

/** What of a consumer's settings is the contract's matter; what is charged to (a card's token) is not. */
export type ContractSettings = Omit<Required<ConsumerSettings>, 'paymentMethod'>;

export type ContractTerms = Pick<
  DriverContractDocument,
  'customerClass' | 'tier' | 'paymentMode' | 'currency' | 'limits' | 'allowed'
>;

/** Settings from before a member was known allow what it would allow. */
export function contractSettingsOf(settings: ConsumerSettings): ContractSettings {
  const { paymentMethod: _paymentMethod, ...terms } = settings;
  return { ...terms, roaming: terms.roaming ?? true, reservations: terms.reservations ?? true };
}

/** The terms as they stand in a version, beside its plan. */
export function termsOf(settings: ConsumerSettings): ContractTerms {
  const { customerClass, tier, paymentMode, currency, ...rest } = contractSettingsOf(settings);
  const { limitEnergyKwh, limitAmount, maxConcurrentSessions } = rest;
  const { roaming, reservations, preAgreedPrice } = rest;
  return {
    customerClass,
    tier,
    paymentMode,
    currency,
    limits: { energyKwh: limitEnergyKwh, amount: limitAmount, maxConcurrentSessions },
    allowed: { roaming, reservations, preAgreedPrice },
  };
}

/** The settings that a version stands for. */
export function settingsOf(document: DriverContractDocument): ContractSettings {
  const { plan, customerClass, tier, paymentMode, currency, limits, allowed } = document;
  return {
    customerClass,
    planId: plan.planId,
    tier,
    paymentMode,
    currency,
    limitEnergyKwh: limits.energyKwh,
    limitAmount: limits.amount,
    maxConcurrentSessions: limits.maxConcurrentSessions,
    ...allowed,
  };
}

/** Whether two settings are the same contract. */
export function isSameContract(left: ConsumerSettings, right: ConsumerSettings): boolean {
  const [one, other] = [contractSettingsOf(left), contractSettingsOf(right)];
  return (Object.keys(one) as (keyof ContractSettings)[]).every(
    (name) => one[name] === other[name],
  );
}
