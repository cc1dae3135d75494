/** `2026-11-21`, as dates are written that endpoints name: in UTC. */
export const dayOf = (epoch: number): string => new Date(epoch).toISOString().slice(0, 10);
