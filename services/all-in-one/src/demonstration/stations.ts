/** A station of the demonstration consortium (INTERFACE §3). */
export interface DemoStation {
  readonly stationId: string;
  readonly utility: string;
  readonly provider: string;
  readonly place: string;
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
    timeZone: 'America/Toronto',
    currentType: 'AC',
    powerW: '22000',
    connectors: 1,
  },
];

export const PROVIDER_SHARE_PERCENTAGE = '20';
