import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { stationAnswer, type StationAnswer } from './demo-answers.js';
import { DemoFault } from './demo-fault.js';
import { refused, type DemoGateway } from './demo-gateway.js';

/** A station of the swarm, with what it needs to speak. */
export interface SwarmStation {
  readonly stationId: string;
  readonly password: string;
  readonly visited: string;
  readonly record: StationAnswer;
}

const registered = z.looseObject({ stationId: z.string(), password: z.string() });
const OWNER = 'duke-energy';
const MODEL = 'DUKE-CLT-001';
const COPIED = [
  'provider',
  'providerSharePercentage',
  'place',
  'timeZone',
  'stationClass',
  'taxes',
  'evses',
];

async function demoStation(gateway: DemoGateway, stationId: string): Promise<SwarmStation> {
  const password = gateway.credentials.stations[stationId]?.password ?? '';
  for (const visited of gateway.utilities) {
    const answer = await gateway.ask(visited, 'GET', `/stations/${stationId}`);
    if (answer.status === 200) {
      return { stationId, password, visited, record: stationAnswer.parse(answer.body) };
    }
  }
  throw new DemoFault(`No utility has the demonstration station ${stationId}.`);
}

/** A password is shown once, so a swarm registers stations of its own under new names. */
async function newStation(gateway: DemoGateway, stationId: string): Promise<SwarmStation> {
  const { document } = await gateway.get(OWNER, `/stations/${MODEL}`, stationAnswer);
  const body = Object.fromEntries(COPIED.map((name) => [name, document[name]]));
  const answer = await gateway.ask(OWNER, 'POST', '/stations', { ...body, stationId });
  if (answer.status !== 201) throw refused(`registering ${stationId}`, answer);
  const { password } = registered.parse(answer.body);
  return { stationId, password, visited: OWNER, record: stationAnswer.parse(answer.body) };
}

/** The demonstration's stations, and as many new ones as are missing. */
export async function gatherStations(
  gateway: DemoGateway,
  wanted: number,
): Promise<SwarmStation[]> {
  const known = Object.keys(gateway.credentials.stations).slice(0, wanted);
  const stations = await Promise.all(known.map((stationId) => demoStation(gateway, stationId)));
  const run = randomBytes(3).toString('hex').toUpperCase();
  while (stations.length < wanted) {
    const number = String(stations.length + 1).padStart(3, '0');
    stations.push(await newStation(gateway, `SWARM-${run}-${number}`));
  }
  return stations;
}
