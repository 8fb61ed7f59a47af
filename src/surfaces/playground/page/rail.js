/** @import { State } from './server.js' */
import { avatar, byId, crierAvatar, el, icon } from './dom.js'

/** The left rail: where one can talk, what waits there, and as whom. */
export class Rail {
  #options
  #people = ''

  /** @param {{ open: (channel: string) => void, become: (member: string) => void }} options */
  constructor(options) {
    this.#options = options
  }

  /** @param {State} state @param {string} open @param {Map<string, number>} counts */
  show(state, open, counts) {
    for (const [id, kind] of /** @type {const} */ ([
      ['channels', 'channel'],
      ['direct', 'direct'],
    ])) {
      const focused = document.activeElement?.getAttribute('data-channel')
      const list = byId(id)
      list.replaceChildren(
        ...state.channels
          .filter((channel) => channel.kind === kind)
          .map(({ name, label }) => this.#channel(name, label, kind, name === open, counts.get(name) ?? 0)),
      )
      const twin = [...list.querySelectorAll('button')].find(({ dataset }) => dataset.channel === focused)
      twin?.focus({ preventScroll: true })
    }
    this.#showPeople(state)
  }

  /** @param {string} name @param {string} label @param {string} kind @param {boolean} open @param {number} count */
  #channel(name, label, kind, open, count) {
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          class: `channel${count > 0 ? ' waiting' : ''}`,
          'aria-current': open ? 'page' : null,
          data: { channel: name },
          on: { click: () => this.#options.open(name) },
        },
        kind === 'direct' ? crierAvatar() : icon('hash'),
        el('span', { class: 'channel-name' }, label),
        count > 0
          ? el('span', { class: 'count' }, String(count), el('span', { class: 'unseen' }, ' unread'))
          : null,
      ),
    )
  }

  /** @param {State} state */
  #showPeople({ members, me }) {
    const drawn = JSON.stringify([members, me])
    if (drawn === this.#people) return
    this.#people = drawn
    const box = byId('people')
    const focused = box.contains(document.activeElement)
    box.querySelector('.people-list')?.remove()
    box.append(
      el(
        'div',
        { class: 'people-list' },
        ...members.map(({ id, name, role }) =>
          el(
            'label',
            { class: 'member' },
            el('input', {
              type: 'radio',
              name: 'member',
              value: id,
              checked: id === me,
              on: { change: () => this.#options.become(id) },
            }),
            avatar(name, id),
            el(
              'span',
              { class: 'member-words' },
              el('span', { class: 'member-name' }, name),
              el('span', { class: 'role' }, role),
            ),
          ),
        ),
      ),
    )
    if (focused) /** @type {HTMLInputElement | null} */ (box.querySelector('input:checked'))?.focus()
  }
}
