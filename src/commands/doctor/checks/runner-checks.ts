/** Runners that run, and what is wrong with the others. */

import { formatPlural } from '../../../core/plural.ts';
import type { CommandContext } from '../../context.ts';
import { openRunnerList } from '../../runner/runner-desk.ts';
import { type Finding, note, ok, problem } from '../finding.ts';

export async function checkRunners(context: CommandContext): Promise<Finding[]> {
	const { runners, damaged, lookAll } = await openRunnerList(context);
	const looks = await lookAll(runners);
	const running = looks.filter(({ probe }) => probe.is === 'running');
	const names = running.map(({ runner, state, probe }) => {
		const pid = probe.is === 'running' && probe.pid !== null ? `, process ${probe.pid}` : '';
		return `${runner.name} (${state}${pid})`;
	});
	const count = formatPlural(runners.length, 'runner');
	return [
		ok(
			'runners',
			names.length === 0 ? `${count}, none of them runs` : `${count}, running: ${names.join(', ')}`,
		),
		...looks.flatMap(({ runner, probe }) =>
			probe.is === 'unknown'
				? [
						note(
							'runners',
							`whether ${runner.name} runs is not known: ${probe.why}`,
							'See whether tmux is installed.',
						),
					]
				: [],
		),
		...looks.flatMap(({ runner, state }) =>
			state === 'L'
				? [
						note(
							'runners',
							`${runner.name} is locked and not running`,
							`If nothing works on it: ${context.ownName} runner override ${runner.name}`,
						),
					]
				: [],
		),
		...damaged.map(({ error }) => problem('runners', error.message, error.hint ?? 'Look at it.')),
	];
}
