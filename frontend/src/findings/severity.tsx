/** The severity of a finding, and the health of a run, as a shape, a word and a colour. */

import type {Finding} from '../api/findings';
import type {Health, Severity} from '../catalog';
import {SEVERITY_TITLES} from '../data/findings';

const CHECK =
  'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM11.200 4.900L6.900 9.300 4.800 7.200 3.700 8.300l3.200 3.200 5.400-5.500z';
// An octagon, a triangle and discs, each with its sign cut out; a ring for what is not known.
const SHAPES: Readonly<Record<Health | Severity, string>> = {
  error:
    'M5.200 1h5.600L15 5.200v5.600L10.800 15H5.200L1 10.800V5.200zM5.600 4.500L4.500 5.600 6.900 8l-2.400 2.400 1.100 1.100L8 9.100l2.400 2.400 1.100-1.100L9.100 8l2.400-2.400-1.100-1.100L8 6.900z',
  warning: 'M8 1.200L15.600 14.500H.400zM7.200 6v4.200h1.600V6zM7.200 11.200v1.600h1.600v-1.600z',
  note: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM7.200 4.200v1.600h1.600V4.200zM7.200 7v4.800h1.600V7z',
  recovered: CHECK,
  healthy: CHECK,
  unknown:
    'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 3.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9z',
};

interface IconProps {
  readonly severity: Health | Severity;
  readonly size?: number;
}

export function SeverityIcon({severity, size = 14}: IconProps) {
  return (
    <svg
      class={`severity ${severity}`}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="currentColor"
      fill-rule="evenodd"
      aria-hidden="true"
    >
      <path d={SHAPES[severity]} />
    </svg>
  );
}

export const SeverityWord = ({finding: {severity, ongoing}}: {readonly finding: Finding}) => (
  <b class={`severity ${severity}`}>
    {SEVERITY_TITLES[severity]}
    {!ongoing && ', recovered'}
  </b>
);
