import type { FieldError } from '@roamgrid/kernel';
import {
  DIMENSIONS,
  type Dimension,
  type Restrictions,
  type Tariff,
  type TariffElement,
} from '@roamgrid/tariff';
import { findUncovered, TooIntricate } from './find-uncovered.js';
import { axesWithin, type Axis, type Days } from './restriction-axes.js';

const TOO_INTRICATE: FieldError = {
  path: 'elements',
  message: 'has too many restrictions together to tell whether all energy has a price',
};

function priced(tariff: Tariff, dimension: Dimension): readonly TariffElement[] {
  return tariff.elements.filter(
    ({ components, restrictions }) =>
      restrictions.reservation === undefined &&
      components.some((component) => component.dimension === dimension),
  );
}

function findingsOf(find: () => FieldError[]): FieldError[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof TooIntricate) return [TOO_INTRICATE];
    throw error;
  }
}

/**
 * A moment at which a charge would get its energy for nothing, whatever the date, the time, the energy and
 * time so far, the current and the power. A price of 0 is a price.
 */
export function energyGapFindings(tariff: Tariff, days: Days): FieldError[] {
  const axes = axesWithin(days);
  const by = priced(tariff, 'ENERGY').map(({ restrictions }) => restrictions);
  return findingsOf(() => {
    const moment = findUncovered({ axes, within: {}, by });
    if (moment === null) return [];
    // always the day and the time; else what some price of energy asks about
    const told = axes.flatMap((axis, index) => {
      const at = moment[index];
      const isAsked = index < 2 || by.some((one) => axis.restricts(one));
      return at !== undefined && isAsked ? [axis.tell(at)] : [];
    });
    return [{ path: 'elements', message: `ENERGY has no price ${told.join(' ')}` }];
  });
}

function pathOf(element: TariffElement, dimension: Dimension): string {
  const position = element.components.findIndex((component) => component.dimension === dimension);
  return `elements.${String(element.index)}.price_components.${String(position)}`;
}

/** A price that never applies, because the elements before it price all that it could. */
function shadowFindings(tariff: Tariff, axes: readonly Axis[], dimension: Dimension): FieldError[] {
  const elements = priced(tariff, dimension);
  return elements.flatMap((element, position): FieldError[] => {
    const before = elements.slice(0, position).map(({ restrictions }) => restrictions);
    const within = element.restrictions;
    const isOver = findUncovered({ axes, within, by: [] }) === null;
    if (isOver || findUncovered({ axes, within, by: before }) !== null) return [];
    const message = `never applies: elements before it price ${dimension} at all its times`;
    return [{ path: pathOf(element, dimension), message }];
  });
}

/** What two elements may differ in, so that they are two prices of the same kind. */
const KINDS: readonly {
  readonly members: readonly string[];
  readonly names: readonly (keyof Restrictions)[];
}[] = [
  { members: ['start_time', 'end_time'], names: ['startSecondOfDay', 'endSecondOfDay'] },
  { members: ['start_date', 'end_date'], names: ['startDay', 'endDay'] },
  { members: ['day_of_week'], names: ['daysOfWeek'] },
  { members: ['min_kwh', 'max_kwh'], names: ['minEnergyMilliWh', 'maxEnergyMilliWh'] },
  {
    members: ['min_duration', 'max_duration'],
    names: ['minDurationSeconds', 'maxDurationSeconds'],
  },
  { members: ['min_current', 'max_current'], names: ['minCurrentMilliA', 'maxCurrentMilliA'] },
  { members: ['min_power', 'max_power'], names: ['minPowerMilliW', 'maxPowerMilliW'] },
];

/** Whether both hold at some value of the axis, and each also at one where the other does not. */
function crosses(axis: Axis, one: Restrictions, other: Restrictions): boolean {
  const turns = [one, other]
    .flatMap((restrictions) => axis.turns(restrictions))
    .filter((turn) => turn !== undefined)
    .map(BigInt);
  const held = axis.values(turns).map((at) => [axis.holds(one, at), axis.holds(other, at)]);
  const has = (first: boolean, second: boolean): boolean =>
    held.some(([inOne, inOther]) => inOne === first && inOther === second);
  return has(true, true) && has(true, false) && has(false, true);
}

/** The member of the later element at which two prices of one kind overlap; null where they do not. */
function overlapOf(axes: readonly Axis[], one: Restrictions, other: Restrictions): string | null {
  const differing = KINDS.filter(({ names }) =>
    names.some((name) => String(one[name]) !== String(other[name])),
  );
  const [kind] = differing;
  if (kind === undefined || differing.length > 1) return null;
  const axis = axes.find(({ members }) => kind.members.every((name) => members.includes(name)));
  return axis !== undefined && crosses(axis, one, other) ? (kind.members[0] ?? null) : null;
}

/**
 * Two elements of which neither is the exception to the other. OCPI lets the first win; who wrote 06:00–22:00
 * and then 20:00–08:00 has rather made a mistake.
 */
function overlapFindings(
  tariff: Tariff,
  axes: readonly Axis[],
  dimension: Dimension,
): FieldError[] {
  const elements = priced(tariff, dimension);
  return elements.flatMap((element, position) =>
    elements.slice(0, position).flatMap((before): FieldError[] => {
      const member = overlapOf(axes, before.restrictions, element.restrictions);
      if (member === null) return [];
      const message = `overlaps elements.${String(before.index)}, which also prices ${dimension}`;
      return [{ path: `elements.${String(element.index)}.restrictions.${member}`, message }];
    }),
  );
}

/** Prices that never apply, and prices of which it is not clear which one applies. */
export function orderFindings(tariff: Tariff, days: Days): FieldError[] {
  const axes = axesWithin(days);
  return DIMENSIONS.flatMap((dimension) =>
    findingsOf(() => [
      ...overlapFindings(tariff, axes, dimension),
      ...shadowFindings(tariff, axes, dimension),
    ]),
  );
}
