import { Controller, Inject } from '@nestjs/common';
import {
  amendContract,
  auditContracts,
  concludeContract,
  endContract,
  readContractVersion,
  type AuditReport,
  type ContractView,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import { PROFILES_USE_CASES } from './profiles.handlers.js';
import type { ProfilesUseCases } from './profiles.use-cases.js';

/** Drivers' contracts. */
@Controller()
export class ContractHandlers {
  readonly #useCases: ProfilesUseCases;

  constructor(@Inject(PROFILES_USE_CASES) useCases: ProfilesUseCases) {
    this.#useCases = useCases;
  }

  @Handles(amendContract)
  amendContract(request: RequestOf<typeof amendContract>): Promise<ContractView> {
    return this.#useCases.amendContract(request);
  }

  @Handles(concludeContract)
  concludeContract(request: RequestOf<typeof concludeContract>): Promise<ContractView> {
    return this.#useCases.concludeContract(request);
  }

  @Handles(endContract)
  endContract(request: RequestOf<typeof endContract>): Promise<ContractView> {
    return this.#useCases.endContract(request);
  }

  @Handles(readContractVersion)
  readContractVersion(
    request: RequestOf<typeof readContractVersion>,
  ): Promise<ReplyOf<typeof readContractVersion>> {
    return this.#useCases.readContractVersion(request);
  }

  @Handles(auditContracts)
  auditContracts(): Promise<AuditReport> {
    return this.#useCases.auditContracts();
  }
}
