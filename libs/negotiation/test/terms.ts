import { parsePriceMicros } from '@roamgrid/kernel';
import type { TariffDocument } from '@roamgrid/tariff';
import {
  checkMove,
  isOver,
  nextMove,
  scheduleOf,
  sideOf,
  type NegotiationMove,
  type NegotiationPolicy,
  type NegotiationTerms,
} from '../src/index.js';

/** 0.30 by day, 0.20 from 22:00 to 06:00, time and parking beside. */
export const dayAndNight: TariffDocument = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'wholesale-ac',
  currency: 'USD',
  elements: [
    {
      price_components: [
        { type: 'ENERGY', price: '0.20', step_size: 1, vat: '7.25' },
        { type: 'TIME', price: '1.00', step_size: 60 },
      ],
      restrictions: { start_time: '22:00', end_time: '06:00' },
    },
    { price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1, vat: '7.25' }] },
    { price_components: [{ type: 'PARKING_TIME', price: '2.00', step_size: 300 }] },
  ],
  last_updated: '2026-01-01T00:00:00Z',
};

export function termsWith(changes: {
  floor?: string;
  cap?: string;
  step?: string;
  rounds?: number;
  base?: TariffDocument;
}): NegotiationTerms {
  return {
    priceFloorMicros: parsePriceMicros(changes.floor ?? '0.10'),
    priceCapMicros: parsePriceMicros(changes.cap ?? '0.45'),
    gridStepMicros: parsePriceMicros(changes.step ?? '0.005'),
    rounds: changes.rounds ?? 10,
    defaultSchedule: scheduleOf(changes.base ?? dayAndNight) ?? [],
  };
}

/** Both sides play until it is over; every move is checked. */
export function play(
  terms: NegotiationTerms,
  policies: { visited: NegotiationPolicy; home: NegotiationPolicy },
): NegotiationMove[] {
  const transcript: NegotiationMove[] = [];
  while (!isOver(transcript, terms.rounds)) {
    const move = nextMove(policies[sideOf(transcript.length)], terms, transcript);
    checkMove(terms, transcript, move);
    transcript.push(move);
  }
  return transcript;
}
