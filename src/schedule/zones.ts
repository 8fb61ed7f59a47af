/** The zone a person means by an IANA name, a city or an abbreviation; undefined when it is none or more than one. */
export function zoneFromWords(text: string): string | undefined {
  const wanted = text.trim().toLowerCase().replaceAll(' ', '_')
  return Intl.supportedValuesOf('timeZone').find((zone) => {
    const name = zone.toLowerCase()
    return name === wanted || name.endsWith(`/${wanted}`)
  })
}
