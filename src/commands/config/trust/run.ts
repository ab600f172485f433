/** The user's word that agents may obey what this repo sets, for what its files hold now. */
import { DEMO_ADAPTERS } from '../../../agents/demo/adapter.ts';
import { loadConfig } from '../../../config/layers/layers.ts';
import {
	readTrustDigests,
	type TrustDigests,
	type TrustPlace,
	trustPlace,
} from '../../../config/trust/trust-files.ts';
import { createTrustStore, type TrustStore } from '../../../config/trust/trust-store.ts';
import { RelayError } from '../../../core/errors.ts';
import { lockingOf } from '../../../core/files/file-lock.ts';
import type { RepoFacts } from '../../../git/repo-facts.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { Body } from '../../command.ts';
import type { CommandContext } from '../../context.ts';

interface TrustOptions {
	list: boolean;
	revoke: boolean;
}

export type TrustData =
	/** `now`: epoch ms. */
	| { kind: 'list'; repos: ReturnType<TrustStore['list']>; now: number }
	| { kind: 'revoked'; path: string; wasTrusted: boolean }
	/** `files`: what agents obey there, relative to the worktree. */
	| { kind: 'trusted'; path: string; wasTrusted: boolean; files: readonly string[]; ownName: string };

export const configTrust: Body<TrustOptions, TrustData> = {
	async run(context, { list, revoke }) {
		if (list && revoke) {
			throw new RelayError('usage', '--list and --revoke do two things.', { hint: 'Give one of them.' });
		}
		const store = createTrustStore({
			file: context.paths.trust,
			locking: lockingOf(context.processes, context.clock),
			onNotice: context.notice,
		});
		if (list) return done({ kind: 'list', repos: store.list(), now: context.clock.now() });
		const repo = requireRepo(await context.repo());
		const { worktree: path } = repo;
		return done(
			revoke
				? { kind: 'revoked', path, wasTrusted: store.revoke(path) }
				: await trustNow(context, store, repo),
		);
	},
	toJson: (data) => {
		if (data.kind === 'list') return { repos: data.repos };
		const { path, wasTrusted } = data;
		const known = { path, is_trusted: data.kind === 'trusted', was_trusted: wasTrusted };
		return data.kind === 'revoked' ? known : { ...known, files: data.files };
	},
};

const done = (data: TrustData) => ({ exitCode: EXIT.done, data });

function requireRepo(repo: RepoFacts): RepoFacts {
	if (repo.kind !== 'none') return repo;
	throw new RelayError('refused', `${repo.worktree} is not in a git repo; trust is kept for repos.`, {
		hint: 'For one run, without a record: agent-relay run --trust "TASK"',
	});
}

async function trustNow(context: CommandContext, store: TrustStore, repo: RepoFacts): Promise<TrustData> {
	const place = trustPlace(repo, context.home);
	const digests = await readEnabled(context, place);
	const wasTrusted = store.isTrusted(place, digests);
	if (!wasTrusted) store.trust(place, digests);
	const files = [...digests.keys()];
	return { kind: 'trusted', path: repo.worktree, wasTrusted, files, ownName: context.ownName };
}

/** What trust covers, of the bytes that were just checked. Throws `bad_config` for a repo file that could not be obeyed. */
async function readEnabled({ env, paths, store }: CommandContext, place: TrustPlace): Promise<TrustDigests> {
	const { location } = await store();
	const { repoConfig } = loadConfig({
		env,
		userFile: paths.userConfig,
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
