/** What a Discord message may hold. Names as in discord/discord-api-docs and discord/discord-api-spec (OpenAPI). */

/** All text of a message in Components v2 together. Common knowledge; OpenAPI bounds one text alone by the same 4,000. */
export const TEXT_IN_ALL = 4000
/** Components of a message, those inside others counted: discord-api-docs, "Components reference". */
export const COMPONENTS = 40
/** discord-api-docs, "Component reference": buttons in a row; OpenAPI: `label`. */
export const BUTTONS_IN_ROW = 5
export const BUTTON_LABEL = 80
/** OpenAPI, StringSelectComponentForMessageRequest and StringSelectOptionForRequest. */
export const SELECT_OPTIONS = 25
export const OPTION_LABEL = 100
export const PLACEHOLDER = 150
/** OpenAPI, MediaGalleryComponentForMessageRequest and MediaGalleryItemRequest. */
export const GALLERY_ITEMS = 10
export const PICTURE_DESCRIPTION = 1024
/** OpenAPI, `attachments`; discord-api-docs, "Uploading files". */
export const FILES = 10
export const FILE_BYTES = 10 * 1024 * 1024
export const REQUEST_BYTES = 24 * 1024 * 1024
/** OpenAPI, IncomingWebhookInteractionRequest: `content`, used only where components were refused. */
export const CONTENT = 2000
