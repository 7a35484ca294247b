/**
 * Who may import whom. A rule says what is forbidden and why; tools/test/boundaries.spec.ts breaks
 * each of them once and expects to be told.
 */

const PURE = 'kernel|cin|tariff|rating|negotiation|merkle|documents|contracts';
const SERVICE_SOURCE = '^services/([^/]+)/src/';

/** A pure library sees the libraries named here, and its own files. */
const MAY_SEE = {
  kernel: [],
  merkle: [],
  cin: ['kernel'],
  documents: ['kernel'],
  tariff: ['kernel'],
  rating: ['kernel', 'tariff'],
  negotiation: ['kernel', 'tariff'],
  contracts: ['kernel', 'cin', 'tariff'],
};

const layering = Object.entries(MAY_SEE).map(([library, seen]) => ({
  name: `layers-${library}`,
  severity: 'error',
  comment: `libs/${library} sees ${seen.join(', ') || 'no other library'}: what stands lower never needs what stands higher, and nothing pure sees a library with I/O.`,
  from: { path: `^libs/${library}/src/` },
  to: { path: '^libs/', pathNot: `^libs/(${[library, ...seen].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files on a cycle can only be understood, tested and loaded together.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nothing imports and that imports nothing is left over.',
      from: {
        orphan: true,
        pathNot: ['\\.spec\\.ts$', '\\.d\\.ts$', '^(tools|scenarios|bench)/', '\\.[cm]js$'],
      },
      to: {},
    },
    {
      name: 'no-dead-files',
      severity: 'error',
      comment: 'Code that only a test reaches is not part of the product; delete it or use it.',
      from: {
        path: '^(libs/[^/]+/src/index|services/[^/]+/src/(main|start-gateway|installation|[^/]+\\.module)|chaincode/src/index)\\.ts$',
      },
      to: {
        path: '^(libs|services)/[^/]+/src/|^chaincode/src/',
        pathNot:
          '\\.d\\.ts$|^libs/[^/]+/src/index\\.ts$|^services/[^/]+/src/(main|start-gateway|installation|[^/]+\\.module)\\.ts$|^chaincode/src/index\\.ts$',
        reachable: false,
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that leads nowhere fails when the program starts.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      comment:
        "A package must stand in the importer's own package.json: hoisting is an accident of the day.",
      from: { path: '^(libs|services)/[^/]+/src/|^(chaincode|tools)/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },

    // Libraries.
    {
      name: 'pure-no-node',
      severity: 'error',
      comment: 'Pure libraries also run in the chaincode and in the browser: no Node core module.',
      from: { path: `^libs/(${PURE})/src/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-no-packages',
      severity: 'error',
      comment:
        'Pure libraries know no framework, database or bus: only schemas (zod), JCS (canonicalize), and JSON whose figures are not rounded (lossless-json).',
      from: { path: `^libs/(${PURE})/src/` },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/(zod|canonicalize|lossless-json)/',
      },
    },
    ...layering,
    {
      name: 'libraries-below-services',
      severity: 'error',
      comment:
        'Libraries are what services and the chaincode are made of; the way back would be a cycle of packages.',
      from: { path: '^libs/[^/]+/src/' },
      to: { path: '^(services|chaincode|tools|scenarios|bench)/' },
    },
    {
      name: 'libraries-by-their-entry',
      severity: 'error',
      comment: 'What index.ts does not export may change without asking anyone.',
      from: { path: '^(services|chaincode|tools|scenarios|bench)/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libraries-among-themselves',
      severity: 'error',
      comment: 'The same among libraries: another one is reached through its index.ts.',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/|^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'no-own-entry',
      severity: 'error',
      comment:
        'Inside a library the file itself is imported; its own index.ts would be a cycle in waiting.',
      from: { path: '^libs/([^/]+)/src/' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },

    // Services.
    {
      name: 'services-apart',
      severity: 'error',
      comment:
        'Services meet only in libs/contracts; all-in-one alone puts several into one process, and cluster starts them on what all-in-one stands on.',
      from: { path: '^services/([^/]+)/', pathNot: '^services/(all-in-one|cluster)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'services-by-their-entry',
      severity: 'error',
      comment:
        'all-in-one takes what the package exports (<service>.module.ts), never an inner file.',
      from: { path: '^services/all-in-one/' },
      to: {
        path: '^services/(?!all-in-one/)',
        pathNot: '^services/([^/]+)/src/\\1\\.module\\.ts$',
      },
    },
    {
      name: 'cluster-apart',
      severity: 'error',
      comment:
        'The cluster starts services as programs; of all-in-one it takes what a gateway stands on, and no service.',
      from: { path: '^services/cluster/' },
      to: {
        path: '^services/(?!cluster/)',
        pathNot: '^services/all-in-one/src/installation\\.ts$',
      },
    },
    {
      name: 'ledger-behind-its-port',
      severity: 'error',
      comment:
        'Services know libs/ledger; only a module or all-in-one puts the contract behind it.',
      from: { path: '^services/', pathNot: '^services/all-in-one/|/test/|\\.module\\.ts$' },
      to: { path: '^chaincode/' },
    },
    {
      name: 'use-cases-no-adapters',
      severity: 'error',
      comment: 'A use case is written against ports, so that it reads as what happens, not as SQL.',
      from: { path: '^services/[^/]+/src/use-cases/' },
      to: { path: '/adapters/' },
    },
    {
      name: 'use-cases-no-framework',
      severity: 'error',
      comment: 'A use case outlives the framework and the database driver.',
      from: { path: '^services/[^/]+/src/use-cases/' },
      to: { path: '(^|/)node_modules/(@nestjs|typeorm|pg|fastify|rxjs|@nats-io)(/|$)' },
    },
    {
      name: 'only-modules-join-adapters',
      severity: 'error',
      comment:
        'Ports meet adapters in one file: whoever wants to know what a service stands on reads its module.',
      from: { path: SERVICE_SOURCE, pathNot: '\\.module\\.ts$|/adapters/' },
      to: { path: '/adapters/' },
    },
    {
      name: 'only-main-imports-modules',
      severity: 'error',
      comment:
        'The module is the top of a service; what imports it is the program (or a larger module).',
      from: {
        path: SERVICE_SOURCE,
        pathNot: '/src/main\\.ts$|\\.module\\.ts$|^services/all-in-one/',
      },
      to: { path: '\\.module\\.ts$' },
    },
    {
      name: 'nobody-imports-programs',
      severity: 'error',
      comment: 'Importing main.ts starts a service.',
      from: {},
      to: { path: '^services/[^/]+/src/main\\.ts$' },
    },

    // Chaincode.
    {
      name: 'chaincode-pure',
      severity: 'error',
      comment:
        "The contract must compute the same on every peer: pure libraries and Fabric's own, nothing else.",
      from: { path: '^chaincode/src/' },
      to: { path: '^(libs|services|tools|scenarios|bench)/', pathNot: `^libs/(${PURE})/` },
    },
    {
      name: 'chaincode-packages',
      severity: 'error',
      comment: 'A package in the chaincode runs on every endorsing peer.',
      from: { path: '^chaincode/src/' },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/(fabric-contract-api|fabric-shim|@types)/',
      },
    },
    {
      name: 'chaincode-node',
      severity: 'error',
      comment: 'Hashes and signatures are the only thing that the chaincode asks Node for.',
      from: { path: '^chaincode/src/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },

    // Tools.
    {
      name: 'nothing-imports-tools',
      severity: 'error',
      comment:
        'What developers run is no part of what users run; a test may borrow a simulated station.',
      from: { path: '^((libs|services)/[^/]+|chaincode)/src/' },
      to: { path: '^(tools|scenarios|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^tools/test/fixtures/' },
    // Type imports count: a type from the wrong side couples as much as a function.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
    },
  },
};
