type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function mergedComponents(documents: readonly Json[]): Json {
  const components: Record<string, Json> = {};
  for (const document of documents) {
    for (const [kind, entries] of Object.entries(objectOf(document['components']))) {
      components[kind] = { ...objectOf(entries), ...components[kind] };
    }
  }
  return components;
}

/**
 * One OpenAPI document of several that are served on one port. What two of them say differently
 * (title, servers, a component of the same name) is taken from the first.
 */
export function mergeOpenApi(documents: readonly Json[]): Json {
  const paths = documents.map((document) => objectOf(document['paths']));
  return {
    ...documents[0],
    paths: Object.assign({}, ...[...paths].reverse()) as Json,
    components: mergedComponents(documents),
  };
}
