import { HttpCode, Req, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Route, RouteCall } from './route.js';

type Handler<R extends Route> = (call: RouteCall<R>) => Promise<object>;
/** of a route that asks for nothing */
type PlainHandler = () => Promise<object>;

const ROUTE = 'roamgrid:route';
const calls = new WeakMap<FastifyRequest, RouteCall<Route>>();

/** Keeps the parsed call beside its request, for the method that {@link Serves} marks. */
export function keepCall(request: FastifyRequest, call: RouteCall<Route>): void {
  calls.set(request, call);
}

/** The route whose method is about to run; undefined for what is no route of the table. */
export function routeOf(context: ExecutionContext): Route | undefined {
  return Reflect.getMetadata(ROUTE, context.getHandler()) as Route | undefined;
}

/**
 * Marks a controller's method as the handler of a route. The method gets the parsed call; what it
 * gives is the answer's body.
 */
export function Serves<R extends Route>(route: R) {
  return (
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<Handler<R>> | TypedPropertyDescriptor<PlainHandler>,
  ): void => {
    const descriptor = method as TypedPropertyDescriptor<Handler<R>>;
    const handler = descriptor.value;
    if (handler === undefined) throw new TypeError('@Serves stands on a method');
    const wrapped = function (this: unknown, request: FastifyRequest): Promise<object> {
      const call = calls.get(request);
      if (call === undefined) throw new TypeError(`${route.name} was called without its call`);
      return handler.call(this, call);
    };
    descriptor.value = wrapped as unknown as Handler<R>;
    RequestMapping({ path: route.path, method: RequestMethod[route.method] })(
      target,
      key,
      descriptor,
    );
    HttpCode(route.status)(target, key, descriptor);
    SetMetadata(ROUTE, route)(target, key, descriptor);
    Req()(target, key, 0);
  };
}
