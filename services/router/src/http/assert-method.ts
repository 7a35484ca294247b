import { RoamgridError } from '@roamgrid/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^\/station\/v1\/swipes$/, 'POST'],
  [/^\/station\/v1\/sessions\/[^/]+$/, 'GET, HEAD'],
  [/^\/station\/v1\/sessions\/[^/]+\/(?:consent|decline|start|meter-values|stop)$/, 'POST'],
];

/**
 * A path of the interface under a method that it lacks names those it has. Asked before a body is read.
 *
 * @throws RoamgridError `method_not_allowed`
 */
export function assertMethod({ url, method }: FastifyRequest, reply: FastifyReply): void {
  const [path = ''] = url.split('?');
  const allowed = METHODS.find(([pattern]) => pattern.test(path))?.[1];
  if (allowed === undefined || allowed.split(', ').includes(method)) return;
  void reply.header('allow', allowed);
  throw new RoamgridError('method_not_allowed', `the resource has ${allowed}`);
}
