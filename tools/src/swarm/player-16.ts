import { SimulatedStation16 } from '../station/simulated-station-16.js';
import type { StationAddress } from '../station/station-socket.js';
import {
  ACCEPTED,
  type CalledStation,
  type ChargeName,
  type Decision,
  type RemoteCall,
  type StationPlayer,
  type Visit,
} from './player.js';
import type { MeterStep } from './script.js';
import { StationLine } from './station-line.js';
import type { Timings } from './timings.js';

function decisionOf(status: string): Decision {
  return status === 'Accepted' ? ACCEPTED : { isAccepted: false, reason: status };
}

/** A station of the swarm that speaks OCPP 1.6: the gateway names the transaction. */
export class Player16 implements StationPlayer, CalledStation {
  readonly line: StationLine;
  readonly #timings: Timings;
  #visit: Visit | null = null;
  #transactionId: string | null = null;

  private constructor(line: StationLine, timings: Timings) {
    this.line = line;
    this.#timings = timings;
  }

  static async connect(address: StationAddress, timings: Timings): Promise<Player16> {
    return new Player16(await StationLine.connect(address, 'ocpp1.6'), timings);
  }

  get called(): CalledStation {
    return this;
  }

  get #station(): SimulatedStation16 {
    return SimulatedStation16.over(this.line.socket);
  }

  startCall({ cin, connectorId }: Visit): RemoteCall {
    return { action: 'RemoteStartTransaction', payload: { idTag: cin, connectorId } };
  }

  stopCall(): RemoteCall {
    if (this.#transactionId === null) throw new Error('the transaction has no number yet');
    const payload = { transactionId: Number(this.#transactionId) };
    return { action: 'RemoteStopTransaction', payload };
  }

  beside(): Player16 {
    return new Player16(this.line, this.#timings);
  }

  authorize(visit: Visit): Promise<Decision> {
    this.#transactionId = null;
    return this.#authorize(visit);
  }

  async showOther(visit: Visit): Promise<Decision & { readonly name: null }> {
    return { ...(await this.#authorize(visit)), name: null };
  }

  reconnect(): Promise<void> {
    return this.line.reconnect();
  }

  async #authorize({ cin }: Visit): Promise<Decision> {
    return decisionOf(
      await this.#timings.measure('1.6 Authorize', () => this.#station.authorize(cin)),
    );
  }

  begin(visit: Visit): Promise<void> {
    this.#visit = visit;
    this.#transactionId = null;
    return Promise.resolve();
  }

  async deliver({ kind, at, meterWh, stopReason }: MeterStep): Promise<Decision> {
    const visit = this.#visit;
    if (visit === null) throw new Error('no charge was begun');
    const { connectorId, cin: idTag } = visit;
    if (kind === 'start') {
      const started = await this.#timings.measure('1.6 StartTransaction', () =>
        this.#station.start({ connectorId, idTag, meterWh, at }),
      );
      this.#transactionId = started.transactionId;
      return decisionOf(started.status);
    }
    const transactionId = this.#transactionId;
    if (transactionId === null) throw new Error('the transaction has no number yet');
    const [call, run] =
      kind === 'update'
        ? ([
            '1.6 MeterValues',
            () => this.#station.meter(connectorId, transactionId, meterWh, at),
          ] as const)
        : ([
            '1.6 StopTransaction',
            () => this.#station.stop(transactionId, meterWh, at, stopReason),
          ] as const);
    await this.#timings.measure(call, run);
    return ACCEPTED;
  }

  name(): ChargeName | null {
    return this.#transactionId === null ? null : { transactionId: this.#transactionId };
  }

  close(): Promise<void> {
    return this.line.close();
  }
}
