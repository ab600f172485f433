/** What the shell needs beside the conversation: listings, configuration, editor, the question of trust. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretValues } from '../agents/secret-values.ts';
import { type App, homeOf } from '../app/create-app.ts';
import type { Settings, SettingsHolder } from '../app/open-relay.ts';
import { clonedFolders, obeysRepo } from '../app/repo-trust.ts';
import { RelayError } from '../core/errors.ts';
import { searchPathOutside } from '../core/processes/find-executable.ts';
import { withoutInheritedDescriptors } from '../core/processes/inherited-descriptors.ts';
import { createRedactor } from '../handoff/redact.ts';
import type { ShellServices } from '../shell/services.ts';

export async function createShellServices(
	app: App,
	holder: SettingsHolder,
	reload: () => Promise<Settings>,
): Promise<ShellServices> {
	const repo = await app.repo();
	return {
		version: app.version,
		ownName: app.ownName,
		worktree: repo.worktree,
		historyPath: join(app.paths.stateHome, 'history'),
		redact: (text) => createRedactor(secretValues(app.env, holder.settings.registry.adapters)).record(text),
		openEditor: async (text) => editText(app, text, clonedFolders(repo, homeOf(app.env))),
		pendingTrust: async () => {
			const { trust } = holder.settings;
			const { digests } = trust;
			if (obeysRepo(trust) || digests === null || repo.kind === 'none') return null;
			if (trust.store.isDeclined(trust, digests)) return null;
			return {
				files: [...digests.keys()],
				decline: () => trust.store.decline(trust, digests),
				accept: async () => {
					trust.store.trust(trust, digests);
					holder.settings = await reload();
				},
			};
		},
	};
}

/** `$VISUAL`, else `$EDITOR`, else vi, on a private file. The variable may hold arguments, as is customary. */
function editText(app: App, text: string, repoFolders: readonly string[]): string {
	const editor = app.env.VISUAL || app.env.EDITOR || 'vi';
	// A program of the repo that calls itself `vi` is not the user's editor.
	const env = { ...app.env, PATH: searchPathOutside(app.env.PATH ?? '', repoFolders) };
	const folder = mkdtempSync(join(tmpdir(), 'agent-relay-'));
	const file = join(folder, 'prompt.md');
	try {
		writeFileSync(file, text, { mode: 0o600 });
		const [program = 'vi', ...args] = editor.split(/\s+/);
		const result = withoutInheritedDescriptors(['inherit', 'inherit', 'inherit'], (stdio) =>
			spawnSync(program, [...args, file], { stdio, env, cwd: app.folder }),
		);
		if (result.error)
			throw new RelayError('not_started', `The editor ${program} cannot be started.`, {
				hint: 'Set EDITOR.',
			});
		if (result.status !== 0)
			throw new RelayError('refused', `${program} ended with ${result.status}; the prompt is as before.`);
		return readFileSync(file, 'utf8');
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
