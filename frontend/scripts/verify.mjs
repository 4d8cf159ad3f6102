// Builds into a temporary folder and compares it with the committed bundle, byte for byte.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const LARGEST_BUNDLE = 150 * 1024; // bytes, all files, each gzipped

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const committed = join(root, '..', 'tb_keras_inspect', 'static');
const built = mkdtempSync(join(tmpdir(), 'tb-keras-inspect-'));

function filesIn(folder) {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function difference(name) {
  const read = (folder) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return null;
    }
  };
  const [before, after] = [read(committed), read(built)];
  if (before === null) return `${name}: built, not committed`;
  if (after === null) return `${name}: committed, not built`;
  if (before.equals(after)) return null;
  const [a, b] = [before.toString().split('\n'), after.toString().split('\n')];
  const line = a.findIndex((text, index) => text !== b[index]);
  const at = line < 0 ? a.length : line;
  const show = (text) => (text ?? '(end)').slice(0, 200);
  return `${name}:${at + 1}:\n  committed: ${show(a[at])}\n  built:     ${show(b[at])}`;
}

try {
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build'], {
    cwd: root,
    env: {...process.env, OUT_DIR: built},
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const names = [...new Set([...filesIn(committed), ...filesIn(built)])].sort();
  const differences = names.map(difference).filter(Boolean);
  if (differences.length) {
    console.error('The committed bundle is not what the sources build to. Run `npm run build`.');
    console.error(differences.join('\n'));
    process.exitCode = 1;
  }
  const size = filesIn(built).reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(built, name))).length,
    0,
  );
  console.log(`${filesIn(built).length} file(s), ${(size / 1024).toFixed(1)} KB gzipped`);
  if (size > LARGEST_BUNDLE) {
    console.error(`The bundle is larger than ${LARGEST_BUNDLE / 1024} KB.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(built, {recursive: true, force: true});
}
