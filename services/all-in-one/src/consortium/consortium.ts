import type { RegistryEntry } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Registry } from '@roamgrid/platform';
import type { Databases } from '../databases.js';
import type { CredentialsFile, MemberAccess } from '../demonstration/credentials-file.js';
import { checkMeaning, checkNamesFree, checkSame, type NewMember } from './new-member.js';
import { makePairSecrets, publicKeysOf, publishRegistry } from './registry-store.js';

/** Whoever runs the members' services, in this process or in others. */
export interface MemberHost {
  /** before the member is published: who may speak on the bus */
  admit(utilities: readonly string[]): Promise<void>;
  isRunning(utility: string): boolean;
  /** starts its services and leads the public port to them; resolves when they serve */
  start(utility: string): Promise<void>;
}

export interface ConsortiumParts {
  readonly dataDir: string;
  readonly registry: Registry;
  readonly databases: Pick<Databases, 'provisionUtility'>;
  readonly credentials: CredentialsFile;
  readonly host: MemberHost;
}

export interface AddedMember {
  readonly entry: RegistryEntry;
  readonly registryVersion: number;
  readonly access: MemberAccess;
  /** false: it was a member already */
  readonly isNew: boolean;
}

/**
 * The consortium's list of members, and how it grows while they charge. What a member needs is made first,
 * each step as often as one likes; the registry's next version is the moment from which it is one. Broken off
 * before, nothing is published; broken off after, the next start or the same request runs it.
 */
export class Consortium {
  readonly #parts: ConsortiumParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ConsortiumParts) {
    this.#parts = parts;
  }

  get members(): readonly RegistryEntry[] {
    return this.#parts.registry.utilities;
  }

  /** @throws RoamgridError `not_found` */
  member(utility: string): RegistryEntry {
    return this.#parts.registry.entry(utility);
  }

  get registryVersion(): number {
    return this.#parts.registry.version;
  }

  /**
   * One after the other, so that no two take the same prefix.
   *
   * @throws RoamgridError `unprocessable`; `state_conflict` where the name, a prefix or a provider id is another's
   */
  add(member: NewMember): Promise<AddedMember> {
    const added = this.#turn.then(() => this.#add(member));
    this.#turn = added.catch(() => undefined);
    return added;
  }

  async #add(member: NewMember): Promise<AddedMember> {
    const { registry, host, credentials } = this.#parts;
    await checkMeaning(member);
    const registered = registry.utilities.find(({ utility }) => utility === member.utility);
    if (registered === undefined) checkNamesFree(registry, member);
    else checkSame(registered, member);
    if (registered !== undefined) credentials.checkSame(member.utility, member.clientKeys);
    const access = await credentials.addMember(member.utility, member.clientKeys);
    if (registered === undefined) await this.#publish(member);
    if (!host.isRunning(member.utility)) await this.#start(member.utility);
    return {
      entry: registry.entry(member.utility),
      registryVersion: registry.version,
      access,
      isNew: registered === undefined,
    };
  }

  async #publish({ clientKeys: _clientKeys, ...member }: NewMember): Promise<void> {
    const { dataDir, registry, databases, host } = this.#parts;
    const { utility } = member;
    const others = registry.utilities;
    await databases.provisionUtility(utility);
    const keys = await publicKeysOf(dataDir, utility);
    const all = [...others.map((one) => one.utility), utility];
    await makePairSecrets(dataDir, utility, all);
    await host.admit(all);
    const document = {
      type: 'registry' as const,
      schemaVersion: 1 as const,
      version: registry.version + 1,
      utilities: [...others, { ...member, keys }],
    };
    await publishRegistry(dataDir, document);
    await registry.replace(document);
  }

  async #start(utility: string): Promise<void> {
    try {
      await this.#parts.host.start(utility);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new RoamgridError(
        'peer_unreachable',
        `${utility} is registered, but its services did not start (${why}); ask again`,
      );
    }
  }
}
