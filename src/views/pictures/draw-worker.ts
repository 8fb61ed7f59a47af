import { parentPort } from 'node:worker_threads'
// resvg: draws SVG to PNG in 20 ms without a browser. It runs here, beside the scheduler's thread and not in it.
import { Resvg } from '@resvg/resvg-js'
import type { DrawAnswer, DrawRequest } from './draw.ts'
import { FAMILIES, type FontName, fontFile } from './fonts.ts'
import { previewSvg } from './preview-svg.ts'

/** A thread that draws: what is heavy about pictures (fonts, shaping, pixels) lives here and ends with it. */
parentPort?.on('message', (request: DrawRequest) => {
  parentPort?.postMessage(answer(request))
})

function answer({ id, ...request }: DrawRequest): DrawAnswer {
  try {
    if (request.kind === 'svg') {
      const png = draw(request.svg, request.zoom, Object.keys(FAMILIES) as FontName[])
      return { id, png, undrawn: 0 }
    }
    const drawing = previewSvg(request.scenes, request.columns)
    return { id, png: draw(drawing.svg, request.zoom, drawing.fonts), undrawn: drawing.undrawn }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

const draw = (svg: string, zoom: number, fonts: readonly FontName[]): Uint8Array =>
  new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      fontFiles: fonts.map(fontFile),
      loadSystemFonts: false,
      defaultFontFamily: FAMILIES.inter.family,
      sansSerifFamily: FAMILIES.inter.family,
    },
  })
    .render()
    .asPng()
