import type { Look } from '../look.ts';
import type { PairData } from './run.ts';

export function pairLines(
	{ name, agents, attach, isOpen, wasOpen, ownName }: PairData,
	{ theme }: Look,
): string[] {
	const [left, right] = agents;
	if (attach === null)
		return [
			`${left} and ${right} work side by side under the name ${name}, in a new window of this tmux.`,
			theme.dim(
				`The window has the environment of the tmux server. Stop both: ${ownName} kill --session ${name}`,
			),
		];
	if (!isOpen) return [`The pair ${name} has ended.`];
	const what = wasOpen ? `The pair ${name} is open.` : `${left} and ${right} work side by side as ${name}.`;
	return [what, theme.dim(`See it: ${attach}`), theme.dim(`Stop both: ${ownName} kill --session ${name}`)];
}
