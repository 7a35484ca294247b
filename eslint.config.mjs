import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * What the linter holds. Boundaries between folders are dependency-cruiser's, sizes of files and
 * left-overs are tidy's. All TypeScript is read as one program (tsconfig.check.json), in which our
 * packages resolve to their sources: nothing has to be built before linting.
 */

const TESTS = [
  '**/test/**/*.ts',
  '**/*.spec.ts',
  'libs/*/src/testing/**/*.ts',
  'scenarios/**/*.ts',
  'bench/**/*.ts',
];
const PURE = '{kernel,cin,tariff,rating,negotiation,merkle,documents,contracts}';
const MONEY = [
  'libs/{tariff,rating,negotiation,merkle}/src/**/*.ts',
  'services/settlement/src/**/*.ts',
];

/** Every division states its rounding; the one file that divides is kernel's rounding.ts. */
const DIVISION_SYNTAX = [
  {
    selector: "BinaryExpression[operator='/'], AssignmentExpression[operator='/=']",
    message: 'State the rounding: divideHalfUp, divideHalfEven, divideUp, … of @roamgrid/kernel.',
  },
  {
    selector: "CallExpression[callee.property.name='toFixed']",
    message:
      'toFixed rounds a float: format with formatDecimal or formatMoney of @roamgrid/kernel.',
  },
  {
    selector:
      "CallExpression[callee.name='parseFloat'], CallExpression[callee.property.name='parseFloat']",
    message: 'parseFloat makes a float: read figures with parseDecimal of @roamgrid/kernel.',
  },
];

/** Figures that a bill depends on are bigint from reading to writing. */
const FIGURE_SYNTAX = [
  {
    selector: "CallExpression[callee.name='Number'], UnaryExpression[operator='+']",
    message: 'A figure on the money path stays a bigint; Number loses digits without a word.',
  },
];

/** Configuration is read once, where its schema stands. */
const ENVIRONMENT_SYNTAX = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only a *.config.ts reads the environment; take the value as an argument.',
  },
  {
    selector:
      "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
    message: 'Only a *.config.ts reads the environment; take the value as an argument.',
  },
];

/** A name that is given once is the name that is searched for. */
const EXPORT_SYNTAX = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name: a default export is renamed by whoever imports it.',
  },
];

/** What a pure library would need the outside world for. */
const IMPURE_GLOBALS = [
  ['Date', 'Instants are made in kernel’s instant.ts; the time of day comes in as an argument.'],
  ['performance', 'The time comes in as an argument.'],
  ['process', 'A pure library knows no process.'],
  ['Buffer', 'The browser has none: use Uint8Array.'],
  ['crypto', 'sha256, signatures and randomness come in as arguments.'],
  ['fetch', 'A pure library has no network.'],
  ['setTimeout', 'A pure library does not wait.'],
  ['setInterval', 'A pure library does not wait.'],
  ['Intl', 'Zones and locales are data, not environment.'],
].map(([name, message]) => ({ name, message }));

const restrict = (...groups) => ['error', ...groups.flat()];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.cache/**',
      '.roamgrid/**',
      'coverage/**',
      'tools/test/fixtures/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // A switch that names every case is one decision.
      complexity: ['error', { max: 20, variant: 'modified' }],
      eqeqeq: 'error',
      'max-depth': ['error', 4],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': restrict(EXPORT_SYNTAX, ENVIRONMENT_SYNTAX),
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/max-params': ['error', { max: 5 }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Nest's modules are classes that hold nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      // Nest types its options as classes and takes plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `async` without await is how a port's method turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: MONEY,
    rules: {
      'no-restricted-syntax': restrict(
        EXPORT_SYNTAX,
        ENVIRONMENT_SYNTAX,
        DIVISION_SYNTAX,
        FIGURE_SYNTAX,
      ),
    },
  },
  {
    files: ['libs/kernel/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': restrict(EXPORT_SYNTAX, ENVIRONMENT_SYNTAX, DIVISION_SYNTAX),
    },
  },
  {
    files: [`libs/${PURE}/src/**/*.ts`],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness comes in as an argument.' },
      ],
    },
  },
  {
    // The one file that divides.
    files: ['libs/kernel/src/rounding.ts'],
    rules: { 'no-restricted-syntax': restrict(EXPORT_SYNTAX, ENVIRONMENT_SYNTAX) },
  },
  {
    // Calendar arithmetic: milliseconds to a date and back, with no clock behind it.
    files: ['libs/kernel/src/instant.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-syntax': restrict(EXPORT_SYNTAX) },
  },
  {
    // A migration is a table written down, however long it is.
    files: ['services/*/src/migrations/**/*.ts', 'libs/*/src/**/create-*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Programs that a person runs answer on standard output.
    files: ['tools/src/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: TESTS,
    rules: {
      complexity: 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
      'no-restricted-syntax': restrict(EXPORT_SYNTAX),
      '@typescript-eslint/max-params': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      // A test says what must be there; where it is not, the failure names the line.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        process: 'readonly',
        require: 'readonly',
        URL: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
