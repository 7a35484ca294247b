import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  connectorId,
  identity,
  instantString,
  refusalReason,
  stationId,
  tier,
  utilitySlug,
  uuid,
} from '../../values.js';

/** A connector that home asked a visited utility to keep for its driver. */
export const reservation = z.strictObject({
  reservationId: uuid,
  visitedUtility: utilitySlug,
  stationId,
  /**
   * `honoured`: the station keeps it; `failed`: nobody knows, or the station is not there; `used`: its driver has
   * begun; `displaced`: a higher tier has the connector
   */
  state: z.enum([
    'pending',
    'honoured',
    'refused',
    'failed',
    'cancelling',
    'cancelled',
    'used',
    'expired',
    'displaced',
  ]),
  /** `connector_occupied`: it is kept for a driver of the same tier or a higher one */
  reason: refusalReason.nullable(),
  /** the station's own word */
  detail: z.string().nullable(),
});
export type Reservation = z.infer<typeof reservation>;

const wish = {
  stationId,
  /** null: any of the station's */
  connectorId: connectorId.nullable(),
  identity,
  tier,
  until: instantString,
};

export const askReservation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'askReservation',
  version: 1,
  summary: "Home's staff asks a visited utility to keep a connector for a driver.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ ...wish, visitedUtility: utilitySlug }),
  reply: reservation,
});

export const reserveForHome = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'reserveForHome',
  version: 1,
  summary: 'Home asks visited to keep a connector for its driver, with the driver’s loyalty tier.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({ ...wish, homeUtility: utilitySlug }),
  reply: reservation,
});

export const findReservation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'findReservation',
  version: 1,
  summary: 'What became of a reservation that home asked for.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ visitedUtility: utilitySlug, reservationId: uuid }),
  reply: reservation,
});

export const readReservationForHome = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'readReservationForHome',
  version: 1,
  summary: 'Home asks visited what became of a reservation that it asked for.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({ homeUtility: utilitySlug, reservationId: uuid }),
  reply: reservation,
});

/** Idempotent: the station is called once, however often home asks. */
export const cancelReservation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'cancelReservation',
  version: 1,
  summary: "Home's staff cancels a reservation that it asked a visited utility for.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ visitedUtility: utilitySlug, reservationId: uuid }),
  reply: reservation,
});

export const cancelReservationForHome = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'cancelReservationForHome',
  version: 1,
  summary: 'Home asks visited to cancel a reservation that it asked for.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({ homeUtility: utilitySlug, reservationId: uuid }),
  reply: reservation,
});
