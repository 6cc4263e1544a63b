import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: { ...globals.browser, Plotly: 'readonly' } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-unused-vars': 'warn',
      'preserve-caught-error': 'warn',
      'max-len': ['warn', { code: 140, ignoreUrls: true }],
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-nested-ternary': 'warn',
      'no-shadow': 'off',
    },
  },
  { files: ['**/javascript/*.js'], languageOptions: { globals: globals.node } },
];
