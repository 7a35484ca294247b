import { All, Controller, Req, Res } from '@nestjs/common';
import { RoamgridError } from '@roamgrid/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROUTES } from '../routes/all-routes.js';

const TEMPLATES = ROUTES.map((route) => ({
  method: route.method,
  pattern: new RegExp(`/api/v1${route.path.replace(/:\w+/g, '[^/]+')}$`),
}));

/**
 * What no route serves: 405 where the path has other methods, 404 otherwise. A method that the path has
 * comes here only with an id that is too long to be one. Registered last.
 */
@Controller()
export class FallbackController {
  @All('*')
  refuse(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): never {
    const [path = ''] = request.url.split('?');
    const methods = TEMPLATES.filter(({ pattern }) => pattern.test(path)).map(
      ({ method }) => method,
    );
    if (methods.length === 0 || methods.some((method) => method === request.method)) {
      throw new RoamgridError('not_found', 'no such page');
    }
    void reply.header('allow', [...new Set(methods)].join(', '));
    throw new RoamgridError('method_not_allowed', `the resource has ${methods.join(', ')}`);
  }
}
