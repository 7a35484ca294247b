import { definePlan, recordFxRate, retailPlan } from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';

const fx = recordFxRate.request.shape.fx;

export const postPlan = defineRoute({
  method: 'POST',
  path: '/plans',
  name: 'definePlan',
  tag: 'Consumers',
  summary:
    'As home: what a plan says about charging away from home; another one of its name is its next version.',
  scopes: ['tariffs:approve'],
  body: definePlan.request.shape.plan,
  status: 201,
  reply: z.looseObject(retailPlan.shape).meta({ id: 'Plan' }),
});

export const postExchangeRate = defineRoute({
  method: 'POST',
  path: '/exchange-rates',
  name: 'recordExchangeRate',
  tag: 'Consumers',
  summary: 'As home: a rate that retail tariffs may be signed with, with its source and instant.',
  scopes: ['tariffs:approve'],
  body: fx,
  status: 201,
  reply: z.looseObject(fx.shape).meta({ id: 'ExchangeRate' }),
});
