import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny'
import sharp from 'sharp'

/** A picture with something to see: white in its upper left corner, a red disc in its middle, noise that does not compress well. */
export async function photo(width: number, height: number, format: 'jpeg' | 'png' = 'jpeg'): Promise<Buffer> {
  const disc = Math.round(Math.min(width, height) * 0.35)
  const shapes = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
      <rect width="${width / 5}" height="${height / 5}" fill="#fff"/>
      <circle cx="${width / 2}" cy="${height / 2}" r="${disc}" fill="#e33"/>
    </svg>`,
  )
  const noise = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#246',
      noise: { type: 'gaussian', mean: 110, sigma: 30 },
    },
  })
    .png()
    .toBuffer()
  return sharp(noise)
    .composite([{ input: shapes }])
    .toFormat(format)
    .toBuffer()
}

/** A GIF that plays. @param delays milliseconds of each frame */
export async function gif(delays: number[]): Promise<Buffer> {
  const frames = await Promise.all(
    delays.map((_, index) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 60 * index, g: 80, b: 120 } } })
        .png()
        .toBuffer(),
    ),
  )
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: delays, loop: 0 })
    .toBuffer()
}

/** An MP4 as far as its facts go: frames that nobody could decode, in a container that is right. */
export async function film({
  width,
  height,
  seconds,
  codec = 'avc',
}: {
  width: number
  height: number
  seconds: number
  codec?: 'avc' | 'vp9'
}): Promise<Buffer> {
  const output = new Output({ format: new Mp4OutputFormat(), target: new BufferTarget() })
  const source = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(source)
  await output.start()
  const frames = Math.round(seconds * 10)
  for (let frame = 0; frame < frames; frame++) {
    const packet = new EncodedPacket(new Uint8Array(200).fill(frame), 'key', frame / 10, 1 / 10)
    await source.add(packet, frame === 0 ? { decoderConfig: decoderConfig[codec](width, height) } : undefined)
  }
  await output.finalize()
  if (!output.target.buffer) throw new Error('Nothing was written')
  return Buffer.from(output.target.buffer)
}

const decoderConfig = {
  avc: (codedWidth: number, codedHeight: number) => ({
    codec: 'avc1.42001e',
    codedWidth,
    codedHeight,
    // An avcC box with one sequence and one picture parameter set.
    description: Uint8Array.from([
      1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0, 0x1e, 1, 0, 2, 0x68, 0xce,
    ]),
  }),
  vp9: (codedWidth: number, codedHeight: number) => ({
    codec: 'vp09.00.10.08.01.01.01.01.00',
    codedWidth,
    codedHeight,
  }),
}
