/** @import { TranscriptEntry } from '../../../playground/transcript.ts' */
/** @import { Form } from '../../../message/form.ts' */
/** @import { Attached, State } from './server.js' */
import { Composer } from './composer.js'
import { Conversation } from './conversation.js'
import { byId, el, icon, seatMembers, toast } from './dom.js'
import { Drafts } from './drafts.js'
import { Feed } from './feed.js'
import { confirmed, FormDialog } from './form.js'
import { KeptForms } from './kept.js'
import { Layout } from './layout.js'
import { Rail } from './rail.js'
import { complete, listen, loadEarlier, loadState, NotSent, say, suggest } from './server.js'
import { threadPanel } from './thread-panel.js'
import { now, refreshTimes, setReader } from './times.js'
import { Unread } from './unread.js'
import { welcome } from './welcome.js'

/** @type {State} */
let state
/** Every entry that this reader may see, by id. @type {Map<string, TranscriptEntry>} */
const entries = new Map()
/** Channels of which there may be earlier entries than those that are shown. @type {Map<string, number>} */
const limits = new Map()
const drafts = new Drafts()
let channel = ''
/** The entry whose thread is open. @type {string | undefined} */
let thread
/** Since when the entries of the open channel count as new. @type {number | undefined} */
let newSince
/** @type {FormDialog | undefined} */
let openForm
let pending = 0
let stopListening = () => {}

const unread = new Unread()
const kept = new KeptForms((dialog) => {
  openForm = dialog
  dialog.open()
})
const layout = new Layout({ toComposer: () => composer.focus(), closeThread })
const rail = new Rail({ open: (name) => openChannel(name, true), become })
const feed = new Feed(byId('feed'), { close: () => layout.view('talk') })
const person = (/** @type {string} */ id) => state.members.find((member) => member.id === id)

const conversation = new Conversation(byId('log'), {
  press: (line, options, from, entry) => void press(line, options, from, entry),
  openThread,
  person,
})
const composer = newComposer('write', 'Message', (line, files) => void send(line, files))
byId('compose').append(composer.element)

const threadComposer = newComposer(
  'reply',
  'Reply in the thread',
  (line, files) => void send(line, files, thread),
)
const threadLog = threadPanel(threadComposer.element, closeThread)
const threadConversation = new Conversation(threadLog, {
  press: (line, options, from, entry) => void press(line, options, from, entry),
  person,
})

/** @param {string} id @param {string} placeholder @param {(line: string, files: Attached[]) => void} onSend */
function newComposer(id, placeholder, onSend) {
  return new Composer({
    id,
    placeholder,
    send: onSend,
    complete: (line, signal) => complete(state.me, line, signal),
    suggest: (command, arg, partial, signal) => suggest({ as: state.me, command, arg, partial }, signal),
    commands: () => state?.commands ?? [],
  })
}

// What is said, pressed and filled in

/** @param {string} line @param {Attached[]} files @param {string} [inThread] */
async function send(line, files, inThread) {
  const where = { as: state.me, channel, thread: inThread }
  /** @type {TranscriptEntry} */
  const echo = {
    id: `pending-${++pending}`,
    channel,
    threadOf: inThread ?? null,
    memberId: state.me,
    onlyFor: null,
    message: { type: 'message', blocks: [{ type: 'text', spans: [{ type: 'plain', text: line }] }] },
    at: now(),
    updatedAt: now(),
  }
  entries.set(echo.id, echo)
  draw({ toEnd: true })
  try {
    const said = await say({ ...where, line }, files)
    entries.delete(echo.id)
    if (said.type === 'form') {
      draw()
      showForm(said.form, where.channel, inThread, files)
    } else take(said.entries)
  } catch (error) {
    entries.delete(echo.id)
    draw()
    const field = inThread ? threadComposer : composer
    if (field.text === '') field.write(line)
    field.files.add(files.map(({ file }) => file))
    sayMistake(error)
  }
}

/** @param {string} line @param {{ label: string, confirm?: string | undefined }} options @param {HTMLElement} from
 * @param {TranscriptEntry} entry */
async function press(line, { label, confirm }, from, entry) {
  if (from.getAttribute('aria-busy') || (confirm && !(await confirmed(confirm, label)))) return
  from.setAttribute('aria-busy', 'true')
  const inThread = entry.threadOf ?? undefined
  try {
    const said = await say({
      as: state.me,
      channel: entry.channel,
      thread: inThread,
      line,
      press: true,
      entry: entry.id,
    })
    if (said.type === 'form') showForm(said.form, entry.channel, inThread)
    else take(said.entries)
  } catch (error) {
    sayMistake(error)
  } finally {
    from.removeAttribute('aria-busy')
  }
}

/** @param {Form} form @param {string} where @param {string | undefined} inThread @param {readonly Attached[]} [files] */
function showForm(form, where, inThread, files = []) {
  const as = state.me
  const dialog = new FormDialog(form, {
    async submit(command, values, attached) {
      const said = await say({ as, channel: where, thread: inThread, command, values }, attached)
      if (said.type === 'form') return said.form
      take(said.entries)
      return undefined
    },
    suggest: (command, arg, partial, signal) => suggest({ as, command, arg, partial }, signal),
    left(left) {
      openForm = undefined
      kept.keep(as, left.touched ? left : undefined)
      composer.focus()
    },
    taken() {
      openForm = undefined
      kept.keep(as, undefined)
      composer.focus()
    },
  })
  if (files.length > 0) dialog.attach(files.map(({ file }) => file))
  openForm = dialog
  dialog.open()
}

/** @param {unknown} error */
function sayMistake(error) {
  if (!(error instanceof NotSent)) throw error
  toast(error.message)
}

// What is shown

/** Entries that came as an answer to this reader. @param {readonly TranscriptEntry[]} found */
function take(found) {
  for (const entry of found) entries.set(entry.id, entry)
  draw({ toEnd: found.some((entry) => entry.threadOf === null) })
}

/** @param {{ toEnd?: boolean }} [options] */
function draw({ toEnd = false } = {}) {
  const all = [...entries.values()].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
  const here = all.filter((entry) => entry.channel === channel)
  /** @type {Map<string, TranscriptEntry[]>} */
  const replies = new Map()
  for (const entry of here) {
    if (entry.threadOf !== null) replies.set(entry.threadOf, [...(replies.get(entry.threadOf) ?? []), entry])
  }
  const top = here.filter((entry) => entry.threadOf === null || !entries.has(entry.threadOf))
  const atEnd = conversation.atEnd()
  const outdated = outdatedIn(all)
  conversation.show(top, {
    replies,
    outdated,
    unreadFrom: newSince,
    head: earlierButton(),
    empty: emptyNode(),
  })
  if (toEnd) conversation.toEnd()
  byId('to-end').hidden = atEnd || toEnd || conversation.atEnd()

  const root = thread === undefined ? undefined : entries.get(thread)
  if (root) threadConversation.show([root, ...(replies.get(root.id) ?? [])], { outdated })
  if (document.visibilityState === 'visible') unread.read(state.me, channel, here)
  const counts = unread.counts(state, all, channel)
  rail.show(state, channel, counts)
  const waiting = [...counts.values()].reduce((sum, count) => sum + count, 0)
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${channelTitle()} · Crier`
}

/** What only this reader was shown, of something that has changed since: by its id, the line that shows it anew. Cards for
 * everybody are kept up to date where they stand.
 * @param {readonly TranscriptEntry[]} all @returns {Map<string, string>} */
function outdatedIn(all) {
  /** @type {Map<string, number>} */
  const latest = new Map()
  for (const { standing } of all.map(({ message }) => message))
    if (standing) latest.set(standing.line, Math.max(standing.at, latest.get(standing.line) ?? 0))
  return new Map(
    all.flatMap(({ id, onlyFor, message: { standing } }) =>
      onlyFor !== null && standing && standing.at < (latest.get(standing.line) ?? 0)
        ? [[id, standing.line]]
        : [],
    ),
  )
}

const factsOf = (/** @type {string} */ name) => state.channels.find((one) => one.name === name)
function channelTitle() {
  const facts = factsOf(channel)
  return facts?.kind === 'direct' ? 'Crier' : `#${facts?.label ?? channel}`
}

/** @type {Node | undefined} */
let emptyShown
function emptyNode() {
  return emptyShown
}

function earlierButton() {
  const limit = limits.get(channel)
  if (limit === undefined) return undefined
  const button = el('button', { type: 'button', class: 'button earlier' }, 'Earlier messages')
  button.addEventListener('click', async () => {
    try {
      const { entries: found, more } = await loadEarlier(state.me, channel, limit + state.page)
      for (const entry of found) entries.set(entry.id, entry)
      if (more) limits.set(channel, limit + state.page)
      else limits.delete(channel)
      draw()
    } catch (error) {
      sayMistake(error)
    }
  })
  return button
}

/** @param {string} name @param {boolean} [byHand] did the reader choose it? */
function openChannel(name, byHand = false) {
  if (!factsOf(name)) return
  if (byHand) keepDraft()
  if (thread !== undefined) closeThread()
  channel = name
  newSince = unread.since(state.me, name, [...entries.values()])
  const facts = factsOf(name)
  byId('title').replaceChildren(facts?.kind === 'direct' ? '' : icon('hash'), facts?.label ?? name)
  byId('purpose').textContent = facts?.purpose ?? ''
  byId('log').setAttribute('aria-label', `Conversation in ${channelTitle()}`)
  composer.rename(`Message ${channelTitle()}`)
  composer.write(drafts.of(state.me, name), false)
  emptyShown = welcome(facts, state.commands, (line) => composer.write(line))
  conversation.clear()
  draw({ toEnd: true })
  layout.view('talk')
  history.replaceState(null, '', `#${name}`)
  if (byHand) composer.focus()
}

/** @param {TranscriptEntry} entry */
function openThread(entry) {
  thread = entry.id
  byId('thread').hidden = false
  byId('feed').hidden = true
  byId('side').setAttribute('aria-label', 'Thread')
  threadLog.setAttribute('aria-label', 'Thread')
  threadConversation.clear()
  draw()
  threadConversation.toEnd()
  layout.view('side')
  threadComposer.focus()
}

function closeThread() {
  const from = thread === undefined ? undefined : conversation.nodeOf(thread)
  thread = undefined
  byId('thread').hidden = true
  byId('feed').hidden = false
  byId('side').setAttribute('aria-label', 'Rehearsal feed')
  layout.view('talk')
  const back = from?.querySelector('.thread-link') ?? from
  if (back instanceof HTMLElement) back.focus()
}

const readerFacts = () => {
  const { zone = null, locale = null } = person(state.me) ?? {}
  return { zone, locale }
}

// Coming in

/** @param {string} id */
function become(id) {
  void load(id)
}

/** What stands in the field belongs to this member and this channel. */
function keepDraft() {
  drafts.keep(state.me, channel, composer.text)
}

/** Everything as this member sees it, and from then on what changes. @param {string | null} as */
async function load(as) {
  stopListening()
  if (state) keepDraft()
  try {
    state = await loadState(as)
  } catch (error) {
    sayMistake(error)
    layout.connected(false)
    setTimeout(() => void load(as), 3000)
    return
  }
  sessionStorage.setItem('crier.me', state.me)
  seatMembers(state.members.map(({ id }) => id))
  setReader({ ...readerFacts(), now: state.now })
  entries.clear()
  limits.clear()
  for (const [name, found] of Object.entries(state.entries)) {
    for (const entry of found) entries.set(entry.id, entry)
    if (found.length >= state.page) limits.set(name, state.page)
  }
  feed.show(state.feed)
  kept.show(state.me)
  const asked = decodeURIComponent(location.hash.slice(1))
  const next = [channel, asked, 'general'].find((name) => factsOf(name)) ?? 'general'
  // A direct conversation is another one for each member.
  const direct = channel.startsWith('direct:')
    ? state.channels.find(({ kind }) => kind === 'direct')?.name
    : undefined
  openChannel(direct ?? next)
  stopListening = listen(state.me, state.cursor, {
    entry(entry) {
      entries.set(entry.id, entry)
      if (!factsOf(entry.channel)) {
        state.channels.push({ name: entry.channel, label: entry.channel, purpose: '', kind: 'channel' })
      }
      draw()
    },
    update({ id, message, at }) {
      const entry = entries.get(id)
      if (!entry) return
      entries.set(id, { ...entry, message, updatedAt: at })
      draw()
    },
    feed: (items) => feed.show(items),
    members(members) {
      const before = readerFacts()
      state.members = members
      const { zone, locale } = readerFacts()
      // Every time on the page stands in the reader's zone and clock.
      if (zone !== before.zone || locale !== before.locale) {
        setReader({ zone, locale, now: now() })
        conversation.clear()
        threadConversation.clear()
      }
      draw()
    },
    reset: () => void load(state.me),
    connected: (yes) => layout.connected(yes),
  })
}

function followLink() {
  const [, item] = /^#feed-(.+)$/.exec(location.hash) ?? []
  if (item === undefined) return
  closeThread()
  layout.view('side')
  feed.reveal(item)
}

byId('to-end').addEventListener('click', () => conversation.toEnd())
byId('to-end').prepend(icon('down'))
byId('log').addEventListener('scroll', () => {
  if (conversation.atEnd()) byId('to-end').hidden = true
})
window.addEventListener('hashchange', followLink)
window.addEventListener('pagehide', () => {
  if (state) keepDraft()
  drafts.save()
})
document.addEventListener('visibilitychange', () => state && draw())
document.addEventListener('keydown', (event) => {
  if (!event.altKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return
  event.preventDefault()
  const names = state.channels.map(({ name }) => name)
  const next = names.indexOf(channel) + (event.key === 'ArrowDown' ? 1 : -1)
  openChannel(names[(next + names.length) % names.length] ?? channel, true)
})
layout.onDrop((files) => {
  if (openForm?.takesFiles) openForm.attach(files)
  else (thread === undefined ? composer : threadComposer).files.add(files)
})
setInterval(refreshTimes, 15_000)

const link = location.hash
await load(sessionStorage.getItem('crier.me'))
composer.focus()
if (link.startsWith('#feed-')) {
  history.replaceState(null, '', link)
  followLink()
}
