import { z } from 'zod';
import type { DemoGateway } from '../demo-gateway.js';

/** All pages of a list. @throws DemoFault when a page is refused */
export async function readAll<Item extends z.ZodType>(
  gateway: DemoGateway,
  utility: string,
  path: string,
  item: Item,
): Promise<z.output<Item>[]> {
  const page = z.looseObject({ items: z.array(item), nextCursor: z.string().nullable() });
  const items: z.output<Item>[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer: z.output<typeof page> = await gateway.get(utility, `${path}${next}`, page);
    items.push(...answer.items);
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return items;
}
