import { safeLine } from '../../core/text.ts';
import type { InstalledData } from './install.ts';

export function installedLines({ agent, path, done }: InstalledData): string[] {
	const file = safeLine(path, 300);
	switch (done) {
		case 'installed':
			return [
				`${agent} has the relay's tools from its next start on: ${file}`,
				`Take them away again: agent-relay mcp uninstall ${agent}`,
			];
		case 'removed':
			return [`${agent} no longer has the relay's tools: ${file}`];
		case 'unchanged':
			return [`Nothing to change in ${file}`];
		default:
			return done satisfies never;
	}
}
