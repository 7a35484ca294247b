import { Controller, Inject, type OnApplicationShutdown } from '@nestjs/common';
import { commandStation, readOperation, type Operation, type RequestOf } from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';

export const AAA_COMMANDS = Symbol('AaaCommands');

export interface CommandUseCases {
  readonly commandStation: (request: RequestOf<typeof commandStation>) => Promise<Operation>;
  readonly readOperation: (request: RequestOf<typeof readOperation>) => Promise<Operation>;
  readonly background: ReadonlySet<Promise<void>>;
}

/** Calls towards stations that staff asks for. */
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

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#useCases.background]);
  }
}
