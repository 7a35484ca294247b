import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import {
  checkStationRecord,
  type NewStationRecord,
} from '../../src/use-cases/check-station-record.js';

const NOW_MS = Date.UTC(2026, 6, 1);
const EVSE = { connectorId: 1, powerW: '22000', currentType: 'AC', meterSerial: null } as const;
const RECORD: NewStationRecord = {
  type: 'stationRecord',
  schemaVersion: 1,
  stationId: 'DUKE-CLT-001',
  provider: 'queen-city-parking',
  providerSharePercentage: '10',
  place: 'Charlotte NC',
  timeZone: 'America/New_York',
  stationClass: 'AC',
  taxes: [{ name: 'State', percentage: '7.00' }],
  evses: [EVSE, { ...EVSE, connectorId: 2 }],
};

function pathsOf(changes: Partial<NewStationRecord>): readonly string[] {
  try {
    checkStationRecord({ ...RECORD, ...changes }, NOW_MS);
    return [];
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    expect(error.code).toBe('unprocessable');
    return error.fields.map(({ path }) => path);
  }
}

const taxed = (percentage: string) => [...RECORD.taxes, { name: 'City', percentage }];
const powered = (powerW: string) => ({ evses: [{ ...EVSE, powerW }] });

const TABLE: (readonly [string, Partial<NewStationRecord>, readonly string[]])[] = [
  ['all in order', {}, []],
  ['a share of 0', { providerSharePercentage: '0' }, []],
  ['a share of 100', { providerSharePercentage: '100.000000' }, []],
  ['a share below 0', { providerSharePercentage: '-0.000001' }, ['providerSharePercentage']],
  ['a share over 100', { providerSharePercentage: '100.000001' }, ['providerSharePercentage']],
  ['a share too fine', { providerSharePercentage: '1.0000001' }, ['providerSharePercentage']],
  ['no tax', { taxes: [] }, []],
  ['a tax below 0', { taxes: taxed('-1') }, ['taxes.1.percentage']],
  ['a tax over 100', { taxes: taxed('101') }, ['taxes.1.percentage']],
  ['a power of 1 W', powered('1'), []],
  ['a power of 10 MW', powered('10000000'), []],
  ['no power', powered('0'), ['evses.0.powerW']],
  ['a negative power', powered('-1'), ['evses.0.powerW']],
  ['a power over 10 MW', powered('10000001'), ['evses.0.powerW']],
  ['a connector twice', { evses: [EVSE, EVSE] }, ['evses.1.connectorId']],
  [
    'a current of another class',
    { evses: [EVSE, { ...EVSE, connectorId: 2, currentType: 'DC' }] },
    ['evses.1.currentType'],
  ],
  ['a zone of nowhere', { timeZone: 'Mars/Base' }, ['timeZone']],
  ['no zone', { timeZone: '' }, ['timeZone']],
  ['an id with a space', { stationId: 'DUKE 1' }, ['stationId']],
  ['an id too long', { stationId: 'D'.repeat(49) }, ['stationId']],
  [
    'many at once, each named',
    { stationId: '', stationClass: 'DC', providerSharePercentage: '200' },
    ['stationId', 'providerSharePercentage', 'evses.0.currentType', 'evses.1.currentType'],
  ],
];

describe('a station record', () => {
  it.each(TABLE)('%s', (name, changes, paths) => {
    expect({ name, paths: pathsOf(changes) }).toEqual({ name, paths });
  });
});
