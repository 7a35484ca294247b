import { operation as operationSchema, type Operation } from '@roamgrid/contracts';
import { json, type Database } from '@roamgrid/persistence';
import type { OperationStore } from '../command-ports.js';

export class PostgresOperations implements OperationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(operation: Operation): Promise<void> {
    const { operationId, stationId, at, endedAt, state } = operation;
    await this.#database.query(
      `INSERT INTO operations (operation_id, station_id, asked_at, ended_at, state, facts)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [operationId, stationId, at, endedAt, state, json(operation)],
    );
  }

  async end(operation: Operation): Promise<Operation> {
    const { operationId, endedAt, state } = operation;
    await this.#database.query(
      `UPDATE operations SET state = $2, ended_at = $3, facts = $4
       WHERE operation_id = $1 AND state = 'pending'`,
      [operationId, state, endedAt, json(operation)],
    );
    return (await this.find(operationId)) ?? operation;
  }

  async find(operationId: string): Promise<Operation | null> {
    const [row] = await this.#database.query<{ facts: unknown }>(
      'SELECT facts FROM operations WHERE operation_id = $1',
      [operationId],
    );
    return row === undefined ? null : operationSchema.parse(row.facts);
  }
}
