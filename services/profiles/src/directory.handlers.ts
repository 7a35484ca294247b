import { Controller, Inject } from '@nestjs/common';
import {
  addCard,
  changeCard,
  findCard,
  findToken,
  listCards,
  readDirectory,
  receiveDirectory,
  type CardView,
  type DirectoryPage,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import { PROFILES_USE_CASES } from './profiles.handlers.js';
import type { ProfilesUseCases } from './profiles.use-cases.js';

/** Cards, and the directories by which they are known elsewhere. */
@Controller()
export class DirectoryHandlers {
  readonly #useCases: ProfilesUseCases;

  constructor(@Inject(PROFILES_USE_CASES) useCases: ProfilesUseCases) {
    this.#useCases = useCases;
  }

  @Handles(listCards)
  listCards(request: RequestOf<typeof listCards>): Promise<ReplyOf<typeof listCards>> {
    return this.#useCases.listCards(request);
  }

  @Handles(findCard)
  findCard(request: RequestOf<typeof findCard>): Promise<ReplyOf<typeof findCard>> {
    return this.#useCases.findCard(request);
  }

  @Handles(addCard)
  addCard(request: RequestOf<typeof addCard>): Promise<CardView> {
    return this.#useCases.addCard(request);
  }

  @Handles(changeCard)
  changeCard(request: RequestOf<typeof changeCard>): Promise<CardView> {
    return this.#useCases.changeCard(request);
  }

  @Handles(receiveDirectory)
  receiveDirectory(page: DirectoryPage): Promise<Record<string, never>> {
    return this.#useCases.receiveDirectory(page);
  }

  @Handles(readDirectory)
  readDirectory(request: RequestOf<typeof readDirectory>): Promise<DirectoryPage> {
    return this.#useCases.readDirectory(request);
  }

  @Handles(findToken)
  findToken(request: RequestOf<typeof findToken>): Promise<ReplyOf<typeof findToken>> {
    return this.#useCases.findToken(request);
  }
}
