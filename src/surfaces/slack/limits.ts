// The limits, and where each is written. "types": the doc comments of @slack/types.

/** types, `chat.postMessage`. */
export const MESSAGE_BLOCKS = 50
/** types, views: modals and home tabs. */
export const VIEW_BLOCKS = 100
/** Slack advises 4,000 and cuts at 40,000: https://docs.slack.dev/reference/methods/chat.postMessage */
export const FALLBACK_TEXT = 4000
/**
 * All blocks of a message together. Undocumented: about 13,200 characters are refused as `msg_blocks_too_long`, and
 * with rich text 11,341 were: https://github.com/slackapi/bolt-js/issues/2509 and /2867.
 */
export const BLOCKS_TEXT = 10_000
/** types, text object. Rich text names no limit of its own; a block of it is kept to the same. */
export const BLOCK_TEXT = 3000
/** types, header. */
export const HEADER_TEXT = 150
/** types, actions. */
export const ACTIONS = 25
/** types, button. */
export const BUTTON_TEXT = 75
export const BUTTON_VALUE = 2000
/** types, image: https://docs.slack.dev/reference/block-kit/blocks/image-block */
export const ALT_TEXT = 2000
export const IMAGE_TITLE = 2000
/** types, selects and option objects. */
export const OPTIONS = 100
export const OPTION_TEXT = 75
export const OPTION_VALUE = 150
export const PLACEHOLDER = 150
/** types, confirmation dialog. */
export const CONFIRM = { title: 100, text: 300, confirm: 30, deny: 30 }
/** types, button: an address. */
export const URL_TEXT = 3000
/** No limit of Slack's: a longer text is no name of a link. */
export const LINK_TEXT = 1000
/** types, plain-text input. */
export const INPUT_TEXT = 3000
/** types, input. */
export const LABEL = 2000
export const HINT = 2000
/** types, radio buttons and checkboxes. */
export const TICKS = 10
/** types, option object. */
export const OPTION_HINT = 75
/** types, option groups. */
export const OPTION_GROUPS = 100
export const GROUP_LABEL = 75
/** types, file input. */
export const FILES = 10
/** types, views. */
export const VIEW_TITLE = 24
export const PRIVATE_METADATA = 3000
/** https://docs.slack.dev/reference/block-kit: block_id, action_id, callback_id. */
export const ID = 255

/** What a block costs of the budget beside its text: nobody knows how Slack counts, so this errs on the dear side. */
export const OVERHEAD = 20

/** In each reader's own zone and clock: https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
export const DATE_FORMAT = '{date_long_pretty} at {time}'
