import { EXIT } from '../../relay/exit-codes.ts';
import { DEFAULT_NAME } from '../../sessions/names/name-id.ts';
import type { Body } from '../command.ts';
import { type NameView, nameToJson, viewName } from './name-view.ts';

export interface NameListData {
	/** `default` first, then in the order in which they were created. */
	names: readonly NameView[];
	/** Archived ones that are left out. */
	hidden: number;
	/** Epoch ms. */
	now: number;
}

export const listNames: Body<{ archived: boolean }, NameListData> = {
	async run(context, { archived }) {
		const { registry, live } = await context.names();
		const names = registry.read();
		const shown = names.names.filter(({ lifecycle }) => archived || lifecycle !== 'archived');
		const views = [DEFAULT_NAME, ...shown.map(({ id }) => id)].map((id) => viewName(id, names, live));
		const hidden = names.names.length - shown.length;
		return { exitCode: EXIT.done, data: { names: views, hidden, now: context.clock.now() } };
	},
	toJson: ({ names, hidden }) => ({ names: names.map(nameToJson), archived_hidden: hidden }),
};
