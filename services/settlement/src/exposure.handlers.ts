import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { readExposures, setExposureLimit } from './use-cases/exposure/manage-exposures.js';

/** What partners owe, and how far that may go. */
@Controller()
export class ExposureHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.setExposureLimit)
  setExposureLimit(request: contracts.RequestOf<typeof contracts.setExposureLimit>) {
    return setExposureLimit(this.#ports, request);
  }

  @Handles(contracts.readExposures)
  readExposures() {
    return readExposures(this.#ports);
  }
}
