import { RoamgridError } from '@roamgrid/kernel';

/** What is wrong with a member of a request, named from the request's own root. */
export function beneath(member: string, error: unknown): unknown {
  if (!(error instanceof RoamgridError) || error.code !== 'invalid_tariff') return error;
  const fields = error.fields.map(({ path, message }) => ({
    path: path === '' ? member : `${member}.${path}`,
    message,
  }));
  return new RoamgridError(error.code, error.message, fields);
}

/** The findings about a tariff stand below `document`, where the request has it. */
export async function inDocument<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    throw beneath('document', error);
  });
}
