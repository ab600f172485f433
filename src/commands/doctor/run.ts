/** `doctor`: looks at everything that the relay stands on, all at the same time; `--fix` mends what is safe. */
import { existsSync } from 'node:fs';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { withVersions } from '../agents/with-versions.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { checkAgents } from './checks/agents.ts';
import { checkDisks, checkGit, checkNode, checkTerminal } from './checks/machine.ts';
import { checkPlaces, type Place } from './checks/places.ts';
import { checkLeftovers, checkSessions, checkSizes, checkSurvivors } from './checks/records.ts';
import { checkRunners } from './checks/runner-checks.ts';
import { type Finding, note, ok, problem } from './finding.ts';

/** For one check: a network disk, or a program that hangs, holds up nothing else. */
const LONGEST_MS = 10_000;

export interface Ailment extends Finding {
	/** What `--fix` did, or why it could not; null: it did nothing. */
	end: { isFixed: boolean; text: string } | null;
}

type Check = readonly [area: string, look: (context: CommandContext) => Promise<Finding[]> | Finding[]];

const CHECKS: readonly Check[] = [
	['node', () => checkNode(process.versions.node, process.execPath)],
	['terminal', checkOwnTerminal],
	['git', checkGit],
	['agents', async (context) => checkAgents(await withVersions(context))],
	['config', checkSettings],
	['folders', async (context) => checkPlaces(await placesOf(context))],
	['disk', async (context) => checkDisks((await placesOf(context)).map(({ path }) => path))],
	['sessions', checkSessions],
	['strays', checkSurvivors],
	['runners', checkRunners],
	['leftovers', checkLeftovers],
	['sizes', checkSizes],
];

export const doctor: Body<{ fix: boolean }, readonly Ailment[]> = {
	async run(context, { fix }) {
		const findings = await lookAtAll(context);
		const ailments: Ailment[] = [];
		for (const finding of findings)
			ailments.push({ ...finding, end: fix ? await mend(finding, context) : null });
		const isIll = ailments.some(({ level, end }) => level === 'problem' && end?.isFixed !== true);
		return { exitCode: isIll ? EXIT.failed : EXIT.done, data: ailments };
	},
	toJson: (ailments) => ({
		problems: ailments.filter(({ level, end }) => level === 'problem' && end?.isFixed !== true).length,
		findings: ailments.map(({ area, level, what, toDo, fix, end }) => ({
			area,
			level,
			what,
			to_do: toDo,
			can_be_fixed: fix !== null,
			fixed: end?.isFixed ?? false,
			fix: end?.text ?? null,
		})),
	}),
};

async function lookAtAll(context: CommandContext): Promise<Finding[]> {
	const waiting = new Set(CHECKS.map(([area]) => area));
	const showWaiting = () => context.progress(`looking at ${[...waiting].join(', ')} …`);
	showWaiting();
	const found = await Promise.all(
		CHECKS.map(async (check) => {
			const findings = await lookInTime(check, context);
			waiting.delete(check[0]);
			showWaiting();
			return findings;
		}),
	);
	context.progress(null);
	// A file that cannot be read stands against several checks.
	const byText = new Map(found.flat().map((finding) => [`${finding.level} ${finding.what}`, finding]));
	return [...byText.values()];
}

async function lookInTime([area, look]: Check, context: CommandContext): Promise<Finding[]> {
	const done = new AbortController();
	const late = context.clock
		.sleep(LONGEST_MS, done.signal)
		.then(() => [note(area, `not known: a look takes longer than ${LONGEST_MS / 1000} s`, 'Try again.')]);
	try {
		return await Promise.race([late, Promise.resolve().then(() => look(context))]);
	} catch (error) {
		if (error instanceof RelayError)
			return [
				problem(error.code === 'bad_config' ? 'config' : area, error.message, error.hint ?? 'Mend it there.'),
			];
		if (isSystemError(error)) return [problem(area, error.message, 'See whether that place can be read.')];
		throw error;
	} finally {
		done.abort();
	}
}

async function mend({ fix }: Finding, { ask }: CommandContext): Promise<Ailment['end']> {
	if (fix === null) return null;
	if (fix.question !== null) {
		const choices = [
			{ value: 'no', label: 'no' },
			{ value: 'yes', label: 'yes' },
		];
		if ((await ask?.(fix.question, choices)) !== 'yes') return null;
	}
	try {
		return { isFixed: true, text: await fix.act() };
	} catch (error) {
		if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
		return { isFixed: false, text: `could not be mended: ${error.message}` };
	}
}

function checkOwnTerminal({ commandLine, live: { look, isOnTerminal }, env }: CommandContext): Finding[] {
	const rows = commandLine?.rows ?? 0;
	const size = isOnTerminal ? { columns: look.columns, rows } : null;
	return checkTerminal({ size, hasColor: look.theme.hasColor, env });
}

async function checkSettings({ settings, paths, ownName }: CommandContext): Promise<Finding[]> {
	const { isRepoObeyed } = await settings();
	return [
		ok(
			'config',
			existsSync(paths.userConfig)
				? `valid (${paths.userConfig})`
				: `every value is the default (there is no ${paths.userConfig})`,
		),
		isRepoObeyed
			? ok('trust', 'what this repo sets for agents is trusted, or it sets nothing')
			: note(
					'trust',
					"this repo is not trusted: agents start without the repo's own settings",
					`Trust it if you wrote what is in it: ${ownName} config trust`,
				),
	];
}

/** What the user wrote may be read by others; what agents said and did may not. */
async function placesOf({ paths, store }: CommandContext): Promise<Place[]> {
	const { location } = await store();
	const secret = 0o077;
	return [
		{ name: 'records', path: location.folder, forbidden: secret },
		{ name: 'state', path: paths.stateHome, forbidden: secret },
		{ name: 'data', path: paths.dataHome, forbidden: secret },
		{ name: 'cache', path: paths.cacheHome, forbidden: secret },
		{ name: 'configuration', path: paths.configHome, forbidden: 0o022 },
	];
}
