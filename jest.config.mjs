/** Unit and medium tests (`*.spec.ts`) run from the sources; nothing has to be built for them. */
const swc = (moduleType) => [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: moduleType },
  },
];

const esm = (displayName, folders) => ({
  displayName,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.spec.ts`),
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleNameMapper: {
    '^@roamgrid/(kernel|cin|tariff|rating|negotiation|merkle|documents|contracts|ledger|messaging|persistence|platform)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^@roamgrid/(router|aaa|profiles|crp|settlement|portal|edge|identity)$':
      '<rootDir>/services/$1/src/$1.module.ts',
    '^@roamgrid/chaincode$': '<rootDir>/chaincode/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': swc('es6') },
});

/** The chaincode is CommonJS, as Fabric's server loads it; jest cannot require ESM, so all of it is transformed. */
const chaincode = {
  displayName: 'chaincode',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/chaincode/test/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleNameMapper: {
    '^@roamgrid/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transformIgnorePatterns: ['/node_modules/(?!canonicalize/)'],
  transform: { '^.+\\.[jt]s$': swc('commonjs') },
};

export default {
  // tests wait for what happens, never for time; the bound only ends what would hang on a busy machine
  testTimeout: 120_000,
  projects: [
    esm('libs', ['libs/*/test']),
    esm('services', ['services/*/test']),
    esm('tools', ['tools/test']),
    {
      ...esm('scenarios', ['scenarios']),
      // stories of the services apart: there is nothing to kill where all are one process
      testPathIgnorePatterns: [
        '/node_modules/',
        '/dist/',
        ...(process.env.ROAMGRID_SHAPE === 'cluster' ? [] : ['/scenarios/apart/']),
      ],
      globalSetup: '<rootDir>/scenarios/shared-gateway.setup.mjs',
      globalTeardown: '<rootDir>/scenarios/shared-gateway.teardown.mjs',
    },
    chaincode,
  ],
};
