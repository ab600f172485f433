import type { Workstream } from '../../workstreams/registry/registry-file.ts';

export const workstreamToJson = ({
	name,
	description,
	status,
	created_at,
	last_touched,
	projects,
}: Workstream) => ({
	name,
	description,
	status,
	created_at,
	last_touched,
	projects,
});
