/**
 * What the page does not open with, in one piece that is fetched as soon as it stands: each piece more would take parts
 * that are shared out of the first, and make that larger.
 */
export * as planRules from '#domain/plan-rules.ts';
export { DoorsState } from '#state/doors.svelte.ts';
export { default as KeysDialog } from './keys/KeysDialog.svelte';
export { default as DoorDialog } from './doors/DoorDialog.svelte';
export { default as BindingsField } from './compose/BindingsField.svelte';
export { default as ModelParameters } from './compose/ModelParameters.svelte';
export { default as ColumnCompletion } from './compose/ColumnCompletion.svelte';
export { default as PagedTemplates } from './compose/PagedTemplates.svelte';
export { default as PairingField } from './compose/PairingField.svelte';
export { default as PromptCheckPanel } from './compose/PromptCheckPanel.svelte';
export { default as PromptPreview } from './compose/PromptPreview.svelte';
export { default as HeldKey } from './compose/HeldKey.svelte';
export { default as RememberKey } from './compose/RememberKey.svelte';
export { default as NetworkLock } from './compose/NetworkLock.svelte';
export { default as RowsField } from './compose/RowsField.svelte';
export { default as ResultsFileNote } from './compose/ResultsFileNote.svelte';
export { default as RoomAdvice } from './compose/RoomAdvice.svelte';
export { default as RunsList } from './shell/RunsList.svelte';
export { default as PrivacyPage } from './PrivacyPage.svelte';
export { default as RunView } from './run/RunView.svelte';
