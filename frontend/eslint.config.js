import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['node_modules', 'eslint.config.js', '.dependency-cruiser.mjs', 'scripts']},
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        {object: 'window', property: 'parent', message: 'Only host/ may touch the parent page.'},
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Names from a log are text, never markup.',
        },
        {
          selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML)$/]',
          message: 'Names from a log are text, never markup.',
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      // Indexing is typed as never undefined, so this rule would call needed checks needless.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Array indices in drawing loops are in range by construction.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
    },
  },
  {files: ['src/host/**'], rules: {'no-restricted-properties': 'off'}},
);
