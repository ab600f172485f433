/** `ws import`: takes over a registry that was kept by hand. Nothing of it is deleted or changed. */
import { resolve } from 'node:path';
import { EXIT } from '../../../relay/exit-codes.ts';
import { type ImportPlan, planImport } from '../../../workstreams/import/plan-import.ts';
import type { Body } from '../../command.ts';

export interface ImportData extends ImportPlan {
	/** Nothing was written. */
	isDryRun: boolean;
}

export const wsImport: Body<{ folder: string; dryRun: boolean }, ImportData> = {
	async run(context, { folder, dryRun: isDryRun }) {
		const workstreams = await context.workstreams();
		const known = workstreams.ideas().ideas.map(({ text }) => text);
		const plan = planImport(resolve(context.folder, folder), workstreams.registry(), known);
		if (!isDryRun && plan.made.length + plan.ideas.length > 0) workstreams.createAll(plan.made, plan.ideas);
		return { exitCode: EXIT.done, data: { ...plan, isDryRun } };
	},
	toJson: ({ made, ideas, left, isDryRun }) => ({
		dry_run: isDryRun,
		workstreams: made.map(({ name, description, status = 'active', others = [] }) => ({
			name,
			description,
			status,
			files: others.map(([file]) => file),
		})),
		ideas,
		left_out: left,
	}),
};
