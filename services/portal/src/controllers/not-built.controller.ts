import { Controller, type Type } from '@nestjs/common';
import { RoamgridError } from '@roamgrid/kernel';
import type { Route } from '../http/route.js';
import { Serves } from '../http/serves.js';

/** A controller whose methods are the routes of a table, each answering 501 `not_built`. */
export function notBuiltController(routes: readonly Route[]): Type {
  @Controller()
  class NotBuiltController {}
  for (const route of routes) {
    const descriptor = {
      configurable: true,
      writable: true,
      value: (): Promise<object> =>
        Promise.reject(new RoamgridError('not_built', `${route.method} ${route.path}`)),
    };
    Serves(route)(NotBuiltController.prototype, route.name, descriptor);
    Object.defineProperty(NotBuiltController.prototype, route.name, descriptor);
  }
  return NotBuiltController;
}
