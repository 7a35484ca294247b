import { GroupCommit, type Database } from '@roamgrid/persistence';
import type { EventReply, EventStore, MeterDecision, WireEntry } from '../ports.js';
import type { TransactionEvent } from '../session/session.js';
import { PostgresMeterGroup, type MeterItem } from './postgres-meter-group.js';
import { APPEND_ALL, columnsOf } from './wire-rows.js';

/** Commits what stations send in groups; each caller goes on when its own event is committed. */
export class PostgresEventStore implements EventStore {
  readonly #frames: GroupCommit<WireEntry, undefined>;
  readonly #meters: GroupCommit<MeterItem, EventReply | null>;

  constructor(database: Database, utility: string) {
    this.#frames = new GroupCommit({
      commit: async (entries) => {
        await database.query(APPEND_ALL, columnsOf(entries));
        return entries.map(() => undefined);
      },
    });
    const group = new PostgresMeterGroup(database, utility);
    this.#meters = new GroupCommit({ commit: (items) => group.commit(items) });
  }

  async append(entry: WireEntry): Promise<void> {
    await this.#frames.submit(entry.stationId, entry);
  }

  async meter(event: TransactionEvent, decide: MeterDecision): Promise<EventReply | null> {
    return this.#meters.submit(event.stationId, { event, decide });
  }
}
