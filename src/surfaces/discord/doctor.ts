import { REST } from '@discordjs/rest'
import { Routes } from 'discord-api-types/v10'

/** Asks Discord who the bot is. @throws Discord's errors */
export async function lookUpBot({
  token = '',
  apiUrl,
}: {
  token?: string | undefined
  apiUrl?: string | undefined
}): Promise<{ name: string }> {
  const rest = new REST({
    version: '10',
    ...(apiUrl ? { api: apiUrl.replace(/\/+$/, '').replace(/\/v\d+$/, '') } : {}),
  }).setToken(token)
  const bot = (await rest.get(Routes.user())) as { username: string }
  return { name: bot.username }
}
