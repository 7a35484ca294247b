import { randomInt, randomUUID } from 'node:crypto';
import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
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
import type { MeterStep, StopReason } from './script.js';
import { StationLine } from './station-line.js';
import type { Timings } from './timings.js';

const tokenAnswer = z.looseObject({
  idTokenInfo: z.looseObject({ status: z.string() }).optional(),
});

const EVENTS = {
  start: { eventType: 'Started', triggerReason: 'Authorized', context: 'Transaction.Begin' },
  update: { eventType: 'Updated', triggerReason: 'MeterValuePeriodic', context: 'Sample.Periodic' },
  stop: { eventType: 'Ended', triggerReason: 'StopAuthorized', context: 'Transaction.End' },
} as const;

const STOP_TRIGGERS: Readonly<Record<StopReason, string>> = {
  Local: EVENTS.stop.triggerReason,
  EVDisconnected: 'EVDeparted',
  EmergencyStop: 'AbnormalCondition',
  PowerLoss: 'AbnormalCondition',
  Remote: 'RemoteStop',
};
const GREATEST_REMOTE_START_ID = 2_147_483_647;

interface Running extends Visit {
  readonly transactionId: string;
}

function decisionOf(answer: unknown): Decision {
  const status = tokenAnswer.parse(answer).idTokenInfo?.status ?? 'Accepted';
  return status === 'Accepted' ? ACCEPTED : { isAccepted: false, reason: status };
}

function payloadOf(step: MeterStep, { cin, connectorId, transactionId }: Running): object {
  const { eventType, triggerReason, context } = EVENTS[step.kind];
  const register = { value: new LosslessNumber(step.meterWh), context };
  return {
    eventType,
    timestamp: step.at,
    triggerReason: step.kind === 'stop' ? STOP_TRIGGERS[step.stopReason] : triggerReason,
    seqNo: step.sequenceNumber,
    ...(step.isOffline ? { offline: true } : {}),
    transactionInfo: {
      transactionId,
      chargingState: step.isIdle ? 'SuspendedEV' : 'Charging',
      ...(step.kind === 'stop' ? { stoppedReason: step.stopReason } : {}),
    },
    evse: { id: connectorId, connectorId: 1 },
    ...(step.kind === 'start' ? { idToken: { idToken: cin, type: 'Central' } } : {}),
    meterValue: [{ timestamp: step.at, sampledValue: [register] }],
  };
}

/** A station of the swarm that speaks OCPP 2.0.1. */
export class Player201 implements StationPlayer, CalledStation {
  readonly line: StationLine;
  readonly #timings: Timings;
  #running: Running | null = null;

  private constructor(line: StationLine, timings: Timings) {
    this.line = line;
    this.#timings = timings;
  }

  static async connect(address: StationAddress, timings: Timings): Promise<Player201> {
    return new Player201(await StationLine.connect(address, 'ocpp2.0.1'), timings);
  }

  get called(): CalledStation {
    return this;
  }

  startCall({ cin, connectorId }: Visit): RemoteCall {
    const idToken = { idToken: cin, type: 'Central' };
    const remoteStartId = randomInt(GREATEST_REMOTE_START_ID);
    const payload = { remoteStartId, evseId: connectorId, idToken };
    return { action: 'RequestStartTransaction', payload };
  }

  stopCall(): RemoteCall {
    if (this.#running === null) throw new Error('no charge was begun');
    const { transactionId } = this.#running;
    return { action: 'RequestStopTransaction', payload: { transactionId } };
  }

  beside(): Player201 {
    return new Player201(this.line, this.#timings);
  }

  authorize(visit: Visit): Promise<Decision> {
    this.#running = null;
    return this.#authorize(visit);
  }

  async showOther(visit: Visit): Promise<Decision & { readonly name: null }> {
    return { ...(await this.#authorize(visit)), name: null };
  }

  reconnect(): Promise<void> {
    return this.line.reconnect();
  }

  async #authorize({ cin }: Visit): Promise<Decision> {
    const idToken = { idToken: cin, type: 'Central' };
    return decisionOf(
      await this.#timings.measure('2.0.1 Authorize', () =>
        this.line.socket.call('Authorize', { idToken }),
      ),
    );
  }

  begin(visit: Visit): Promise<void> {
    this.#running = { ...visit, transactionId: randomUUID() };
    return Promise.resolve();
  }

  async deliver(step: MeterStep): Promise<Decision> {
    const running = this.#running;
    if (running === null) throw new Error('no charge was begun');
    const call = `2.0.1 TransactionEvent ${EVENTS[step.kind].eventType}`;
    const answer = await this.#timings.measure(call, () =>
      this.line.socket.call('TransactionEvent', payloadOf(step, running)),
    );
    return decisionOf(answer);
  }

  name(): ChargeName | null {
    return this.#running === null ? null : { transactionId: this.#running.transactionId };
  }

  close(): Promise<void> {
    return this.line.close();
  }
}
