import { FLOW, SERVICES, subjectOf, type Contract, type Sender } from '@roamgrid/contracts';
import { addressFrom, addressOf } from '../bus.js';
import { inboxPrefixOf } from '../nats-address.js';

/** Who may say and hear what, in the words of nats-server's configuration. */
export interface BusAccounts {
  readonly accounts: Readonly<Record<string, BusAccount>>;
}

interface BusAccount {
  readonly users: BusUser[];
  readonly exports: { readonly service: string; readonly accounts: readonly [string] }[];
  readonly imports: {
    readonly service: { readonly account: string; readonly subject: string };
    readonly to: string;
  }[];
}

interface BusUser {
  readonly user: string;
  readonly password: string;
  readonly permissions: {
    readonly publish: { readonly allow: string[] };
    readonly subscribe: { readonly allow: readonly string[] };
  };
}

/** Services that belong to no utility; each has an account of its own. */
const CONSORTIUM_SERVICES = ['router', 'ledger', 'identity'] as const;
/** Sets up its own utility and nothing else. */
const ADMINISTRATOR = 'administrator';
/** nats-server's name for where the answer to a question from another account goes */
const REPLIES_THROUGH_WALLS = '_R_.>';

export type BusSpeaker = Sender | typeof ADMINISTRATOR;

const isConsortium = (service: BusSpeaker): boolean =>
  CONSORTIUM_SERVICES.some((one) => one === service);

const accountOf = (utility: string, service: BusSpeaker): string =>
  isConsortium(service) ? service : utility;

/** `duke-energy/aaa`, `router`: as messages name their sender. */
export function busUserOf(utility: string, service: BusSpeaker): string {
  return isConsortium(service) ? service : `${utility}/${service}`;
}

/**
 * The walls of the bus: an account a utility, a user a service, each allowed what the flow says and nothing
 * more. What crosses an account arrives on a subject that names the account it came from, so that no utility
 * can speak as another.
 */
export function busAccounts(
  utilities: readonly string[],
  passwordOf: (user: string) => string,
): BusAccounts {
  const walls = new Walls(passwordOf);
  for (const utility of utilities) {
    for (const service of SERVICES) walls.user(utility, service);
    walls.user(utility, ADMINISTRATOR).permissions.publish.allow.push(addressOf(utility, '>'));
  }
  walls.user('', 'router');
  for (const contract of FLOW) {
    for (const to of utilities) walls.open(contract, to, utilities);
  }
  return { accounts: Object.fromEntries(walls.accounts) };
}

class Walls {
  readonly accounts = new Map<string, BusAccount>();
  readonly #passwordOf: (user: string) => string;
  readonly #users = new Map<string, BusUser>();

  constructor(passwordOf: (user: string) => string) {
    this.#passwordOf = passwordOf;
  }

  user(utility: string, service: BusSpeaker): BusUser {
    const name = busUserOf(utility, service);
    let user = this.#users.get(name);
    if (user === undefined) {
      user = {
        user: name,
        password: this.#passwordOf(name),
        permissions: {
          publish: { allow: repliesOf(utility, service) },
          subscribe: { allow: heardBy(utility, service) },
        },
      };
      this.#users.set(name, user);
      this.#account(accountOf(utility, service)).users.push(user);
    }
    return user;
  }

  /** Lets those who send a message reach one utility's service with it. */
  open(contract: Contract, to: string, utilities: readonly string[]): void {
    const address = addressOf(to, subjectOf(contract));
    const owner = accountOf(to, contract.service);
    const crossing = new Set<string>();
    for (const from of contract.scope === 'own' ? [to] : utilities) {
      for (const sender of contract.senders) {
        const { allow } = this.user(from, sender).permissions.publish;
        if (!allow.includes(address)) allow.push(address);
        const account = accountOf(from, sender);
        if (account !== owner) crossing.add(account);
      }
    }
    for (const account of crossing) this.#cross(account, owner, to, subjectOf(contract));
  }

  #cross(from: string, owner: string, to: string, subject: string): void {
    const arrives = addressFrom(from, to, subject);
    this.#account(owner).exports.push({ service: arrives, accounts: [from] });
    this.#account(from).imports.push({
      service: { account: owner, subject: arrives },
      to: addressOf(to, subject),
    });
  }

  #account(name: string): BusAccount {
    let account = this.accounts.get(name);
    if (account === undefined) {
      account = { users: [], exports: [], imports: [] };
      this.accounts.set(name, account);
    }
    return account;
  }
}

/**
 * Where its replies go: to the inboxes of those in its own account that may ask it, and to those that
 * nats-server opens in its account for each question from another one. Their names cannot be guessed. The
 * server's own `allow_responses` forgets at every reading of its configuration who was asked what: the reply
 * to what was under way would be refused.
 */
function repliesOf(utility: string, service: BusSpeaker): string[] {
  const asking = FLOW.filter((contract) => contract.service === service).flatMap(
    ({ senders }) => senders,
  );
  if (asking.length === 0) return [];
  const own: readonly BusSpeaker[] = isConsortium(service)
    ? []
    : [...new Set<BusSpeaker>([...asking, ADMINISTRATOR])].filter((one) => !isConsortium(one));
  return [REPLIES_THROUGH_WALLS, ...own.map((one) => inboxesOf(utility, one))];
}

const inboxesOf = (utility: string, service: BusSpeaker): string =>
  `${inboxPrefixOf(busUserOf(utility, service))}.>`;

/** Its own messages, at its own utility, and the answers to what it asked. */
function heardBy(utility: string, service: BusSpeaker): readonly string[] {
  const inbox = inboxesOf(utility, service);
  if (service === ADMINISTRATOR) return [inbox];
  const to = isConsortium(service) ? '*' : utility;
  return [addressOf(to, `${service}.>`), addressFrom('*', to, `${service}.>`), inbox];
}
