import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openWorkstreams } from '../../src/workstreams/open-workstreams.ts';
import { requireWorkstreamName } from '../../src/workstreams/workstream-name.ts';
import type { Workstreams } from '../../src/workstreams/workstreams-contract.ts';

export const named = requireWorkstreamName;

export const SESSION = { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', project: '/home/me/repo', agents: ['claude'] };

export class WorkstreamScratch {
	readonly root: string;
	now = Date.parse('2026-01-02T03:04:05.000Z');
	/** ms: how much later than now it is for who waits for a lock. */
	later = 0;
	#pid = 0;

	constructor(root = mkdtempSync(join(tmpdir(), 'relay-workstreams-'))) {
		this.root = root;
	}

	/** As another process opens them: every lock that it finds is of one that is gone. */
	open(): Workstreams {
		return openWorkstreams({
			paths: { configHome: this.root },
			locking: {
				self: { pid: ++this.#pid, start: 's', place: 'here' },
				isAlive: () => false,
				now: () => Date.now() + this.later,
			},
			clock: { now: () => this.now },
		});
	}

	path(...parts: string[]): string {
		return join(this.root, ...parts);
	}

	read(...parts: string[]): string {
		return readFileSync(this.path(...parts), 'utf8');
	}

	/** Every file below, by its path; what a kill may leave beside them left out. */
	files(): Record<string, string> {
		const found: Record<string, string> = {};
		const walk = (folder: string) => {
			for (const name of readdirSync(folder)) {
				const path = join(folder, name);
				if (lstatSync(path).isDirectory()) walk(path);
				else if (!/\.(step|tmp|lock|takeover)$/.test(name))
					found[relative(this.root, path)] = readFileSync(path, 'utf8');
			}
		};
		if (existsSync(this.root)) walk(this.root);
		return found;
	}

	remove(): void {
		rmSync(this.root, { recursive: true, force: true });
	}
}
