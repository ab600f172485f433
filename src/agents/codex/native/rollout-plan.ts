import type { PlanItem, PlanStatus } from '../../events.ts';
import { type JsonObject, objectOrNull, parseObject, textOrNull } from '../../reading/json-fields.ts';

const STATUSES: ReadonlySet<string> = new Set<PlanStatus>(['pending', 'in_progress', 'completed']);
/** Larger plans are not lists that a person follows. */
const MAX_ITEMS = 200;

/**
 * The plan that a rollout line sets by a call of `update_plan`, null for every other line. The stream reports only
 * whether an item is done; the record has its state. Items that are not a step with a known state are left out.
 */
export function readPlanCall(payload: JsonObject): PlanItem[] | null {
	if (payload.type !== 'function_call' || payload.name !== 'update_plan') return null;
	const steps = objectOrNull(parseObject(textOrNull(payload.arguments) ?? ''))?.plan;
	if (!Array.isArray(steps)) return null;
	return steps.slice(0, MAX_ITEMS).flatMap((step: unknown): PlanItem[] => {
		const item = objectOrNull(step);
		const text = textOrNull(item?.step);
		const status = item?.status;
		return text !== null && isStatus(status) ? [{ text, status }] : [];
	});
}

const isStatus = (value: unknown): value is PlanStatus => typeof value === 'string' && STATUSES.has(value);
