/** @import { Field } from '../../../message/form.ts' */
/** @import { Suggestion } from '../../../app/surface.ts' */
/** @import { Files } from './files.js' */
import { el, freshId, icon } from './dom.js'
import { NotSent } from './server.js'

/**
 * @typedef {object} Asked
 * @property {HTMLElement} row
 * @property {HTMLElement} control what gets the focus
 * @property {HTMLElement} mistake
 * @property {() => string | string[] | boolean | undefined} value
 */

/**
 * One field of a form: its label, its control, its hint and the place for its mistake.
 *
 * @param {Field} field
 * @param {{ files: Files, suggest: (partial: string, signal: AbortSignal) => Promise<Suggestion[]> }} around
 * @returns {Asked}
 */
export function drawField(field, { files, suggest }) {
  const ids = { control: freshId(), hint: freshId(), mistake: freshId() }
  const mistake = el('p', { class: 'mistake', id: ids.mistake, hidden: true })
  const hint = field.hint ? el('p', { class: 'field-hint', id: ids.hint }, field.hint) : null
  const described = [field.hint ? ids.hint : '', ids.mistake].filter(Boolean).join(' ')
  const label = [field.label, field.required ? null : el('span', { class: 'optional' }, 'optional')]
  const common = {
    id: ids.control,
    name: field.name,
    'aria-describedby': described,
    'aria-required': field.required ? 'true' : null,
  }
  /** @param {{ value?: string, placeholder?: string }} asked */
  const oneLine = ({ value, placeholder }) =>
    el('input', { ...common, type: 'text', value, placeholder, autocomplete: 'off' })
  /** @param {HTMLElement} control @param {Asked['value']} value @param {...(Node | null)} more @returns {Asked} */
  const labelled = (control, value, ...more) => ({
    row: el(
      'div',
      { class: 'field' },
      el('label', { for: ids.control }, ...label),
      hint,
      control,
      ...more,
      mistake,
    ),
    control,
    mistake,
    value,
  })

  switch (field.kind) {
    case 'text': {
      if (!field.multiline) {
        const input = oneLine(field)
        return labelled(input, () => input.value)
      }
      const area = el('textarea', { ...common, rows: 5, placeholder: field.placeholder }, field.value)
      return labelled(area, () => area.value)
    }
    case 'secret': {
      const input = el('input', {
        ...common,
        type: 'password',
        autocomplete: 'off',
        'data-1p-ignore': true,
      })
      return labelled(input, () => input.value)
    }
    case 'when': {
      const input = oneLine(field)
      const reading = readingOf(field, input, suggest)
      return labelled(input, () => input.value, reading)
    }
    case 'choice': {
      const select = el(
        'select',
        common,
        field.required && field.value !== undefined
          ? null
          : el('option', { value: '' }, field.required ? 'Choose…' : 'None'),
        ...field.options.map(({ label: words, value, hint: aside }) =>
          el('option', { value, selected: value === field.value }, aside ? `${words} (${aside})` : words),
        ),
      )
      return labelled(select, () => select.value)
    }
    case 'choices': {
      const boxes = field.options.map(({ label: words, value, hint: aside }) => {
        const box = el('input', {
          type: 'checkbox',
          name: field.name,
          value,
          checked: field.values?.includes(value),
          'aria-describedby': ids.mistake,
        })
        return {
          box,
          row: el(
            'label',
            { class: 'tick' },
            box,
            el('span', {}, words, aside ? el('small', {}, aside) : null),
          ),
        }
      })
      const group = el(
        'fieldset',
        { class: 'field', 'aria-describedby': described },
        el('legend', {}, ...label),
        hint,
        ...boxes.map(({ row }) => row),
        boxes.length === 0 ? el('p', { class: 'field-hint' }, 'There is nothing to choose yet.') : null,
        mistake,
      )
      return {
        row: group,
        control: boxes[0]?.box ?? group,
        mistake,
        value: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
      }
    }
    case 'flag': {
      const box = el('input', {
        ...common,
        type: 'checkbox',
        role: 'switch',
        checked: field.value,
        'aria-required': null,
      })
      return {
        row: el(
          'div',
          { class: 'field' },
          el('label', { class: 'tick switch' }, box, el('span', {}, field.label)),
          hint,
          mistake,
        ),
        control: box,
        mistake,
        value: () => box.checked,
      }
    }
    case 'files': {
      const button = files.button({ 'aria-describedby': described })
      const row = el(
        'div',
        { class: 'field', role: 'group', 'aria-labelledby': ids.control },
        el('span', { class: 'label', id: ids.control }, ...label),
        hint,
        files.list,
        el('div', { class: 'drop-here' }, button, 'Choose, paste or drop files'),
        mistake,
      )
      return { row, control: button.querySelector('button') ?? row, mistake, value: () => undefined }
    }
    default:
      throw new TypeError(`No such field: ${JSON.stringify(/** @type {never} */ (field))}`)
  }
}

/**
 * How a time reads, under its field, while it is typed.
 *
 * @param {Field} field
 * @param {HTMLInputElement} input
 * @param {(partial: string, signal: AbortSignal) => Promise<Suggestion[]>} suggest
 */
function readingOf(field, input, suggest) {
  const line = el('div', { class: 'reading', 'aria-live': 'polite' })
  let asked = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const ask = () => {
    line.classList.add('unread')
    line.replaceChildren(
      field.hint ? '' : 'As you would say it: friday 9am, in 20 minutes, every monday at 10',
    )
  }
  ask()
  const read = async () => {
    const partial = input.value.trim()
    asked = new AbortController()
    const { signal } = asked
    if (!partial) return ask()
    try {
      const found = await suggest(partial, signal)
      if (signal.aborted) return
      line.replaceChildren(
        ...(found.length > 0 ? readings(found, partial, input) : ['Not a time that Crier can read yet.']),
      )
      line.classList.toggle('unread', found.length === 0)
    } catch (error) {
      if (!(error instanceof NotSent)) throw error
      if (!signal.aborted) line.replaceChildren()
    }
  }
  input.addEventListener('input', () => {
    asked.abort()
    clearTimeout(timer)
    timer = setTimeout(read, 120)
  })
  if (field.kind === 'when' && field.value) void read()
  return line
}

/**
 * What the words say as they stand; where they may still become several things, those to choose from.
 *
 * @param {readonly Suggestion[]} found
 * @param {string} partial
 * @param {HTMLInputElement} input
 * @returns {Node[]}
 */
function readings(found, partial, input) {
  const reading = found.find(({ insert }) => insert.trim() === partial)
  if (reading) return [icon('clock'), el('span', {}, reading.label)]
  return found.slice(0, 4).map(({ label, insert }) => {
    const pick = el('button', { type: 'button', class: 'chip' }, el('strong', {}, insert), ` ${label}`)
    pick.addEventListener('click', () => {
      input.value = insert
      input.dispatchEvent(new Event('input'))
      input.focus()
    })
    return pick
  })
}
