import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RoamgridError } from '@roamgrid/kernel';
import { z } from 'zod';

const nonEmpty = z.string().min(1);

const memberSchema = z.strictObject({
  mspId: nonEmpty,
  peer: z.strictObject({
    endpoint: nonEmpty.describe('host:port of one of the member’s own peers'),
    tlsCa: nonEmpty.describe('PEM file of the authority that certified it'),
  }),
  identity: z.strictObject({
    certificate: nonEmpty.describe('PEM file'),
    privateKey: nonEmpty.describe('PEM file, PKCS #8'),
  }),
});

const connectionFileSchema = z.strictObject({
  channel: nonEmpty,
  chaincode: nonEmpty,
  /** by slug: a utility's own file names itself only, a trial's all of them */
  members: z.record(z.string(), memberSchema),
});

/** How one member reaches the channel: everything is PEM text. */
export interface FabricMember {
  readonly mspId: string;
  readonly endpoint: string;
  readonly tlsCa: Buffer;
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

export interface FabricConnection {
  readonly channel: string;
  readonly chaincode: string;
  readonly members: ReadonlyMap<string, FabricMember>;
}

/**
 * Reads a connection file and the PEM files it names, relative to it.
 *
 * @throws RoamgridError `ledger_unavailable`, in one line that names the file
 */
export async function readConnectionFile(path: string): Promise<FabricConnection> {
  try {
    const { channel, chaincode, members } = connectionFileSchema.parse(
      JSON.parse(await readFile(path, 'utf8')),
    );
    const pem = (file: string): Promise<Buffer> => readFile(resolve(dirname(path), file));
    const read = await Promise.all(
      Object.entries(members).map(async ([slug, { mspId, peer, identity }]) => {
        const [tlsCa, certificate, privateKey] = await Promise.all(
          [peer.tlsCa, identity.certificate, identity.privateKey].map(pem),
        );
        if (!tlsCa || !certificate || !privateKey) throw new Error(`${slug} lacks a PEM file`);
        return [slug, { mspId, endpoint: peer.endpoint, tlsCa, certificate, privateKey }] as const;
      }),
    );
    return { channel, chaincode, members: new Map(read) };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new RoamgridError(
      'ledger_unavailable',
      `${path} does not say how to reach the network: ${why.replaceAll(/\s*\n\s*/g, ' ')}`,
    );
  }
}
