import { cinPrefix, providerPart, type Cin, type ContractId } from '@roamgrid/cin';
import type { RegistryEntry } from '@roamgrid/contracts';
import { parseEnergyKwh, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { ConsumerSettings } from '../ports.js';

/** What the consortium's registry says of the utility itself. */
export type OwnEntry = Pick<RegistryEntry, 'currency' | 'cinPrefixes' | 'contractProviders'>;

/** far above any bill, far below what a column of minor units holds */
const GREATEST_MINOR = 1_000_000_000_000n;
const GREATEST_ENERGY_KWH = '1000000';

function refuse(path: string, message: string): never {
  throw new RoamgridError('unprocessable', `the consumer cannot be kept: ${path} ${message}`, [
    { path, message },
  ]);
}

/** Reads a number of the request; one that cannot be read is the field's fault, not the request's. */
function readField(path: string, read: () => bigint): bigint {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return refuse(path, error.message);
  }
}

function checkRange(path: string, value: bigint, greatest: bigint): void {
  if (value < 0n) refuse(path, 'is negative');
  if (value > greatest) refuse(path, 'is too large');
}

/** An amount of `currency` that a consumer may have. @throws RoamgridError `unprocessable` */
export function checkAmount(path: string, amount: string, currency: string): void {
  const minor = readField(path, () => parseMoney(amount, currency).minor);
  checkRange(path, minor, GREATEST_MINOR);
}

/** @throws RoamgridError `unprocessable`, naming the member */
export function checkLimits(
  limits: Partial<Pick<ConsumerSettings, 'limitAmount' | 'limitEnergyKwh'>>,
  currency: string,
): void {
  const { limitAmount, limitEnergyKwh } = limits;
  if (limitAmount !== undefined) checkAmount('limitAmount', limitAmount, currency);
  if (limitEnergyKwh !== undefined) {
    const energyMilliWh = readField('limitEnergyKwh', () => parseEnergyKwh(limitEnergyKwh));
    checkRange('limitEnergyKwh', energyMilliWh, parseEnergyKwh(GREATEST_ENERGY_KWH));
  }
}

/** Who pays by card or debit names what is charged. @throws RoamgridError `unprocessable` */
export function checkPayment({
  paymentMode,
  paymentMethod,
}: Pick<ConsumerSettings, 'paymentMode' | 'paymentMethod'>): void {
  const needsMethod = paymentMode === 'creditCard' || paymentMode === 'debit';
  if (needsMethod && paymentMethod === undefined) refuse('paymentMethod', 'is missing');
  if (!needsMethod && paymentMethod !== undefined) {
    refuse('paymentMethod', `is nothing that ${paymentMode} is charged to`);
  }
}

/** A consumer is billed in the utility's own currency. @throws RoamgridError `unprocessable` */
export function checkCurrency(own: OwnEntry, currency: string): void {
  if (currency !== own.currency) refuse('currency', `is not ${own.currency}`);
}

/**
 * What others route by must lead here, else the consumer could never be found.
 *
 * @throws RoamgridError `unprocessable`; the detail never repeats the number
 */
export function checkRouting(own: OwnEntry, cin: Cin, contractId: ContractId | null): void {
  if (!own.cinPrefixes.includes(cinPrefix(cin))) refuse('cin', 'has a prefix of another utility');
  if (contractId !== null && !own.contractProviders.includes(providerPart(contractId))) {
    refuse('contractId', 'names the provider of another utility');
  }
}

/**
 * Payment mode and currency stay: another would need the consumer's account to be moved.
 *
 * @throws RoamgridError `state_conflict`
 */
export function checkUnchanged(before: ConsumerSettings, changes: Partial<ConsumerSettings>): void {
  for (const path of ['paymentMode', 'currency'] as const) {
    if (changes[path] !== undefined && changes[path] !== before[path]) {
      throw new RoamgridError('state_conflict', `a consumer's ${path} does not change`, [
        { path, message: `stays ${before[path]}` },
      ]);
    }
  }
}
