import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NETWORK = resolve('deploy/fabric/network');

/** Whether Fabric's own programs are to be had. */
export const hasFabric = (process.env['FABRIC_BIN'] ?? '') !== '';

/** A real network on this machine, in a folder of its own, with the contract on its channel. */
export class FabricNetwork {
  private constructor(readonly dir: string) {}

  static async start(members: readonly string[]): Promise<FabricNetwork> {
    const dir = await mkdtemp(join(tmpdir(), 'roamgrid-fabric-'));
    const consortium = join(dir, 'consortium.json');
    await writeFile(consortium, JSON.stringify({ channel: 'settlement', orderers: 1, members }));
    const network = new FabricNetwork(dir);
    try {
      await network.do('up', '--consortium', consortium);
      await network.do('deploy');
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  get connectionFile(): string {
    return join(this.dir, 'connection.json');
  }

  async do(...command: readonly string[]): Promise<string> {
    return (await run(NETWORK, [...command, '--dir', this.dir])).stdout;
  }

  /** Runs another contract than the agreed one in an organisation's chaincode process. */
  async runInstead(member: string, folder: string): Promise<void> {
    const node = `chaincode-${member}`;
    const path = join(this.dir, 'nodes', `${node}.json`);
    await this.do('stop', node, '--kill');
    const plan = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...plan, cwd: folder }));
    await this.do('start', node);
  }

  async remove(): Promise<void> {
    await this.do('down');
    await rm(this.dir, { recursive: true, force: true });
  }
}
