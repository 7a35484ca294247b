import { Controller, Inject, type OnApplicationShutdown } from '@nestjs/common';
import {
  askReservation,
  cancelReservation,
  cancelReservationForHome,
  commandStation,
  findReservation,
  readOperation,
  readReservationForHome,
  reserveForHome,
  type Operation,
  type RequestOf,
  type Reservation,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { Handles, type MessageMeta } from '@roamgrid/messaging';

export const AAA_COMMANDS = Symbol('AaaCommands');

export interface CommandUseCases {
  readonly commandStation: (request: RequestOf<typeof commandStation>) => Promise<Operation>;
  readonly readOperation: (request: RequestOf<typeof readOperation>) => Promise<Operation>;
  readonly reserveForHome: (request: RequestOf<typeof reserveForHome>) => Promise<Reservation>;
  readonly readReservationForHome: (
    request: RequestOf<typeof readReservationForHome>,
  ) => Promise<Reservation>;
  /** home's side: asks the visited utility */
  readonly askReservation: (request: RequestOf<typeof askReservation>) => Promise<Reservation>;
  readonly findReservation: (request: RequestOf<typeof findReservation>) => Promise<Reservation>;
  readonly cancelReservation: (
    request: RequestOf<typeof cancelReservation>,
  ) => Promise<Reservation>;
  readonly cancelReservationForHome: (
    request: RequestOf<typeof cancelReservationForHome>,
  ) => Promise<Reservation>;
  readonly background: ReadonlySet<Promise<void>>;
}

/** A partner speaks for itself only. */
function assertSpeaksFor(meta: MessageMeta, utility: string): void {
  const [speaker] = meta.from.split('/');
  if (speaker !== utility) throw new RoamgridError('forbidden', 'the sender is another utility');
}

/** Calls towards stations that staff asks for, or a driver's home. */
@Controller()
export class CommandHandlers implements OnApplicationShutdown {
  readonly #useCases: CommandUseCases;

  constructor(@Inject(AAA_COMMANDS) useCases: CommandUseCases) {
    this.#useCases = useCases;
  }

  @Handles(commandStation)
  commandStation(request: RequestOf<typeof commandStation>): Promise<Operation> {
    return this.#useCases.commandStation(request);
  }

  @Handles(readOperation)
  readOperation(request: RequestOf<typeof readOperation>): Promise<Operation> {
    return this.#useCases.readOperation(request);
  }

  @Handles(reserveForHome)
  async reserveForHome(
    request: RequestOf<typeof reserveForHome>,
    meta: MessageMeta,
  ): Promise<Reservation> {
    assertSpeaksFor(meta, request.homeUtility);
    return this.#useCases.reserveForHome(request);
  }

  @Handles(readReservationForHome)
  async readReservationForHome(
    request: RequestOf<typeof readReservationForHome>,
    meta: MessageMeta,
  ): Promise<Reservation> {
    assertSpeaksFor(meta, request.homeUtility);
    return this.#useCases.readReservationForHome(request);
  }

  @Handles(askReservation)
  askReservation(request: RequestOf<typeof askReservation>): Promise<Reservation> {
    return this.#useCases.askReservation(request);
  }

  @Handles(findReservation)
  findReservation(request: RequestOf<typeof findReservation>): Promise<Reservation> {
    return this.#useCases.findReservation(request);
  }

  @Handles(cancelReservation)
  cancelReservation(request: RequestOf<typeof cancelReservation>): Promise<Reservation> {
    return this.#useCases.cancelReservation(request);
  }

  @Handles(cancelReservationForHome)
  async cancelReservationForHome(
    request: RequestOf<typeof cancelReservationForHome>,
    meta: MessageMeta,
  ): Promise<Reservation> {
    assertSpeaksFor(meta, request.homeUtility);
    return this.#useCases.cancelReservationForHome(request);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#useCases.background]);
  }
}
