/** The settings that the user gave for a session, in force again when it is resumed. */
import { settingsToKeep } from '../../config/given-settings.ts';
import { safeLine } from '../../core/text.ts';
import { keptSettings } from '../../sessions/store/kept-settings.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { keepSettings } from '../../sessions/transitions.ts';
import type { Selection } from '../agents/selection.ts';
import type { Ports, RelayStart } from '../ports.ts';

/** `start.config`, given now, wins and is kept, too. Returns what the user should know, in lines. */
export async function restoreSettings(
	session: OpenSession,
	{ config = [] }: Pick<RelayStart, 'config'>,
	{ holdSettings, clock }: Pick<Ports, 'holdSettings' | 'clock'>,
): Promise<string[]> {
	const { settings, isChanged } = keptSettings(session.meta, session.witness);
	const problem = await holdSettings(settings);
	const kept = settingsToKeep([...settings, ...config]);
	if (isChanged || config.length > 0) session.apply(keepSettings, { settings: kept, at: clock.now() });
	const shown = kept.map(({ key, value }) => `${key} = ${safeLine(JSON.stringify(value), 80)}`).join(', ');
	return [
		...(isChanged ? ['the settings in the record of this session were changed; what you gave counts'] : []),
		...(problem === null ? [] : [problem]),
		...(kept.length === 0 || problem !== null ? [] : [`settings of this session: ${shown}`]),
	];
}

/** The session is left: neither its settings nor its agents count for the next one. */
export async function beginAnew(
	selection: Selection,
	start: RelayStart,
	{ holdSettings, settings }: Pick<Ports, 'holdSettings' | 'settings'>,
): Promise<void> {
	await holdSettings([]);
	selection.adopt(start, settings());
	selection.forgetSwitch();
}
