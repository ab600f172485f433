/** The index for a command that searches: opened, and up to date. */
import { formatPlural } from '../../core/plural.ts';
import {
	bringUpToDate,
	type UpdateDeps,
	type UpdateOptions,
	type UpdateReport,
} from '../../history/index/bring-up-to-date.ts';
import { type IndexDatabase, openIndex } from '../../history/index/open-index.ts';
import type { CommandContext } from '../context.ts';

export type IndexContext = Pick<CommandContext, 'env' | 'home' | 'paths' | 'progress' | 'settings'>;

/** The caller closes `db`. Throws what `openIndex` and `bringUpToDate` throw. */
export async function openUpToDateIndex(
	context: IndexContext,
	how: Pick<UpdateOptions, 'isAnew' | 'signal'> = {},
): Promise<{ db: IndexDatabase; report: UpdateReport }> {
	const db = openIndex(context.paths);
	try {
		const report = await bringUpToDate(db, updateDeps(context), {
			...how,
			progress: ({ sources, ofSources, messages }) =>
				context.progress(
					`indexing conversations: ${sources} of ${ofSources}, ${formatPlural(messages, 'message')} …`,
				),
		});
		context.progress(null);
		return { db, report };
	} catch (error) {
		context.progress(null);
		db.close();
		throw error;
	}
}

function updateDeps({ env, home, paths, settings }: IndexContext): UpdateDeps {
	const redactor = async () => {
		// A configuration that cannot be obeyed keeps nobody from searching; then names of variables alone say which are secret.
		const [adapters, { secretValues }, { createRedactor }] = await Promise.all([
			settings().then(
				({ registry }) => registry.adapters,
				() => [],
			),
			import('../../agents/secret-values.ts'),
			import('../../handoff/redact.ts'),
		]);
		const { record } = createRedactor(secretValues(env, adapters));
		return record;
	};
	return { paths, env: { HOME: home, ...env }, redactor };
}
