import {existsSync, readFileSync} from 'node:fs';
import {type Plugin} from 'vite';
import {defineConfig} from 'vitest/config';

const BUNDLED = [
  'preact',
  '@preact/signals',
  '@preact/signals-core',
  'uplot',
  '@dagrejs/dagre',
  '@dagrejs/graphlib',
];

/** What the bundle is made of asks for its licence to go along. */
function licences(): Plugin {
  const text = (name: string) => {
    const folder = new URL(`node_modules/${name}/`, import.meta.url);
    const file = ['LICENSE', 'LICENSE.md'].find((each) => existsSync(new URL(each, folder)));
    if (!file) throw new Error(`${name} has no licence file`);
    return `${name}\n\n${readFileSync(new URL(file, folder), 'utf8').trim()}\n`;
  };
  return {
    name: 'licences',
    generateBundle() {
      const source = BUNDLED.map(text).join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({type: 'asset', fileName: 'LICENSES.txt', source});
    },
  };
}

// Without hashes in file names: the committed build then replaces the one before. It is minified, as
// it travels over slow connections too; line breaks are of no use in it.
export default defineConfig({
  plugins: [licences()],
  base: './',
  publicDir: false,
  build: {
    outDir: process.env.OUT_DIR ?? '../tb_keras_inspect/static',
    emptyOutDir: true,
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
