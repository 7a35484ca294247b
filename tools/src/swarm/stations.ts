import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { stationAnswer } from '../demo-answers.js';
import { DemoFault } from '../demo-fault.js';
import { refused, type DemoGateway } from '../demo-gateway.js';
import { askUntilAnswered } from './answered.js';
import { atMost } from './at-most.js';

/** A station of the swarm, with what it needs to speak. */
export interface SwarmStation {
  readonly stationId: string;
  readonly password: string;
  readonly visited: string;
  readonly timeZone: string;
  readonly evses: readonly { readonly connectorId: number; readonly powerW: string }[];
}

const registered = z.looseObject({ stationId: z.string(), password: z.string() });
const stationPage = z.looseObject({ items: z.array(stationAnswer) });
type StationModel = z.infer<typeof stationAnswer>;

const COPIED = [
  'provider',
  'providerSharePercentage',
  'place',
  'timeZone',
  'stationClass',
  'taxes',
];
const REGISTERED_AT_ONCE = 8;

/** A station that each utility has already: what the swarm's stations there look like. */
async function modelsOf(gateway: DemoGateway): Promise<Map<string, StationModel>> {
  const models = new Map<string, StationModel>();
  for (const utility of gateway.utilities) {
    const { items } = await gateway.get(utility, '/stations?limit=1', stationPage);
    const [model] = items;
    if (model !== undefined) models.set(utility, model);
  }
  if (models.size === 0) throw new DemoFault('No utility has a station to model the swarm on.');
  return models;
}

/** Two can charge at once at each. */
function withTwo(evses: StationModel['document']['evses']): StationModel['document']['evses'] {
  const [first, second] = evses;
  if (first === undefined) throw new DemoFault('A station without a connector cannot charge.');
  return [first, second ?? { ...first, connectorId: first.connectorId + 1 }];
}

/** Registers as many stations as are wanted, spread over the utilities, under names of this run. */
export async function registerStations(
  gateway: DemoGateway,
  wanted: number,
): Promise<SwarmStation[]> {
  const models = [...(await modelsOf(gateway))];
  const run = randomBytes(3).toString('hex').toUpperCase();
  const numbers = Array.from({ length: wanted }, (_, index) => index);
  return atMost(REGISTERED_AT_ONCE, numbers, async (number) => {
    const model = models[number % models.length];
    if (model === undefined) throw new RangeError('there is a model');
    const [visited, { document }] = model;
    const stationId = `SWARM-${run}-${String(number + 1).padStart(3, '0')}`;
    const evses = withTwo(document.evses);
    const copied = Object.fromEntries(COPIED.map((name) => [name, document[name]]));
    const body = { ...copied, evses, stationId };
    const answer = await askUntilAnswered(gateway, visited, '/stations', body);
    if (answer.status !== 201) throw refused(`registering ${stationId}`, answer);
    const { password } = registered.parse(answer.body);
    return { stationId, password, visited, timeZone: document.timeZone, evses };
  });
}
