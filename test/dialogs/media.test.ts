import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Answer } from '../../src/app/surface.ts'
import { fetchFile } from '../../src/kit/fetch-file.ts'
import { newId } from '../../src/kit/ids.ts'
import { publicAgent } from '../../src/kit/public-network.ts'
import type { Message } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { film, photo } from '../library/files.ts'
import { play } from './conversation.ts'

const file = (name: string, bytes: Uint8Array) => ({ name, bytes: async () => bytes })

function messageOf(answer: Answer): Message {
  if (answer.type === 'form') {
    throw new Error(
      `A form came back: ${Object.values(answer.form.errors ?? {}).join(' ') || answer.form.title}`,
    )
  }
  return answer.message
}

const picturesIn = ({ blocks }: Message) =>
  blocks.flatMap((block) =>
    block.type === 'image' && 'png' in block.image ? [{ ...block, image: block.image }] : [],
  )

/** Accounts whose posts end on the rehearsal feed, made to fit their own platforms first. */
async function connectDryRuns(world: TestHouse, platforms: readonly string[]): Promise<void> {
  const { accounts, workspace } = world.house.storage.workspace(world.house.home.id)
  const [member] = await workspace.members()
  if (!member) throw new Error('Nobody is at home')
  const at = world.clock.now()
  for (const platform of platforms) {
    await accounts.add(
      {
        id: newId(at),
        platform,
        externalId: `acme-${platform}`,
        handle: '@acme',
        state: 'connected',
        facts: {},
        dryRun: true,
        connectedBy: member.id,
        expiresAt: null,
        failures: 0,
        leftAloneUntil: null,
        createdAt: at,
      },
      'never opened',
    )
  }
}

test('a picture is made to fit each platform: said before, done once, the same every time', async () => {
  const world = await openTestHouse({ environment: { PUBLIC_URL: 'https://crier.example' } })
  try {
    await connectDryRuns(world, ['instagram', 'bluesky'])
    const ada = await world.speaker('Ada')
    const wide = await photo(1500, 500, 'png')
    const card = messageOf(
      await world.house.desk.ask(ada, {
        command: 'schedule',
        values: {
          when: 'tomorrow 9am',
          text: 'The new kettle',
          accounts: 'instagram, bluesky',
          alt: 'A kettle',
        },
        files: [file('kettle.png', wide)],
      }),
    )
    expect(plainText(card)).toContain(
      'For Instagram, kettle.png becomes JPEG and gets white edges: 1500 × 500 becomes 1500 × 786',
    )
    expect(plainText(card)).not.toContain('For Bluesky')
    await play(
      world,
      `
      Grace: approve 1
      time: 2026-11-21T08:00:00Z
      feed: The new kettle | The new kettle
      `,
    )
    const { feed, media } = world.house.storage.workspace(world.house.home.id)
    const went = new Map((await feed.list(9)).map((item) => [item.dryRunOf, item.media[0]?.mediaId ?? '']))
    const onInstagram = await media.get(went.get('instagram') ?? '')
    const onBluesky = await media.get(went.get('bluesky') ?? '')
    expect(onInstagram).toMatchObject({
      type: 'image/jpeg',
      width: 1500,
      height: 786,
      filename: 'kettle.jpg',
    })
    expect(onBluesky).toMatchObject({ type: 'image/png', width: 1500, height: 500, filename: 'kettle.png' })
    const { format, width, height } = await sharp(
      await world.house.bench.blobs.of(world.house.home.id).get(onInstagram?.sha256 ?? ''),
    ).metadata()
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 1500, height: 786 })

    // The same picture in another post: converted already, so it is the very same file.
    const again = await world.house.desk.ask(ada, {
      command: 'draft',
      values: { text: 'Once more', accounts: 'instagram', when: 'tomorrow 9am', alt: 'A kettle' },
      files: [file('again.png', wide)],
    })
    expect(plainText(messageOf(again))).toContain('#2 is a draft')
    await play(
      world,
      `
      Ada: submit 2
      Grace: approve 2
      time: 2026-11-22T08:00:00Z
      feed: Once more | The new kettle | The new kettle
      `,
    )
    expect((await feed.list(1))[0]?.media[0]?.mediaId).toBe(onInstagram?.id)
  } finally {
    await world.close()
  }
})

test('a video that a platform does not take is an error before anything is scheduled, and nothing converts it', async () => {
  const world = await openTestHouse({ environment: { PUBLIC_URL: 'https://crier.example' } })
  try {
    await connectDryRuns(world, ['x'])
    const ada = await world.speaker('Ada')
    const answer = await world.house.desk.ask(ada, {
      command: 'draft',
      values: { text: 'Look', accounts: 'x' },
      files: [file('long.mp4', await film({ width: 640, height: 360, seconds: 200 }))],
    })
    expect(plainText(messageOf(answer))).toContain('❌ long.mp4 lasts 200 s; X takes 140 s')
    await play(
      world,
      `
      Ada: submit 1 tomorrow 9am
      bot: long.mp4 lasts 200 s
      `,
    )
  } finally {
    await world.close()
  }
})

test('a link to a picture is fetched at once; one into a private network is not', async () => {
  const picture = await photo(300, 200)
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.end(picture)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const agent = publicAgent({ allowOrigins: [origin] })
  const world = await openTestHouse()
  try {
    const ada = await world.speaker('Ada')
    const ask = (values: Record<string, string>) =>
      world.house.desk.ask(ada, {
        command: 'draft',
        values: { text: 'Look', accounts: 'rehearsal', ...values },
      })
    const refused = await ask({ media: `${origin}/kettle.jpg` })
    expect(JSON.stringify(refused)).toContain('is not on the public internet')
    expect(asked).toBe(0)

    world.house.bench.fetchFile = (link) => fetchFile(link, { agent, largest: 1_000_000 })
    const card = messageOf(await ask({ media: `${origin}/kettle.jpg`, alt: `${origin}/mug.jpg A mug` }))
    expect(plainText(card)).toContain('[Image: A mug]')
    expect(plainText(card)).toContain('[Image: mug.jpg')
    expect(asked).toBe(2)
  } finally {
    await world.close()
    await agent.destroy()
    server.close()
  }
})

test('a preview shows every platform, side by side, with the same facts in words', async () => {
  const world = await openTestHouse({ environment: { PUBLIC_URL: 'https://crier.example' } })
  try {
    await connectDryRuns(world, ['instagram', 'mastodon', 'x'])
    const ada = await world.speaker('Ada')
    await world.house.desk.ask(ada, {
      command: 'draft',
      values: {
        text: 'We ship on Friday 🎉 More at https://acme.example/kettle\n#tea',
        accounts: 'instagram, mastodon, x',
        when: 'tomorrow 9am',
        alt: 'A kettle',
      },
      files: [file('kettle.png', await photo(900, 300, 'png')), file('mug.jpg', await photo(300, 400))],
    })
    await world.house.desk.ask(ada, { line: 'edit 1 on x: Friday!' })
    const shown = messageOf(await world.house.desk.ask(ada, { line: 'preview 1' }))
    const pictures = picturesIn(shown)
    expect(pictures.map(({ image }) => image.name)).toEqual([
      'post-1-side-by-side.png',
      'post-1-1-instagram.png',
      'post-1-2-mastodon.png',
      'post-1-3-x.png',
    ])
    expect(pictures[3]?.alt).toBe('#1 on X (dry run) as @acme: Friday!')
    const sizes = await Promise.all(pictures.map(({ image }) => sharp(image.png).metadata()))
    expect(sizes.map(({ width }) => width)).toEqual([1760, 900, 900, 900])
    const words = plainText(shown)
    expect(words).toContain(
      'X (dry run), @acme: 7 of 280 characters; its own text; 2 pictures (1 without alt text)',
    )
    expect(words).toContain('one behind the other')
    expect(words).toContain('For Instagram, kettle.png becomes JPEG')

    // Nothing changed: the same pictures, without drawing them again. An edit makes others.
    const again = picturesIn(messageOf(await world.house.desk.ask(ada, { line: 'preview 1' })))
    expect(again[1]?.image.png).toBe(pictures[1]?.image.png)
    await world.house.desk.ask(ada, { line: 'edit 1: Another text' })
    const edited = picturesIn(messageOf(await world.house.desk.ask(ada, { line: 'preview 1 instagram' })))
    expect(edited).toHaveLength(1)
    expect(edited[0]?.image.png).not.toEqual(pictures[1]?.image.png)

    await play(
      world,
      `
      Ada: show 1
      Ada presses Preview
      bot: How #1 will look
      Ada presses Back to the post
      bot: #1 is a draft
      Ada: draft Nowhere yet
      not: preview 2
      Ada: preview 2
      bot: #2 has no account to go to yet
      Ada: preview 1 rehearsal
      bot: #1 does not go to rehearsal
      `,
    )
  } finally {
    await world.close()
  }
})

test('a video whose codec a platform refuses is an error beforehand, there and nowhere else', async () => {
  const world = await openTestHouse({ environment: { PUBLIC_URL: 'https://crier.example' } })
  try {
    await connectDryRuns(world, ['x', 'linkedin'])
    const answer = await world.house.desk.ask(await world.speaker('Ada'), {
      command: 'draft',
      values: { text: 'Look', accounts: 'x, linkedin' },
      files: [file('clip.mp4', await film({ width: 640, height: 360, seconds: 20, codec: 'vp9' }))],
    })
    const said = plainText(messageOf(answer))
    expect(said).toContain(
      '❌ clip.mp4 has its pictures as VP9; X takes H.264. Crier does not convert videos',
    )
    expect(said.match(/VP9/g)).toHaveLength(1)
  } finally {
    await world.close()
  }
})

test('what Crier draws for the page counts for no plan, and the page shows it', async () => {
  const world = await openTestHouse({ environment: { LIMIT_MEDIA_MB: '1' } })
  try {
    const { house } = world
    const stores = house.storage.workspace(house.home.id)
    const ada = (await stores.workspace.members()).find(({ name }) => name === 'Ada')
    const say = (line: string) =>
      fetch(`${house.address.own}/playground/say`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: house.address.own },
        body: JSON.stringify({ as: ada?.id, channel: 'general', line }),
      }).then((answer) => answer.text())
    await say('/draft to rehearsal: Hello')
    const [shown] = (await say('/preview 1')).match(/drawn-[0-9a-f]{64}-\d+/) ?? []
    expect(await stores.media.bytes()).toBe(0)
    const picture = await fetch(`${house.address.own}/playground/image/${shown}`)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await sharp(await picture.arrayBuffer()).metadata()).format).toBe('png')
    const none = `drawn-${'0'.repeat(64)}-10`
    expect((await fetch(`${house.address.own}/playground/image/${none}`)).status).toBe(404)
  } finally {
    await world.close()
  }
})

test('words that were typed and a file of words are never one in the place of the other', async () => {
  const world = await openTestHouse()
  try {
    const ada = await world.speaker('Ada')
    const words = (name: string, said: string) => file(name, new TextEncoder().encode(said))
    const release = words('release.txt', 'From the file\r\nin two lines')
    const say = async (line: string, files = [release]) =>
      plainText(messageOf(await world.house.desk.ask(ada, { line, files })))
    const posts = async () => world.house.storage.workspace(world.house.home.id).posts.list({})
    for (const line of ['draft Typed', 'schedule tomorrow 9am to rehearsal: Typed'])
      expect(await say(line)).toMatch(
        /^Either write the text or attach release\.txt, not both\. Nothing was changed; send it again/,
      )
    expect(await say('draft', [release, words('notes.md', 'Others')])).toMatch(
      /^release\.txt and notes\.md are two texts, and a post has one\. Attach one of them\./,
    )
    expect(await say('draft', [words('book.txt', 'x'.repeat(64_001))])).toContain(
      'book.txt: a text may have 64,000 characters at most',
    )
    expect(await posts()).toEqual([])

    expect(await say('draft')).toContain('> From the file')
    expect(await say('schedule tomorrow 9am to rehearsal:')).toContain('> From the file')
    expect(await say('edit 1: Typed')).toContain('not both')
    // A form holds the text that the post has: sent back as it was, nobody typed it.
    const edited = await world.house.desk.ask(ada, {
      command: 'edit',
      values: { post: '1', text: 'From the file\nin two lines' },
      files: [words('better.txt', 'Better words')],
    })
    expect(plainText(messageOf(edited))).toContain('> Better words')
    const refused = await world.house.desk.ask(ada, {
      command: 'edit',
      values: { post: '1', text: 'Typed' },
      files: [release],
    })
    expect(refused).toMatchObject({
      form: { errors: { text: expect.stringContaining('attach release.txt, not both') } },
    })
  } finally {
    await world.close()
  }
})
