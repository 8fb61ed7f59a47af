import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Field, Form, FormValues } from '../../../src/message/form.ts'
import { MODAL_COMPONENTS, modalOf, openForm } from '../../../src/surfaces/discord/modal.ts'
import { readSubmission } from '../../../src/surfaces/discord/submission.ts'
import { hostileText } from './arbitrary-message.ts'
import { contractAbsent, discordContract, problems } from './contract.ts'
import { filledIn } from './start-discord.ts'

if (contractAbsent) console.log(`skipped: ${contractAbsent}`)

const words = hostileText(5).map((text) => text.toWellFormed().replace(/\r\n?/g, '\n'))
const text = fc.oneof(
  { weight: 6, arbitrary: words },
  {
    weight: 1,
    arbitrary: fc
      .tuple(words, fc.integer({ min: 1, max: 5000 }))
      .map(([one, times]) => one.repeat(times).slice(0, 63_000).toWellFormed()),
  },
)
const option = fc.record(
  { label: words, value: fc.string({ maxLength: 12 }), hint: words },
  { requiredKeys: ['label', 'value'] },
)
const options = fc.array(option, { maxLength: 40, size: '+1' })

const field = (name: string): fc.Arbitrary<Field> => {
  const base = { name: fc.constant(name), label: words, required: fc.boolean() }
  const more = { hint: words }
  const requiredKeys = ['kind', 'name', 'label', 'required'] as const
  return fc.oneof(
    fc.record(
      {
        ...base,
        ...more,
        kind: fc.constant('text' as const),
        value: text,
        multiline: fc.boolean(),
        placeholder: words,
      },
      { requiredKeys: [...requiredKeys] },
    ),
    fc.record(
      { ...base, ...more, kind: fc.constant('when' as const), value: words, placeholder: words },
      { requiredKeys: [...requiredKeys] },
    ),
    fc.record(
      { ...base, ...more, kind: fc.constant('secret' as const) },
      { requiredKeys: [...requiredKeys] },
    ),
    fc.record(
      { ...base, ...more, kind: fc.constant('flag' as const), value: fc.boolean() },
      { requiredKeys: [...requiredKeys] },
    ),
    fc.record({ ...base, ...more, kind: fc.constant('files' as const) }, { requiredKeys: [...requiredKeys] }),
    fc
      .record({ ...base, kind: fc.constant('choice' as const), options })
      .chain((one) =>
        fc
          .constantFrom(undefined, ...one.options.map(({ value }) => value))
          .map((value): Field => (value === undefined ? one : { ...one, value })),
      ),
    fc
      .record({ ...base, kind: fc.constant('choices' as const), options })
      .chain((one) =>
        fc.subarray(one.options.map(({ value }) => value)).map((values): Field => ({ ...one, values })),
      ),
  )
}

const anyForm: fc.Arbitrary<Form> = fc.integer({ min: 0, max: 12 }).chain((count) =>
  fc
    .record({
      title: words,
      fields: fc.tuple(...Array.from({ length: count }, (_, index) => field(`field${index}`))),
      intro: fc.option(words, { nil: undefined }),
      hidden: fc.dictionary(fc.constantFrom('post', 'seen'), words),
      errors: fc.option(fc.dictionary(fc.constantFrom('', 'field0', 'field7'), words), { nil: undefined }),
    })
    .map(({ intro, errors, ...form }) => ({
      ...form,
      type: 'form' as const,
      command: 'schedule',
      submit: 'Send',
      ...(intro !== undefined && { intro: [{ type: 'plain' as const, text: intro }] }),
      ...(errors && { errors }),
    })),
)

describe('a form as modals', () => {
  test('every modal is one that Discord takes, and every field is asked for once', () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const open = openForm('k3m9px2a', '5', form)
        const asked: string[] = []
        for (const at of open.steps.keys()) {
          const modal = modalOf({ ...open, at })
          expect(modal.components.length).toBeLessThanOrEqual(MODAL_COMPONENTS)
          const validate = discordContract()?.schema('ModalInteractionCallbackRequestData')
          if (validate) expect(validate(modal) || problems(validate)).toBe(true)
          asked.push(...open.steps[at]!.fields.map(({ name }) => name))
        }
        expect(asked).toEqual(form.fields.map(({ name }) => name))
      }),
      { numRuns: 300 },
    )
  })

  test('sent as it was opened, it holds what it held: nothing is lost on the way', async () => {
    await fc.assert(
      fc.asyncProperty(anyForm, async (form) => {
        let open = openForm('k3m9px2a', '5', form)
        for (const at of open.steps.keys()) {
          const { values, files, mistakes } = await readSubmission(filledIn(modalOf({ ...open, at })), open)
          expect(mistakes).toEqual({})
          open = { ...open, values, files }
        }
        for (const one of form.fields) expect(held(one, open.values)).toEqual(wanted(one))
      }),
      { numRuns: 300 },
    )
  })

  test('a mistake is asked for again alone, with all the rest kept', async () => {
    const form: Form = {
      type: 'form',
      title: 'T',
      command: 'schedule',
      hidden: {},
      submit: 'S',
      fields: Array.from(
        { length: 7 },
        (_, index): Field => ({
          kind: 'text',
          name: `f${index}`,
          label: `F${index}`,
          required: true,
          value: `v${index}`,
        }),
      ),
      errors: { f6: 'Not that.' },
    }
    const again = openForm('a', '5', form, { again: true })
    expect(again.steps.map(({ fields }) => fields.map(({ name }) => name))).toEqual([['f5', 'f6']])
    const { values } = await readSubmission(filledIn(modalOf(again), { f6: 'better' }), again)
    expect(values).toEqual({ f0: 'v0', f1: 'v1', f2: 'v2', f3: 'v3', f4: 'v4', f5: 'v5', f6: 'better' })
  })
})

/** What a field holds after it was sent, and what it held: an empty choice is none, an empty text may be left out. */
function held(field: Field, values: FormValues): unknown {
  const value = values[field.name]
  switch (field.kind) {
    case 'choices':
      return [value ?? []].flat().map(String).sort()
    case 'flag':
      return value ?? false
    case 'files':
    case 'secret':
      return undefined
    case 'choice':
    case 'text':
    case 'when':
      return value ?? ''
    default:
      return field satisfies never
  }
}

function wanted(field: Field): unknown {
  switch (field.kind) {
    case 'choices':
      return [...(field.values ?? [])].sort()
    case 'flag':
      return field.value ?? false
    case 'files':
    case 'secret':
      return undefined
    case 'choice':
    case 'text':
    case 'when':
      return field.value ?? ''
    default:
      return field satisfies never
  }
}
