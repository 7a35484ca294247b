import type { Plug, StationLocation } from '@roamgrid/contracts';

/** A station of the demonstration consortium (INTERFACE §3). */
export interface DemoStation {
  readonly stationId: string;
  readonly utility: string;
  readonly provider: string;
  readonly place: string;
  /** an invented street in a real city */
  readonly location: StationLocation;
  readonly plug: Plug;
  readonly timeZone: string;
  readonly currentType: 'AC' | 'DC';
  readonly powerW: string;
  readonly connectors: number;
}

export const DEMO_STATIONS: readonly DemoStation[] = [
  {
    stationId: 'DUKE-CLT-001',
    utility: 'duke-energy',
    provider: 'queen-city-parking',
    place: 'Charlotte NC',
    location: {
      address: '1 Demonstration Street',
      city: 'Charlotte',
      postalCode: '28202',
      country: 'USA',
      coordinates: { latitude: '35.22709', longitude: '-80.84313' },
    },
    plug: { standard: 'IEC_62196_T2', format: 'SOCKET', powerType: 'AC_3_PHASE' },
    timeZone: 'America/New_York',
    currentType: 'AC',
    powerW: '22000',
    connectors: 2,
  },
  {
    stationId: 'DUKE-RDU-002',
    utility: 'duke-energy',
    provider: 'triangle-malls',
    place: 'Raleigh NC',
    location: {
      address: '2 Demonstration Street',
      city: 'Raleigh',
      postalCode: '27601',
      country: 'USA',
      coordinates: { latitude: '35.77959', longitude: '-78.63818' },
    },
    plug: { standard: 'IEC_62196_T1_COMBO', format: 'CABLE', powerType: 'DC' },
    timeZone: 'America/New_York',
    currentType: 'DC',
    powerW: '150000',
    connectors: 1,
  },
  {
    stationId: 'ALA-BHM-001',
    utility: 'alabama-power',
    provider: 'magic-city-garages',
    place: 'Birmingham AL',
    location: {
      address: '3 Demonstration Street',
      city: 'Birmingham',
      postalCode: '35203',
      country: 'USA',
      coordinates: { latitude: '33.51859', longitude: '-86.81036' },
    },
    plug: { standard: 'IEC_62196_T1', format: 'CABLE', powerType: 'AC_1_PHASE' },
    timeZone: 'America/Chicago',
    currentType: 'AC',
    powerW: '11000',
    connectors: 2,
  },
  {
    stationId: 'GEO-ATL-001',
    utility: 'georgia-power',
    provider: 'peach-plazas',
    place: 'Atlanta GA',
    location: {
      address: '4 Demonstration Street',
      city: 'Atlanta',
      postalCode: '30303',
      country: 'USA',
      coordinates: { latitude: '33.74900', longitude: '-84.38798' },
    },
    plug: { standard: 'IEC_62196_T1_COMBO', format: 'CABLE', powerType: 'DC' },
    timeZone: 'America/New_York',
    currentType: 'DC',
    powerW: '50000',
    connectors: 1,
  },
  {
    stationId: 'NOR-TOR-001',
    utility: 'northern-hydro',
    provider: 'lakeshore-lots',
    place: 'Toronto ON',
    location: {
      address: '5 Demonstration Street',
      city: 'Toronto',
      postalCode: 'M5H 2N2',
      country: 'CAN',
      coordinates: { latitude: '43.65107', longitude: '-79.34702' },
    },
    plug: { standard: 'IEC_62196_T2', format: 'SOCKET', powerType: 'AC_3_PHASE' },
    timeZone: 'America/Toronto',
    currentType: 'AC',
    powerW: '22000',
    connectors: 1,
  },
];

export const PROVIDER_SHARE_PERCENTAGE = '20';
