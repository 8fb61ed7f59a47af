/** As much of a browser as a sign-in needs: cookies by path, forms by their fields, no redirect followed by itself. */
export function openBrowser() {
  const jar = new Map<string, { value: string; path: string; attributes: string }>()

  async function go(url: string, init: RequestInit = {}): Promise<Page> {
    const { pathname, origin } = new URL(url)
    const cookie = [...jar]
      .filter(([, one]) => pathname.startsWith(one.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(init.method === 'POST' ? { origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(init.headers as Record<string, string> | undefined),
    }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*);?(.*)$/.exec(set) ?? []
      jar.set(name, { value, path: /Path=([^;]+)/.exec(attributes)?.[1] ?? '/', attributes })
    }
    const html = await answer.text()
    return { url, status: answer.status, headers: answer.headers, html, text: textOf(html) }
  }

  return {
    jar,
    go,
    /** Sends the page's form, with these boxes ticked. */
    submit(page: Page, ticked: readonly string[] = []): Promise<Page> {
      const action = /<form method="post" action="([^"]+)"/.exec(page.html)?.[1]
      if (action === undefined) throw new Error(`There is no form on: ${page.text}`)
      const body = new URLSearchParams()
      for (const [, name = '', value = ''] of page.html.matchAll(
        /<input type="hidden" name="([^"]+)" value="([^"]*)"/g,
      ))
        body.append(name, unescaped(value))
      for (const [, name = '', value = '', label = ''] of page.html.matchAll(
        /<input type="checkbox" name="([^"]+)" value="([^"]*)"(?: checked)?>([^<]*)</g,
      ))
        if (ticked.some((one) => unescaped(label).startsWith(one))) body.append(name, unescaped(value))
      return go(new URL(action, page.url).href, { method: 'POST', body })
    },
    ticked: (page: Page): string[] =>
      [...page.html.matchAll(/<input type="checkbox"[^>]* checked>([^<]*)</g)].map(([, label = '']) =>
        unescaped(label),
      ),
    labels: (page: Page): string[] =>
      [...page.html.matchAll(/<input type="checkbox"[^>]*>([^<]*)</g)].map(([, label = '']) =>
        unescaped(label),
      ),
  }
}

export interface Page {
  url: string
  status: number
  headers: Headers
  html: string
  text: string
}

const unescaped = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const textOf = (html: string): string =>
  unescaped(
    html
      .replace(/<style>[\s\S]*?<\/style>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' '),
  ).trim()
