import { askReservation, connectorId, reservation, uuid } from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';

const reservationAnswer = z.strictObject(reservation.shape).meta({ id: 'Reservation' });

export const postReservation = defineRoute({
  method: 'POST',
  path: '/reservations',
  name: 'askReservation',
  tag: 'Reservations',
  summary:
    'As home: asks a visited utility to keep a connector for a driver; his tier goes before lower ones.',
  scopes: ['consumers:write'],
  body: askReservation.request.pick({ visitedUtility: true, stationId: true, until: true }).extend({
    cin: z.string(),
    connectorId: connectorId.optional(),
  }),
  status: 202,
  reply: reservationAnswer,
});

export const getReservation = defineRoute({
  method: 'GET',
  path: '/reservations/:reservationId',
  name: 'getReservation',
  tag: 'Reservations',
  summary: 'As home: what became of it at the visited utility.',
  scopes: ['consumers:write', 'sessions:read'],
  params: z.strictObject({ reservationId: uuid }),
  query: z.strictObject({ visitedUtility: reservation.shape.visitedUtility }),
  reply: reservationAnswer,
});

export const deleteReservation = defineRoute({
  method: 'DELETE',
  path: '/reservations/:reservationId',
  name: 'cancelReservation',
  tag: 'Reservations',
  summary:
    'As home: cancels what it asked for; the station is called once, however often one asks.',
  scopes: ['consumers:write'],
  params: z.strictObject({ reservationId: uuid }),
  query: z.strictObject({ visitedUtility: reservation.shape.visitedUtility }),
  status: 202,
  reply: reservationAnswer,
});
