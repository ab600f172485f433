import type { SessionId } from '../core/ids.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import { findWorkstream, inBrief } from './registry/registry-file.ts';
import { requireWorkstreamName, type WorkstreamName } from './workstream-name.ts';
import type { Workstreams } from './workstreams-contract.ts';

/** As `SessionWorkstreams.attach`. A session that was attached once is left where it is, also where that is parked now. */
export function attachSession(
	workstreams: Workstreams,
	{
		session,
		chosen,
		isNamed,
	}: { session: { id: SessionId; meta: SessionMeta }; chosen: string | null; isNamed: boolean },
): { name: WorkstreamName | null; notice: string | null } {
	const { id, meta } = session;
	if (workstreams.hasMarker(id) && !isNamed) return { name: workstreams.attachedTo(id), notice: null };
	const registry = workstreams.registry();
	const active = registry.workstreams.filter(({ status }) => status === 'active').map(({ name }) => name);
	const before = meta.parent === null ? null : workstreams.attachedTo(meta.parent);
	const wanted = [chosen, before, meta.workstream].find((name) => active.some((one) => one === name));
	const [only] = active;
	const name =
		wanted !== undefined && wanted !== null
			? requireWorkstreamName(wanted)
			: active.length === 1
				? only
				: undefined;
	if (name === undefined)
		return {
			name: null,
			notice:
				active.length > 1
					? `Several workstreams are active, and this session works on none of them: ${inBrief(active)}. Choose one: --ws NAME, or /ws switch NAME`
					: null,
		};
	workstreams.save({
		name,
		state: null,
		by: 'machine',
		session: { id, project: meta.repo.worktree, agents: Object.keys(meta.agents) },
		segment: null,
	});
	return { name, notice: `This session works on the workstream ${name}.` };
}

/** The workstream that `--ws` names, which becomes active if it is not. Throws `usage`, `not_found`. */
export function chooseWorkstream(workstreams: Workstreams, typed: string): WorkstreamName {
	const name = requireWorkstreamName(typed);
	if (findWorkstream(workstreams.registry(), name)?.status === 'active') return name;
	workstreams.switchTo(name, { saved: null, session: null });
	return name;
}
