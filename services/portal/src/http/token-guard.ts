import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { RoamgridError } from '@roamgrid/kernel';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';
import type { Route } from './route.js';
import { routeOf } from './serves.js';
import { verifyToken, type TokenRules } from './verify-token.js';

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request that the guard let pass. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new RoamgridError('unauthorized', 'a bearer token is needed');
  return caller;
}

function checkScope(caller: Caller, route: Route): void {
  if (!route.scopes.some((scope) => caller.scopes.has(scope))) {
    throw new RoamgridError('forbidden', `the token lacks the scope ${route.scopes.join(' or ')}`);
  }
  if (caller.provider !== null && !route.providers) {
    throw new RoamgridError('forbidden', 'a provider may not do this');
  }
}

/** Opens a route to a valid token of this utility that carries one of the route's scopes. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #rules: TokenRules;

  constructor(rules: TokenRules) {
    this.#rules = rules;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context);
    if (route === undefined) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await verifyToken(request.headers.authorization, this.#rules);
    checkScope(caller, route);
    callers.set(request, caller);
    return true;
  }
}
