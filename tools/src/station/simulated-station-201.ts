import { LosslessNumber } from 'lossless-json';
import { StationSocket, type JsonObject, type StationAddress } from './station-socket.js';

export interface TokenShown {
  readonly idToken: string;
  readonly type: 'Central' | 'ISO14443' | 'KeyCode' | 'eMAID';
  readonly pin?: string;
}

export interface Authorized {
  /** idTokenInfo.status */
  readonly status: string;
  /** price, or why not */
  readonly message: string;
}

export interface Metered {
  /** running or final cost, as digits; null where none was told */
  readonly totalCost: string | null;
  readonly status: string | null;
  readonly message: string | null;
}

export interface TransactionStart {
  readonly transactionId: string;
  readonly evseId: number;
  readonly token: TokenShown;
  readonly meterWh: string;
  /** RFC 3339 */
  readonly at: string;
  /** delivered late */
  readonly offline?: boolean;
}

export interface MeterTold {
  readonly meterWh: string;
  readonly at: string;
  readonly powerW?: string;
  readonly stateOfChargePercent?: string;
  readonly chargingState?: 'Charging' | 'SuspendedEV' | 'SuspendedEVSE' | 'Idle' | 'EVConnected';
  readonly offline?: boolean;
}

interface Running {
  readonly transactionId: string;
  readonly evseId: number;
  readonly token: object;
  seqNo: number;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as JsonObject)[name] : undefined;
}

function textOrNull(value: unknown): string | null {
  if (value instanceof LosslessNumber) return value.value;
  return typeof value === 'string' ? value : null;
}

function idTokenOf({ idToken, type, pin }: TokenShown): object {
  const additionalInfo = pin === undefined ? [] : [{ additionalIdToken: pin, type: 'PIN' }];
  return { idToken, type, ...(additionalInfo.length > 0 ? { additionalInfo } : {}) };
}

function meterValueOf(told: MeterTold, context: string): object {
  const register = { value: new LosslessNumber(told.meterWh), context };
  const optional = [
    told.powerW === undefined
      ? []
      : [{ value: new LosslessNumber(told.powerW), measurand: 'Power.Active.Import' }],
    told.stateOfChargePercent === undefined
      ? []
      : [
          {
            value: new LosslessNumber(told.stateOfChargePercent),
            measurand: 'SoC',
            unitOfMeasure: { unit: 'Percent' },
          },
        ],
  ].flat();
  return { timestamp: told.at, sampledValue: [register, ...optional] };
}

/** A charging station that speaks OCPP 2.0.1, driven by hand: one transaction at a time. */
export class SimulatedStation201 {
  readonly socket: StationSocket;
  #running: Running | null = null;

  private constructor(socket: StationSocket) {
    this.socket = socket;
  }

  /** @throws Error when the gateway does not take the connection */
  static async connect(address: StationAddress): Promise<SimulatedStation201> {
    return new SimulatedStation201(await StationSocket.connect(address, 'ocpp2.0.1'));
  }

  boot(model = 'Demo', vendorName = 'Roamgrid'): Promise<JsonObject> {
    return this.socket.call('BootNotification', {
      reason: 'PowerUp',
      chargingStation: { model, vendorName },
    });
  }

  async authorize(token: TokenShown): Promise<Authorized> {
    const answer = await this.socket.call('Authorize', { idToken: idTokenOf(token) });
    const info = answer['idTokenInfo'];
    return {
      status: textOrNull(member(info, 'status')) ?? '',
      message: textOrNull(member(member(info, 'personalMessage'), 'content')) ?? '',
    };
  }

  async start(start: TransactionStart): Promise<Metered> {
    this.#running = {
      transactionId: start.transactionId,
      evseId: start.evseId,
      token: idTokenOf(start.token),
      seqNo: 0,
    };
    return this.#event('Started', 'Authorized', start, 'Transaction.Begin', {
      chargingState: 'Charging',
    });
  }

  async meter(told: MeterTold): Promise<Metered> {
    const { chargingState } = told;
    return this.#event('Updated', 'MeterValuePeriodic', told, 'Sample.Periodic', {
      ...(chargingState === undefined ? {} : { chargingState }),
    });
  }

  async end(told: MeterTold, stoppedReason = 'Local'): Promise<Metered> {
    const ended = await this.#event('Ended', 'StopAuthorized', told, 'Transaction.End', {
      stoppedReason,
    });
    this.#running = null;
    return ended;
  }

  /** Power is back: this connection goes on with the transaction that ran when the other was lost. */
  resume(lost: SimulatedStation201): void {
    this.#running = lost.#running;
  }

  close(): Promise<void> {
    return this.socket.close();
  }

  async #event(
    eventType: 'Started' | 'Updated' | 'Ended',
    triggerReason: string,
    told: MeterTold,
    context: string,
    info: object,
  ): Promise<Metered> {
    const running = this.#running;
    if (running === null) throw new Error('no transaction is running');
    const answer = await this.socket.call('TransactionEvent', {
      eventType,
      timestamp: told.at,
      triggerReason,
      seqNo: running.seqNo,
      ...(told.offline === true ? { offline: true } : {}),
      transactionInfo: { transactionId: running.transactionId, ...info },
      evse: { id: running.evseId, connectorId: 1 },
      ...(eventType === 'Updated' ? {} : { idToken: running.token }),
      meterValue: [meterValueOf(told, context)],
    });
    running.seqNo += 1;
    return {
      totalCost: textOrNull(answer['totalCost']),
      status: textOrNull(member(answer['idTokenInfo'], 'status')),
      message: textOrNull(member(answer['updatedPersonalMessage'], 'content')),
    };
  }
}
