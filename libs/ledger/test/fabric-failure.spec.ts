import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConnectionFile } from '../src/fabric/connection-file.js';
import { endorsersOf } from '../src/fabric/endorsers.js';
import { failureOf, unknownOutcome } from '../src/fabric/failure.js';

function gatewayError(
  code: status,
  message: string,
  details: readonly string[] = [],
): GatewayError {
  const cause: ServiceError = Object.assign(new Error(message), {
    code,
    details: message,
    metadata: new Metadata(),
  });
  return new GatewayError({
    code,
    message,
    details: details.map((text) => ({
      address: 'localhost:1',
      mspId: 'duke-energy-msp',
      message: text,
    })),
    cause,
  });
}

const refusal =
  'chaincode response 500, {"code":"state_conflict","detail":"the invoice is credited"}';

describe('what a failure of the network means', () => {
  it.each([
    [
      'the contract refuses, to submit',
      status.ABORTED,
      'failed to endorse',
      [refusal],
      'state_conflict',
      'giveUp',
    ],
    [
      'the contract refuses, to read',
      status.UNKNOWN,
      `evaluate call to endorser returned error: ${refusal}`,
      [],
      'state_conflict',
      'giveUp',
    ],
    [
      'the contract process is down',
      status.ABORTED,
      'failed to endorse',
      ['connection refused'],
      'ledger_unavailable',
      'retrySame',
    ],
    [
      'peers answer differently',
      status.ABORTED,
      'ProposalResponsePayloads do not match',
      [],
      'ledger_unavailable',
      'retrySame',
    ],
    [
      'nobody can endorse yet',
      status.FAILED_PRECONDITION,
      'no combination of peers',
      [],
      'ledger_unavailable',
      'retrySame',
    ],
    [
      'the own peer is down',
      status.UNAVAILABLE,
      'connection refused',
      [],
      'ledger_unavailable',
      'retrySame',
    ],
    ['a peer hangs', status.DEADLINE_EXCEEDED, 'deadline', [], 'ledger_unavailable', 'retrySame'],
    [
      'a peer hangs, told otherwise',
      status.CANCELLED,
      'cancelled',
      [],
      'ledger_unavailable',
      'retrySame',
    ],
    [
      'the identity was revoked',
      status.PERMISSION_DENIED,
      'access denied',
      [],
      'forbidden',
      'giveUp',
    ],
    [
      'the proposal is none',
      status.INVALID_ARGUMENT,
      'no such thing',
      [],
      'malformed_request',
      'giveUp',
    ],
    [
      'the proposal is too large',
      status.RESOURCE_EXHAUSTED,
      'received message larger than max',
      [],
      'malformed_request',
      'giveUp',
    ],
  ] as const)('%s', (_, code, message, details, expected, next) => {
    expect(failureOf(gatewayError(code, message, details))).toMatchObject({ code: expected, next });
  });

  it('is unknown once the orderer may have it', () => {
    const failure = unknownOutcome(
      gatewayError(status.UNAVAILABLE, 'no orderers could be reached'),
    );
    expect(failure).toMatchObject({ code: 'ledger_outcome_unknown', next: 'unknownOutcome' });
  });

  it('leaves a defect of the program as it is', () => {
    const defect = new TypeError('a defect');
    expect([failureOf(defect), unknownOutcome(defect)]).toEqual([defect, defect]);
  });
});

describe('who endorses', () => {
  const parties = { creditor: 'duke-energy', debtor: 'alabama-power', party: 'georgia-power' };
  it.each([
    ['presentInvoice', ['duke-energy']],
    ['creditInvoice', ['duke-energy']],
    ['acceptInvoice', ['alabama-power']],
    ['disputeInvoice', ['alabama-power']],
    ['verifyInvoice', ['duke-energy', 'alabama-power']],
    ['recordAgreement', ['georgia-power']],
    ['recordSettlement', ['georgia-power']],
    ['recordPayment', ['georgia-power']],
  ] as const)('%s: those in whose collections it writes', (name, expected) => {
    const transaction = { name, caller: '', businessKey: '', documentHash: '', argument: parties };
    expect(endorsersOf(transaction)).toEqual(expected);
  });

  it('refuses an argument that names no party', () => {
    const transaction = {
      name: 'acceptInvoice',
      caller: '',
      businessKey: '',
      documentHash: '',
      argument: {},
    } as const;
    expect(() => endorsersOf(transaction)).toThrow(
      expect.objectContaining({ code: 'malformed_request' }),
    );
  });
});

describe('the connection file', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roamgrid-connection-'));
    await writeFile(join(folder, 'cert.pem'), 'CERT');
    await writeFile(join(folder, 'key.pem'), 'KEY');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const member = {
    mspId: 'duke-energy-msp',
    peer: { endpoint: 'localhost:7051', tlsCa: 'cert.pem' },
    identity: { certificate: 'cert.pem', privateKey: 'key.pem' },
  };

  async function read(content: string): Promise<unknown> {
    const path = join(folder, 'connection.json');
    await writeFile(path, content);
    return readConnectionFile(path).catch((error: unknown) => (error as Error).message);
  }

  it('names PEM files relative to itself', async () => {
    const connection = await read(
      JSON.stringify({ channel: 'c', chaincode: 's', members: { 'duke-energy': member } }),
    );
    expect(connection).toMatchObject({ channel: 'c', chaincode: 's' });
    const { members } = connection as { members: Map<string, unknown> };
    expect(members.get('duke-energy')).toEqual({
      mspId: 'duke-energy-msp',
      endpoint: 'localhost:7051',
      tlsCa: Buffer.from('CERT'),
      certificate: Buffer.from('CERT'),
      privateKey: Buffer.from('KEY'),
    });
  });

  it.each([
    ['is no JSON', '{'],
    ['lacks the channel', JSON.stringify({ chaincode: 's', members: {} })],
    [
      'has a member that nobody knows',
      JSON.stringify({ channel: 'c', chaincode: 's', members: {}, more: 1 }),
    ],
    [
      'names a file that is not there',
      JSON.stringify({
        channel: 'c',
        chaincode: 's',
        members: { a: { ...member, peer: { endpoint: 'e', tlsCa: 'none.pem' } } },
      }),
    ],
  ])('that %s is refused in one line that names it', async (_, content) => {
    const message = await read(content);
    expect(message).toContain(join(folder, 'connection.json'));
    expect(message).not.toContain('\n');
  });
});
