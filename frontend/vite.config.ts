import {defineConfig} from 'vitest/config';

// Not minified and without hashes in file names: the committed build is then the same on every
// machine, and merges line by line like a source file.
export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    outDir: process.env.OUT_DIR ?? '../tb_keras_inspect/static',
    emptyOutDir: true,
    minify: false,
    cssMinify: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: {index: 'src/index.tsx', layout_worker: 'src/graph/layout_worker.ts'},
      preserveEntrySignatures: 'exports-only',
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
        // Explanations stay in the sources; licences go along.
        comments: {legal: true, annotation: false, jsdoc: false},
      },
    },
  },
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  test: {include: ['src/**/*.test.ts'], pool: 'threads', isolate: false},
});
