import { Controller, Inject } from '@nestjs/common';
import {
  authorizeOffline,
  readRetailTariff,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import { PROFILES_USE_CASES } from './profiles.handlers.js';
import type { ProfilesUseCases } from './profiles.use-cases.js';

/** What is asked when a home is silent, and what is fetched for that ahead. */
@Controller()
export class OfflineHandlers {
  readonly #useCases: ProfilesUseCases;

  constructor(@Inject(PROFILES_USE_CASES) useCases: ProfilesUseCases) {
    this.#useCases = useCases;
  }

  @Handles(authorizeOffline)
  authorizeOffline(
    request: RequestOf<typeof authorizeOffline>,
  ): Promise<ReplyOf<typeof authorizeOffline>> {
    return this.#useCases.authorizeOffline(request);
  }

  @Handles(readRetailTariff)
  readRetailTariff(
    request: RequestOf<typeof readRetailTariff>,
  ): Promise<ReplyOf<typeof readRetailTariff>> {
    return this.#useCases.readRetailTariff(request);
  }
}
