/** The subprotocols spoken, the preferred one first. */
export const PROTOCOLS = ['ocpp2.0.1', 'ocpp1.6'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What may be wrong with a call, before any version spells it. */
export type FaultKind =
  | 'framework'
  | 'messageType'
  | 'notImplemented'
  | 'notSupported'
  | 'format'
  | 'occurrence'
  | 'type'
  | 'property'
  | 'internal';

const SPELLING: Readonly<Record<Protocol, Readonly<Record<FaultKind, string>>>> = {
  'ocpp2.0.1': {
    framework: 'RpcFrameworkError',
    messageType: 'MessageTypeNotSupported',
    notImplemented: 'NotImplemented',
    notSupported: 'NotSupported',
    format: 'FormatViolation',
    occurrence: 'OccurrenceConstraintViolation',
    type: 'TypeConstraintViolation',
    property: 'PropertyConstraintViolation',
    internal: 'InternalError',
  },
  // OCPP-J 1.6 writes two of them its own way and knows neither the framework's nor the type's error
  'ocpp1.6': {
    framework: 'FormationViolation',
    messageType: 'ProtocolError',
    notImplemented: 'NotImplemented',
    notSupported: 'NotSupported',
    format: 'FormationViolation',
    occurrence: 'OccurenceConstraintViolation',
    type: 'TypeConstraintViolation',
    property: 'PropertyConstraintViolation',
    internal: 'InternalError',
  },
};

/** The CALLERROR code of a version. */
export function errorCodeOf(protocol: Protocol, kind: FaultKind): string {
  return SPELLING[protocol][kind];
}

/** A call that is answered by a CALLERROR. The detail repeats nothing of what was sent. */
export class OcppFault extends Error {
  override readonly name = 'OcppFault';
  readonly kind: FaultKind;

  constructor(kind: FaultKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

const BILLING_ACTIONS: ReadonlySet<string> = new Set([
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
  'TransactionEvent',
]);

/** Whether revenue hangs on this action: refused, it opens suspense. */
export function isBillingAction(action: string | null): boolean {
  return action !== null && BILLING_ACTIONS.has(action);
}
