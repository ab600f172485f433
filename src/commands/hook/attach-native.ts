import { sep } from 'node:path';
import type { SavingSession } from '../../workstreams/records/save-files.ts';
import { findWorkstream, type Workstream } from '../../workstreams/registry/registry-file.ts';
import type { WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { Workstreams } from '../../workstreams/workstreams-contract.ts';

/**
 * The active workstream that an agent's own conversation works on, and its marker on disk: the one it worked on before, the only one,
 * or of several the one whose projects hold its folder. `active`: what could be chosen otherwise.
 */
export function attachNative(
	workstreams: Workstreams,
	{ session }: { session: SavingSession },
): { name: WorkstreamName | null; active: WorkstreamName[] } {
	const registry = workstreams.registry();
	const active = registry.workstreams.filter(({ status }) => status === 'active');
	const names = active.map(({ name }) => name);
	if (workstreams.hasMarker(session.id)) {
		const before = workstreams.attachedTo(session.id);
		if (before !== null && findWorkstream(registry, before) !== null) return { name: before, active: names };
		return { name: null, active: names };
	}
	const [only] = active;
	const chosen = active.length === 1 ? only : ofFolder(active, session.project);
	if (chosen === undefined) return { name: null, active: names };
	workstreams.save({ name: chosen.name, state: null, by: 'machine', session, segment: null });
	return { name: chosen.name, active: names };
}

/** The only one with the longest project around the folder. */
function ofFolder(active: readonly Workstream[], folder: string | null): Workstream | undefined {
	if (folder === null) return undefined;
	const depthOf = ({ projects }: Workstream) =>
		Math.max(
			0,
			...projects
				.filter((project) => folder === project || folder.startsWith(project + sep))
				.map((project) => project.length),
		);
	const deepest = Math.max(...active.map(depthOf));
	const there = deepest <= 0 ? [] : active.filter((one) => depthOf(one) === deepest);
	return there.length === 1 ? there[0] : undefined;
}
