/** What conversations ask of workstreams. The room is loaded once there is a registry, so that nobody else pays for it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRegistry } from '../agents/registry.ts';
import { secretValues } from '../agents/secret-values.ts';
import type { RelayConfig } from '../config/schema.ts';
import { toIso } from '../core/clock.ts';
import { isSystemError, RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { InWords, Ports, SessionWorkstreams } from '../relay/ports.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { Workstreams } from '../workstreams/workstreams-contract.ts';
import type { App } from './create-app.ts';

interface Parts {
	store: SessionStore;
	registry: () => AgentRegistry;
	config: () => RelayConfig;
	/** Those of which this is a part. */
	ports: () => Ports;
}

/** How long a missing registry counts as missing without another look. */
const ONE_LOOK_MS = 300;

export function createSessionWorkstreams(
	app: App,
	{ store, registry, config, ports }: Parts,
): SessionWorkstreams {
	const { paths, env, clock, notice } = app;
	const registryPath = join(paths.configHome, 'workstreams.json');
	let missedAt = Number.NEGATIVE_INFINITY;
	/** A turn asks several times as it begins: one look is enough for them. */
	const isThere = () => {
		if (clock.monotonic() - missedAt < ONE_LOOK_MS) return false;
		const is = existsSync(registryPath);
		if (!is) missedAt = clock.monotonic();
		return is;
	};
	const guarded = async <T>(otherwise: T, act: (workstreams: Workstreams) => T | Promise<T>): Promise<T> => {
		if (!isThere()) return otherwise;
		try {
			const { workstreamsOf } = await import('./workstreams-of-user.ts');
			return await act(workstreamsOf(app));
		} catch (error) {
			if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
			notice(`workstreams: ${error.message}`);
			return otherwise;
		}
	};
	return {
		attach: (session, chosen) =>
			guarded({ name: null, notice: null }, async (workstreams) => {
				const { attachSession } = await import('../workstreams/attach-session.ts');
				return attachSession(workstreams, { session, chosen: chosen.name, isNamed: chosen.isNamed });
			}),
		stateOf: (session, maxBytes) =>
			guarded(null, async (workstreams) => {
				const name = workstreams.attachedTo(session);
				if (name === null) return null;
				const { asPrompted } = await import('../workstreams/state/prompted-state.ts');
				return { name, text: asPrompted(workstreams.texts(name), maxBytes) };
			}),
		gauge: (session) =>
			guarded(null, async (workstreams) => {
				const { SessionGauge } = await import('../workstreams/gauge/session-gauge.ts');
				return new SessionGauge(session, config().ws, { workstreams, store });
			}),
		save: (session) => guarded(undefined, (workstreams) => saveSession(session, workstreams)),
		saveInWords: async (session, how) => {
			const writer = config().ws.summarize_with;
			if (writer === null) return;
			await guarded(undefined, (workstreams) => saveSession(session, workstreams, { ...how, writer }));
		},
	};

	/** `words`: of an agent; without them of the records. */
	async function saveSession(
		session: SessionId,
		workstreams: Workstreams,
		words?: InWords & { writer: string },
	): Promise<void> {
		const name = workstreams.attachedTo(session);
		if (name === null) return;
		const [{ sessionNews }, { updatedState }] = await Promise.all([
			import('../workstreams/facts/session-news.ts'),
			import('../workstreams/state/state-text.ts'),
		]);
		const secrets = secretValues(env, registry().adapters);
		const recorded = sessionNews(session, workstreams.toldUntil(session), {
			store,
			secrets,
			at: toIso(clock.now()),
			isInWords: workstreams.isToldInWords(session),
		});
		const inWords = async (how: InWords & { writer: string }) => {
			const { newsInWords } = await import('./news-in-words.ts');
			return newsInWords(recorded, {
				...how,
				texts: workstreams.texts(name),
				secrets,
				ports: ports(),
				notice,
			});
		};
		const found = words === undefined ? recorded : await inWords(words);
		if (found === null) return;
		workstreams.save({
			name,
			state: (before) => updatedState(before, found.news),
			by: 'machine',
			session: found.session,
			segment: found.segment,
		});
	}
}
