import { LosslessNumber } from 'lossless-json';
import { StationSocket, type JsonObject, type StationAddress } from './station-socket.js';

export interface Start16 {
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterWh: string;
  /** RFC 3339 */
  readonly at: string;
}

export interface Started16 {
  /** made by the gateway; digits */
  readonly transactionId: string;
  readonly status: string;
}

function statusOf(answer: JsonObject): string {
  const info = answer['idTagInfo'];
  const status =
    typeof info === 'object' && info !== null ? (info as JsonObject)['status'] : undefined;
  return typeof status === 'string' ? status : '';
}

/** A charging station that speaks OCPP 1.6, driven by hand. */
export class SimulatedStation16 {
  readonly socket: StationSocket;

  private constructor(socket: StationSocket) {
    this.socket = socket;
  }

  /** @throws Error when the gateway does not take the connection */
  static async connect(address: StationAddress): Promise<SimulatedStation16> {
    return new SimulatedStation16(await StationSocket.connect(address, 'ocpp1.6'));
  }

  /** The same station over a connection that somebody else keeps. */
  static over(socket: StationSocket): SimulatedStation16 {
    return new SimulatedStation16(socket);
  }

  boot(chargePointModel = 'Demo', chargePointVendor = 'Roamgrid'): Promise<JsonObject> {
    return this.socket.call('BootNotification', { chargePointModel, chargePointVendor });
  }

  /** idTagInfo.status */
  async authorize(idTag: string): Promise<string> {
    return statusOf(await this.socket.call('Authorize', { idTag }));
  }

  async start(start: Start16): Promise<Started16> {
    const { connectorId, idTag, meterWh, at } = start;
    const answer = await this.socket.call('StartTransaction', {
      connectorId,
      idTag,
      meterStart: new LosslessNumber(meterWh),
      timestamp: at,
    });
    const id = answer['transactionId'];
    if (!(id instanceof LosslessNumber)) throw new TypeError('transactionId is a number');
    return { transactionId: id.value, status: statusOf(answer) };
  }

  meter(
    connectorId: number,
    transactionId: string,
    meterWh: string,
    at: string,
  ): Promise<JsonObject> {
    return this.socket.call('MeterValues', {
      connectorId,
      transactionId: new LosslessNumber(transactionId),
      meterValue: [{ timestamp: at, sampledValue: [{ value: meterWh, unit: 'Wh' }] }],
    });
  }

  stop(transactionId: string, meterWh: string, at: string, reason = 'Local'): Promise<JsonObject> {
    return this.socket.call('StopTransaction', {
      transactionId: new LosslessNumber(transactionId),
      meterStop: new LosslessNumber(meterWh),
      timestamp: at,
      reason,
    });
  }

  close(): Promise<void> {
    return this.socket.close();
  }
}
