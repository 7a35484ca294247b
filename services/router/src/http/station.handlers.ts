import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import {
  consent,
  decline,
  readStationSession,
  recordFrame,
  uuid,
  type MeterReading,
  type WireFrame,
} from '@roamgrid/contracts';
import { canonicalBytes } from '@roamgrid/documents';
import { parseDecimal, RoamgridError } from '@roamgrid/kernel';
import { sha256Hex } from '@roamgrid/platform';
import type { z } from 'zod';
import { readCin, readContractId } from '../identity/read-identity.js';
import { redactRaw } from '../identity/redact.js';
import type { RouterParts } from '../router.context.js';
import { recordHttpStep, type HttpStep } from '../use-cases/record-http-step.js';
import { swipeAtStation } from '../use-cases/swipe-at-station.js';
import { wireOf } from '../wire.js';
import {
  consentBody,
  declineBody,
  meterValuesBody,
  startBody,
  stopBody,
  swipeBody,
  type SwipeBody,
} from './bodies.js';
import { IdempotencyMemory, readIdempotencyKey } from './idempotency-memory.js';
import { readBody, StationBody } from './read-body.js';
import { meterValuesView, sessionView, startView, stopView, swipeView } from './replies.js';
import { originOfRequest, type StationRequest } from './station-request.js';

/** Nest's token of the context. */
export const ROUTER_CONTEXT = Symbol('RouterParts');

const ENERGY_DIGITS = 6;

type StepContent = Pick<HttpStep, 'step' | 'readings' | 'at'> &
  Partial<Pick<HttpStep, 'offline' | 'meterSerial' | 'signedData' | 'stopReason'>>;

/** INTERFACE §4: the station HTTP API. */
@Controller('station/v1')
export class StationHandlers {
  readonly #context: RouterParts;
  readonly #idempotency = new IdempotencyMemory();

  constructor(@Inject(ROUTER_CONTEXT) context: RouterParts) {
    this.#context = context;
  }

  @Post('swipes')
  async swipe(@Req() request: StationRequest, @Body() body: unknown): Promise<object> {
    const input = await this.#read(request, swipeBody, body, 'swipe');
    assertWantsEnergy(input.requestedEnergyKwh);
    const reply = await swipeAtStation(this.#context, {
      station: request.station,
      connectorId: input.connectorId,
      identity: this.#identityOf(input),
      medium: input.medium,
      kind: input.kind,
      pin: input.pin ?? null,
      linkIsPrivate: originOfRequest(request).isPrivate,
      requestedEnergyKwh: input.requestedEnergyKwh ?? null,
      idempotencyKey: readIdempotencyKey(request.headers['idempotency-key']),
      wire: this.#wire(body, 'swipe'),
    });
    return swipeView(reply);
  }

  @Post('sessions/:id/consent')
  @HttpCode(200)
  async consent(
    @Req() request: StationRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const sessionId = sessionIdOf(id);
    const { quoteHash } = await this.#read(request, consentBody, body, 'consent');
    this.#assertKey(request, `${sessionId} consent ${quoteHash}`);
    const reply = await this.#context.bus.request(consent, request.station.utility, {
      sessionId,
      stationId: request.station.stationId,
      quoteHash,
      wire: this.#wire(body, 'consent'),
    });
    return { state: reply.state };
  }

  @Post('sessions/:id/decline')
  @HttpCode(200)
  async decline(
    @Req() request: StationRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const sessionId = sessionIdOf(id);
    await this.#read(request, declineBody, isEmpty(body) ? undefined : body, 'decline');
    this.#assertKey(request, `${sessionId} decline`);
    const reply = await this.#context.bus.request(decline, request.station.utility, {
      sessionId,
      stationId: request.station.stationId,
      wire: this.#wire(body, 'decline'),
    });
    return { state: reply.state };
  }

  @Post('sessions/:id/start')
  @HttpCode(200)
  async start(
    @Req() request: StationRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const input = await this.#read(request, startBody, body, 'start');
    return startView(
      await this.#record(request, id, body, {
        step: 'started',
        readings: [reading(input.at, input.meterWh)],
        ...input,
      }),
    );
  }

  @Post('sessions/:id/meter-values')
  @HttpCode(200)
  async meterValues(
    @Req() request: StationRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const input = await this.#read(request, meterValuesBody, body, 'meter-values');
    return meterValuesView(
      await this.#record(request, id, body, {
        step: 'updated',
        at: input.values.at(-1)?.at ?? '',
        readings: input.values.map((value) =>
          reading(value.at, value.meterWh, value.stateOfChargePercent, value.powerW),
        ),
        offline: input.offline,
      }),
    );
  }

  @Post('sessions/:id/stop')
  @HttpCode(200)
  async stop(
    @Req() request: StationRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const input = await this.#read(request, stopBody, body, 'stop');
    return stopView(
      await this.#record(request, id, body, {
        step: 'ended',
        readings: [reading(input.at, input.meterWh, input.stateOfChargePercent)],
        ...input,
        stopReason: input.reason,
      }),
    );
  }

  @Get('sessions/:id')
  async session(@Req() request: StationRequest, @Param('id') id: string): Promise<object> {
    const { stationId, utility } = request.station;
    const reply = await this.#context.bus.request(readStationSession, utility, {
      stationId,
      sessionId: sessionIdOf(id),
    });
    return sessionView(reply);
  }

  #record(
    request: StationRequest,
    id: string,
    body: unknown,
    content: StepContent,
  ): ReturnType<typeof recordHttpStep> {
    const { step, at, readings, offline, meterSerial, signedData, stopReason } = content;
    const sessionId = sessionIdOf(id);
    const what = {
      step,
      at,
      readings: readings.map((one) => ({ ...one })),
      offline: offline ?? false,
      meterSerial: meterSerial ?? null,
      signedData: signedData ?? null,
      stopReason: stopReason ?? null,
    };
    const payloadHash = sha256Hex(canonicalBytes(what));
    this.#assertKey(request, `${sessionId} ${payloadHash}`);
    const wire = this.#wire(body, ACTION_OF_STEP[step]);
    const { station } = request;
    return recordHttpStep(this.#context, { station, sessionId, ...what, payloadHash, wire });
  }

  #assertKey(request: StationRequest, content: string): void {
    const key = readIdempotencyKey(request.headers['idempotency-key']);
    this.#idempotency.assertSame(request.station.stationId, key, content);
  }

  #identityOf(body: SwipeBody): ReturnType<typeof readCin> {
    return body.cin === undefined
      ? readContractId(body.contractId ?? '', this.#context.registry)
      : readCin(body.cin, this.#context.registry);
  }

  #wire(body: unknown, action: string): WireFrame {
    const raw = body instanceof StationBody ? redactRaw(body.text, body.value) : '';
    const receivedAt = this.#context.clock.now();
    return wireOf({ protocol: 'http', messageId: null, action, receivedAt, raw });
  }

  /** Reads the body; what is refused is kept in the wire log before it is answered. */
  async #read<Schema extends z.ZodType>(
    request: StationRequest,
    schema: Schema,
    body: unknown,
    action: string,
  ): Promise<z.output<Schema>> {
    try {
      return readBody(schema, body);
    } catch (error) {
      if (!(error instanceof RoamgridError)) throw error;
      await this.#context.bus.request(recordFrame, request.station.utility, {
        stationId: request.station.stationId,
        direction: 'in',
        wire: this.#wire(body, action),
        // an HTTP station reads the 400 and sends again what it meant: nothing is lost
        refusal: { code: error.code, billing: false },
        effect: null,
      });
      throw error;
    }
  }
}

function isEmpty(body: unknown): boolean {
  return body instanceof StationBody && body.text.trim() === '';
}

const ACTION_OF_STEP = { started: 'start', updated: 'meter-values', ended: 'stop' } as const;

function reading(
  at: string,
  meterWh: string,
  stateOfChargePercent: string | null = null,
  powerW: string | null = null,
): MeterReading {
  return { at, meterWh, powerW, stateOfChargePercent };
}

/** @throws RoamgridError `not_found` for what can be no session's id */
function sessionIdOf(text: string): string {
  const parsed = uuid.safeParse(text);
  if (!parsed.success) throw new RoamgridError('not_found', 'no such session');
  return parsed.data;
}

/** @throws RoamgridError `unprocessable` for a wish of nothing, or of less */
function assertWantsEnergy(requestedEnergyKwh: string | undefined): void {
  if (requestedEnergyKwh === undefined) return;
  if (parseDecimal(requestedEnergyKwh, ENERGY_DIGITS) <= 0n) {
    throw new RoamgridError('unprocessable', 'requestedEnergyKwh must be more than nothing');
  }
}
