import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: { ...globals.browser, Plotly: 'readonly' } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'class-methods-use-this': 'error',
      'max-len': ['error', { code: 140, ignoreUrls: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-nested-ternary': 'error',
      'no-restricted-syntax': [
        'error',
        ...[
          'CallExpression[callee.name=/^(setTimeout|setInterval|requestAnimationFrame)$/]',
          'CallExpression[callee.property.name=/^(then|catch|finally|addEventListener|on|map|filter|forEach)$/]',
        ].map((call) => ({
          selector: `${call} > MemberExpression.arguments[object.type='ThisExpression']`,
          message: 'A method that is called later loses its object: write an arrow function.',
        })),
      ],
    },
  },
  { files: ['**/javascript/*.js'], languageOptions: { globals: globals.node } },
];
