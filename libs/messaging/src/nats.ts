import { ServerNats } from '@nestjs/microservices';
import type { MessageHandler, NatsOptions } from '@nestjs/microservices';
import { addressOf } from './bus.js';

/** Nest's NATS transport, listening on one utility's own subjects. */
export class UtilityNatsServer extends ServerNats {
  readonly #utility: string;

  constructor(options: Required<NatsOptions>['options'], utility: string) {
    super(options);
    this.#utility = utility;
  }

  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    super.addHandler(addressOf(this.#utility, pattern), callback, isEventHandler, extras);
  }
}
