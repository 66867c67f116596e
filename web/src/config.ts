/** What a deploy says of its stage: one build serves every stage. Written as `config.json` beside the pages. */
export interface Config {
  api: string
  signIn: { authority: string; clientId: string; domain: string }
  gateways: { stripe?: { script: string; key: string }; razorpay?: { script: string; key: string } }
  destinations: string[]
}

let loaded: Config | undefined

export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { credentials: 'same-origin' })
  loaded = (await answer.json()) as Config
  return loaded
}

export function config(): Config {
  if (!loaded) throw new Error('config.json is not loaded yet')
  return loaded
}
