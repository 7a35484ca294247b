import { describe, expect, it } from '@jest/globals';
import { compareProcesses, readProcesses, type ProcessReadings } from '../src/steadiness.js';

const METRICS = `# HELP roamgrid_process_start_time_seconds When the process began
# TYPE roamgrid_process_start_time_seconds gauge
roamgrid_process_start_time_seconds{program="duke-energy/aaa"} 1763755200
roamgrid_process_resident_bytes{program="duke-energy/aaa"} 104857600
roamgrid_process_handles{program="duke-energy/aaa"} 20
roamgrid_process_handles{program="half a story"} 20
roamgrid_station_sockets 3
`;
const BASE: ProcessReadings = {
  'duke-energy/aaa': {
    startTimeSeconds: 1_763_755_200,
    residentBytes: 104_857_600,
    handles: 20,
  },
};
const withReading = (changes: Partial<ProcessReadings[string]>): ProcessReadings =>
  Object.fromEntries(
    Object.entries(BASE).map(([program, reading]) => [program, { ...reading, ...changes }]),
  );

describe('what the programs of a gateway hold', () => {
  it('is read from its metrics', () => {
    expect(readProcesses(METRICS)).toEqual(BASE);
  });

  it.each<[string, ProcessReadings, string[]]>([
    ['as before', BASE, []],
    ['a tenth more', withReading({ residentBytes: 115_343_360, handles: 22 }), []],
    ['what a collector lets swing', withReading({ residentBytes: 171_966_464 }), []],
    ['less', withReading({ residentBytes: 1, handles: 1 }), []],
    [
      'memory that is not given back',
      withReading({ residentBytes: 171_966_465 }),
      ['duke-energy/aaa holds 164 MB, and held 100 MB'],
    ],
    [
      'sockets that are not closed',
      withReading({ handles: 23 }),
      ['duke-energy/aaa has 23 open handles, and had 20'],
    ],
    [
      'one that ended and was started again',
      withReading({ startTimeSeconds: 1_763_755_300 }),
      ['duke-energy/aaa was started again'],
    ],
    ['one that is silent', {}, ['duke-energy/aaa does not tell any more what it holds']],
  ])('%s', (_what, now, expected) => {
    expect(compareProcesses(BASE, now)).toEqual(expected);
  });
});
