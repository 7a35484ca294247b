import { systemIds } from '@roamgrid/platform';

export const VISITED = 'duke-energy';
const STATION = 'DUKE-CLT-001';
const CIN = '84000195011000012374';

/** A driver of Alabama Power at a station of Duke Energy, as the router asks `aaa`. */
export function swipeRequest() {
  return {
    sessionId: systemIds.uuid(),
    stationId: STATION,
    connectorId: 1,
    identity: {
      outcome: 'read' as const,
      identity: { kind: 'cin' as const, value: CIN },
      homeUtility: 'alabama-power',
    },
    medium: 'rfid' as const,
    assurance: 'claimed' as const,
    pin: null,
    requestedEnergyKwh: '20',
    idempotencyKey: null,
    wire: {
      protocol: 'http' as const,
      messageId: null,
      action: 'swipes',
      receivedAt: new Date().toISOString(),
      raw: '{}',
    },
  };
}
