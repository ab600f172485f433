import { RelayError } from '../core/errors.ts';
import type { PermissionPreset } from './agent-adapter.ts';

/** From the narrowest to the widest. */
export const PRESETS: readonly PermissionPreset[] = ['read-only', 'edit', 'full'];

/** The value of `--permissions`. Throws `usage`. */
export function readPreset(text: string): PermissionPreset {
	const preset = PRESETS.find((known) => known === text);
	if (preset) return preset;
	throw new RelayError('usage', `--permissions takes ${PRESETS.join(', ')}, not ${JSON.stringify(text)}.`);
}
