import {
  contractAcceptance,
  contractChanges,
  contractRevision,
  contractView,
  endContract,
  identifier,
  readContractVersion,
  uuid,
  type ContractView,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { pageOf } from './answers.js';

const readers = { scopes: ['billing:read', 'consumers:write'] } as const;
const writers = { scopes: ['consumers:write'] } as const;
const tag = 'Consumers';

const contractAnswer = z.looseObject(contractView.shape).meta({ id: 'DriverContract' });
const contractParams = z.strictObject({ driverContractId: uuid });
const version = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);
const revision = (answer: object): string => contractRevision(answer as ContractView);

/** What is not named stays as the version before, or the last contract, has it. */
const changes = contractChanges.extend({ acceptance: contractAcceptance.optional() });

export const listDriverContracts = defineRoute({
  method: 'GET',
  path: '/driver-contracts',
  name: 'listDriverContracts',
  tag,
  summary: "Drivers' contracts with their newest versions, newest first.",
  ...readers,
  query: z.strictObject({
    ...pageQuery,
    consumerId: identifier.optional(),
    state: contractView.shape.state.optional(),
  }),
  reply: pageOf(contractAnswer),
});

export const getDriverContract = defineRoute({
  method: 'GET',
  path: '/driver-contracts/:driverContractId',
  name: 'getDriverContract',
  tag,
  summary: "A driver's contract: its newest version, the list of all, and its end.",
  ...readers,
  params: contractParams,
  reply: contractAnswer,
  revision,
});

export const getDriverContractVersion = defineRoute({
  method: 'GET',
  path: '/driver-contracts/:driverContractId/versions/:version',
  name: 'getDriverContractVersion',
  tag,
  summary: 'One version as it was signed, and when it was in force; it never changes.',
  ...readers,
  params: contractParams.extend({ version }),
  reply: readContractVersion.reply.shape.found.unwrap().meta({ id: 'DriverContractVersion' }),
});

export const postDriverContractVersion = defineRoute({
  method: 'POST',
  path: '/driver-contracts/:driverContractId/versions',
  name: 'amendDriverContract',
  tag,
  summary:
    'Signs the next version, in force at once; `If-Match` names the one before, `version` the number it is to have.',
  ...writers,
  params: contractParams,
  body: changes.extend({ version: contractView.shape.version.optional() }),
  status: 201,
  reply: contractAnswer,
  revision,
});

export const postDriverContractEnd = defineRoute({
  method: 'POST',
  path: '/driver-contracts/:driverContractId/end',
  name: 'endDriverContract',
  tag,
  summary: 'Ends a contract now: no new mandate; what was charged is billed.',
  ...writers,
  params: contractParams,
  body: endContract.request.pick({ reason: true }),
  reply: contractAnswer,
  revision,
});

export const postConsumerDriverContract = defineRoute({
  method: 'POST',
  path: '/consumers/:consumerId/driver-contracts',
  name: 'concludeDriverContract',
  tag,
  summary: 'Another contract with a consumer whose last one has ended.',
  ...writers,
  params: z.strictObject({ consumerId: identifier }),
  body: changes,
  status: 201,
  reply: contractAnswer,
  revision,
});
