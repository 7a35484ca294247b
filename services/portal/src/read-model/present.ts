import type { Caller } from '../http/caller.js';
import type { JsonObject, TraceEntry, View, ViewKind } from './view.js';

/** Members that an answer always has, whichever service has spoken so far. */
const SESSION_MEMBERS: JsonObject = {
  stationId: null,
  connectorId: null,
  cinMasked: null,
  homeUtility: null,
  visitedUtility: null,
  authorizedBy: null,
  homeCalls: null,
  agreedTariff: null,
  quote: null,
  consent: null,
  meter: null,
  flags: [],
  negotiationId: null,
  cdrId: null,
  invoiceId: null,
  billId: null,
};

/** What a provider sees of a session: what happened at its station, nothing of the driver. */
const PROVIDER_MEMBERS: ReadonlySet<string> = new Set([
  'stationId',
  'connectorId',
  'state',
  'homeUtility',
  'visitedUtility',
  'swipedAt',
  'startAt',
  'endAt',
  'energyKwh',
  'meter',
  'transactionId',
  'reason',
  'flags',
  'cdrId',
]);

function isProvider(caller: Caller | null): boolean {
  return caller !== null && caller.provider !== null;
}

function atStation(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => PROVIDER_MEMBERS.has(name)));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{document, documentHash, signature}` stand on the answer itself, wherever the view keeps them. */
function unwrapped(data: JsonObject, member: string): JsonObject {
  const { [member]: inner, ...rest } = data;
  return isObject(inner) && 'document' in inner ? { ...rest, ...inner } : data;
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/** What the caller may do next: only what the token's scopes would let through. */
function mayWrite(caller: Caller | null): boolean {
  return caller === null || caller.scopes.has('billing:write');
}

function presentCdr(id: string, data: JsonObject, caller: Caller | null): JsonObject {
  const { retail, ...rest } = unwrapped(data, 'cdr');
  const { document } = rest;
  return {
    cdrId: id,
    invoiceId: null,
    billId: null,
    flags: (isObject(document) ? document['flags'] : null) ?? [],
    ...rest,
    availableActions: mayWrite(caller) ? (rest['availableActions'] ?? []) : [],
    ...(retail === null || retail === undefined ? {} : { retail }),
  };
}

function presentInvoice(id: string, data: JsonObject, caller: Caller | null): JsonObject {
  const invoice = unwrapped(data, 'invoice');
  const { ledger } = invoice;
  return {
    invoiceId: id,
    ...invoice,
    ...(isObject(ledger) ? { ledger: withoutNulls(ledger) } : {}),
    availableActions: mayWrite(caller) ? (invoice['availableActions'] ?? []) : [],
  };
}

function presentSettlement(id: string, data: JsonObject, caller: Caller | null): JsonObject {
  const settlement = unwrapped(data, 'settlement');
  const { ledger, payments } = settlement;
  const mayWrite = caller === null || caller.scopes.has('billing:write');
  return {
    settlementId: id,
    ...settlement,
    ...(isObject(ledger) ? { ledger: withoutNulls(ledger) } : {}),
    payments: Array.isArray(payments) ? payments.filter(isObject).map(withoutNulls) : [],
    availableActions: mayWrite ? (settlement['availableActions'] ?? []) : [],
  };
}

/** A consumer's settings stand beside its other members. */
export function presentConsumer(data: JsonObject): JsonObject {
  const { settings, ...rest } = data;
  return isObject(settings) ? { ...rest, ...settings } : data;
}

/** A view as the API answers it. @param caller null where the answer is the same for everyone */
export function present(kind: ViewKind, { id, data }: View, caller: Caller | null): JsonObject {
  switch (kind) {
    case 'session':
      return {
        sessionId: id,
        ...SESSION_MEMBERS,
        ...(isProvider(caller) ? atStation(data) : data),
      };
    case 'cdr':
      return presentCdr(id, data, caller);
    case 'invoice':
      return presentInvoice(id, data, caller);
    case 'settlement':
      return presentSettlement(id, data, caller);
    case 'consumer':
      return { consumerId: id, ...presentConsumer(data) };
    case 'driverContract':
      return { driverContractId: id, ...data };
    case 'bill':
      return { billId: id, ...unwrapped(data, 'bill') };
    case 'tariff':
      return data;
    case 'agreement':
      return { agreementId: id, ...unwrapped(data, 'agreement') };
    case 'policy':
      return data;
    case 'loadSignal':
      return { loadSignalId: id, ...data };
    case 'negotiation':
      return { negotiationId: id, ...data };
    case 'mandate':
      return { mandateId: id, ...unwrapped(data, 'mandate') };
    case 'station':
      return { stationId: id, ...unwrapped(data, 'record') };
    case 'suspense':
      return { suspenseId: id, ...data };
  }
}

export function presentStep(entry: TraceEntry): JsonObject {
  const { at, step, from, to, durationMs, documentHash, detail } = entry;
  return {
    at,
    step,
    from,
    to,
    durationMs,
    ...(documentHash === null ? {} : { documentHash }),
    ...(detail === undefined ? {} : { detail }),
  };
}
