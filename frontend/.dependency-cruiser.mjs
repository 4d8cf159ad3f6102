// Who may import whom: the table of folders in README.md is the contract, read from there.
import {readFileSync} from 'node:fs';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const rooms = [...readme.matchAll(/^\| `src\/(\w*)(?:\/|\.ts)?` *\|[^|]*\|([^|]*)\|$/gm)].map(
  ([, folder, allowed]) => ({
    folder,
    allowed: [...allowed.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  }),
);
if (rooms.length < 2) throw new Error('README.md has no table of folders');

const inFolders = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

/** Each folder imports itself, packages, and what its row names. */
const contract = rooms.map(({folder, allowed}) => {
  const own = folder ? [folder] : [];
  return {
    name: `${folder || 'index.tsx'}-imports`,
    comment: `README.md: src/${folder} may import ${allowed.join(', ') || 'none of ours'}`,
    severity: 'error',
    from: {path: folder ? inFolders([folder]) : '^src/index\\.tsx$'},
    to: {path: '^src/', pathNot: inFolders([...own, ...allowed, '-'])},
  };
});

export default {
  forbidden: [
    ...contract,
    {
      name: 'every-folder-has-a-row',
      severity: 'error',
      from: {path: '^src/[^/]+/', pathNot: inFolders(rooms.map(({folder}) => folder || '-'))},
      to: {},
    },
    {
      name: 'views-do-not-know-each-other',
      severity: 'error',
      from: {path: '^src/views/([^/]+)/'},
      to: {path: '^src/views/', pathNot: '^src/views/$1/'},
    },
    {name: 'no-circle', severity: 'error', from: {}, to: {circular: true}},
    {
      name: 'no-orphan',
      comment: 'Nothing imports it, and it starts nothing.',
      severity: 'error',
      from: {orphan: true, pathNot: '\\.test\\.ts$'},
      to: {},
    },
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    exclude: {path: '\\?inline$'},
    tsPreCompilationDeps: true, // imports of types count
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'types']},
  },
};
