/** `agent-relay config trust`: the user's word that agents may obey what this repo sets, for what its files hold now. */
import { DEMO_ADAPTERS } from '../../agents/demo/adapter.ts';
import { type App, homeOf } from '../../app/create-app.ts';
import { trustPlace } from '../../app/repo-trust.ts';
import { loadConfig } from '../../config/layers.ts';
import { createTrustStore, type TrustStore } from '../../config/trust.ts';
import { readTrustDigests, type TrustDigests, type TrustPlace } from '../../config/trust-files.ts';
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { lockingOf } from '../../core/file-lock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { RepoFacts } from '../../git/contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { CommandResult, Output } from '../command.ts';

export interface TrustOptions {
	list?: boolean;
	revoke?: boolean;
}

const PATH_CHARS = 300;

export async function trust(app: App, options: TrustOptions, output: Output): Promise<CommandResult> {
	if (options.list && options.revoke) {
		throw new RelayError('usage', '--list and --revoke do two things.', { hint: 'Give one of them.' });
	}
	const store = createTrustStore({
		file: app.paths.trust,
		locking: lockingOf(app.processes, app.clock),
		onNotice: app.notice,
	});
	if (options.list) return listTrusted(store, app.clock.now(), output);
	const repo = requireRepo(await app.repo());
	return options.revoke ? revoke(store, repo) : record(app, store, repo, output);
}

function listTrusted(store: TrustStore, now: number, { theme, columns }: Output): CommandResult {
	const repos = store.list();
	const rows = repos.map(({ path, trusted_at, files }) => [
		safeLine(path, PATH_CHARS),
		formatAgo(fromIso(trusted_at) ?? now, now),
		formatPlural(Object.keys(files).length, 'file'),
	]);
	const heads = [
		{ title: 'repo', minColumns: 20, paint: theme.bold },
		{ title: 'trusted' },
		{ title: 'covers' },
	];
	const lines = rows.length === 0 ? ['No repo is trusted.'] : renderTable(heads, rows, { columns, theme });
	return { exitCode: EXIT.done, data: { repos }, lines };
}

function requireRepo(repo: RepoFacts): RepoFacts {
	if (repo.kind !== 'none') return repo;
	throw new RelayError('refused', `${repo.worktree} is not in a git repo; trust is kept for repos.`, {
		hint: 'For one run, without a record: agent-relay run --trust "TASK"',
	});
}

function revoke(store: TrustStore, { worktree }: RepoFacts): CommandResult {
	const wasTrusted = store.revoke(worktree);
	const shown = safeLine(worktree, PATH_CHARS);
	const line = wasTrusted ? `${shown} is no longer trusted.` : `${shown} was not trusted.`;
	return {
		exitCode: EXIT.done,
		data: { path: worktree, is_trusted: false, was_trusted: wasTrusted },
		lines: [line],
	};
}

async function record(
	app: App,
	store: TrustStore,
	repo: RepoFacts,
	{ theme }: Output,
): Promise<CommandResult> {
	const place = trustPlace(repo, homeOf(app.env));
	const digests = await readEnabled(app, place);
	const wasTrusted = store.isTrusted(place, digests);
	if (!wasTrusted) store.trust(place, digests);
	const files = [...digests.keys()];
	const lines = [
		`${safeLine(repo.worktree, PATH_CHARS)} is ${wasTrusted ? 'trusted already' : 'now trusted'}.`,
		...(files.length === 0
			? [theme.dim('It has no settings, hooks or servers that an agent would obey.')]
			: [
					'Agents obey these files, as they are now:',
					...files.map((path) => `  ${safeLine(path, PATH_CHARS)}`),
				]),
		theme.dim(
			`When one of them changes, the relay asks again. Take it back: ${app.ownName} config trust --revoke`,
		),
	];
	return {
		exitCode: EXIT.done,
		data: { path: repo.worktree, is_trusted: true, was_trusted: wasTrusted, files },
		lines,
	};
}

/** What trust covers, of the bytes that were just checked. Throws `bad_config` for a repo file that could not be obeyed. */
async function readEnabled(app: App, place: TrustPlace): Promise<TrustDigests> {
	const { location } = await app.store();
	const { repoConfig } = loadConfig({
		env: app.env,
		userFile: app.paths.userConfig,
		repoFile: location.configFile,
		isRepoTrusted: () => true,
		knownAgents: DEMO_ADAPTERS.map(({ id }) => id),
	});
	const digests = readTrustDigests(place, repoConfig);
	if (digests !== null) return digests;
	throw new RelayError(
		'refused',
		`${place.folder} has settings that cannot be read, or too many to compare.`,
		{
			hint: 'For one run, without a record: agent-relay run --trust "TASK"',
		},
	);
}
