/** The show whose episodes the simulated Spotify has: the id that the dataset's settings name. */
export const MAIN_SHOW = '1oMIHOXsrLFENAeM743g93';

export type Item = Record<string, unknown>;

/** What the simulated Spotify holds, best match or newest first. May be changed while it runs. */
export interface Catalog {
  readonly shows: Item[];
  readonly episodes: Item[];
}

const SUBJECTS = ['Dados', 'Nuvem', 'Modelos', 'Métricas', 'Filas', 'Consultas', 'Painéis'];
const PLACES = ['na indústria', 'no varejo', 'na saúde', 'em casa', 'na escola', 'no campo'];
/** As real descriptions write it; only the last two are no match. */
const COMPANY = [
  'com o Grupo Boticário',
  'com o GRUPO BOTICÁRIO',
  'com o Grupo\u00a0Boticário',
  'em exemplo.com.br/grupo-boticario',
  'em exemplo.com.br/GrupoBoticarioVagas',
];
const NEWEST = Date.UTC(2026, 9, 30);
const DAY_MS = 86_400_000;

/** The same numbers give the same catalog. Every seventh episode mentions the company, one way or another. */
export function createCatalog(shows: number, episodes: number): Catalog {
  return {
    shows: Array.from({ length: shows }, (_, n) => show(n, episodes)),
    episodes: Array.from({ length: episodes }, (_, n) => episode(episodes - n)),
  };
}

function show(n: number, episodes: number): Item {
  const main = n === 0;
  const name = main ? 'Data Hackers (simulado)' : `${pick(SUBJECTS, n)} ${pick(PLACES, n)} ${n}`;
  return {
    ...common('show', main ? MAIN_SHOW : idOf('show', n), name, 'Conversas inventadas.'),
    available_markets: ['BR'],
    copyrights: [],
    languages: ['pt-BR'],
    media_type: 'audio',
    publisher: 'Entrada',
    total_episodes: main ? episodes : 10 + ((n * 37) % 90),
  };
}

/** `n` counts from the oldest, so that an id and its words stay when another episode comes. */
export function episode(n: number): Item {
  const mention = n % 7 === 0 ? ` Conversa ${pick(COMPANY, n / 7)}.` : '';
  const name = `${pick(SUBJECTS, n)} ${pick(PLACES, n)} #${n}`;
  const day = new Date(NEWEST - (3000 - n) * DAY_MS).toISOString().slice(0, 10);
  const precision = n % 50 === 1 ? 'year' : n % 50 === 2 ? 'month' : 'day';
  return {
    ...common('episode', idOf('episode', n), name, `Um episódio inventado.${mention}`),
    audio_preview_url: null,
    duration_ms: 1_200_000 + ((n * 7919) % 2_400_000),
    is_playable: true,
    // Deprecated, and missing now and then.
    ...(n % 10 === 0 ? {} : { language: 'pt-BR' }),
    languages: ['pt-BR'],
    release_date: day.slice(0, { year: 4, month: 7, day: 10 }[precision]),
    release_date_precision: precision,
  };
}

function common(type: string, id: string, name: string, description: string): Item {
  return {
    description,
    explicit: false,
    external_urls: {},
    href: `https://exemplo.com.br/v1/${type}s/${id}`,
    html_description: description,
    id,
    images: [],
    is_externally_hosted: false,
    name,
    type,
    uri: `spotify:${type}:${id}`,
  };
}

const pick = (words: readonly string[], n: number) => words[n % words.length];

/** 22 letters and digits, as Spotify's. */
const idOf = (type: string, n: number) => `${type}${String(n).padStart(22 - type.length, '0')}`;
